# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/waiting pane/address lib/fail lib/tmux
# shares: navi_verified
# changes: navi_answer navi_cooked navi_echo navi_echo_comes
# Typing into a pane.

# navi_refuse_unready FORCE: a pane that would not take what is typed, or not as it is meant.
navi_refuse_unready() {
    [ "$navi_is_dead" = 0 ] || navi_fail 1 "the pane of $navi_name is dead; nothing was sent"
    [ "$navi_input_off" = 0 ] || navi_fail 1 "the pane of $navi_name takes no input; nothing was sent; tmux select-pane -e enables it"
    [ "$navi_in_mode" = 1 ] || return 0
    [ -n "$1" ] || navi_fail 1 "the pane of $navi_name is in copy mode; nothing was sent; --force leaves that mode"
    navi_tmux "$navi_socket" send-keys -t "$navi_pane" -X cancel
}

# navi_refuse_dialog DIR: an agent that asks for permission takes what is typed for an answer to that. Its status file
# tells, as long as more than a shell is left in the pane.
navi_refuse_dialog() {
    navi_expand "$1"
    [ -f "$navi_expanded/$navi_session_name.json" ] || return 0
    grep -q '"status"[[:space:]]*:[[:space:]]*"permission"' "$navi_expanded/$navi_session_name.json" 2>/dev/null || return 0
    case $(navi_tmux "$navi_socket" display-message -p -t "$navi_pane" '#{pane_current_command}') in
    sh | bash | dash | fish | zsh | ksh* | mksh | tcsh | csh | ash | busybox) navi_has_children || return 0 ;;
    esac
    navi_fail 1 "the agent in $navi_name asks for permission; nothing was sent; --force sends it anyway"
}

# navi_has_children: whether something runs below the pane's process.
navi_has_children() {
    navi_below=
    if [ -r "/proc/$navi_process/task/$navi_process/children" ]; then
        read -r navi_below <"/proc/$navi_process/task/$navi_process/children"
        [ -n "$navi_below" ]
    else
        pgrep -P "$navi_process" >/dev/null 2>&1
    fi
}

# navi_check_lines TEXT: a program that reads whole lines gets at most 4095 bytes of each.
navi_check_lines() {
    [ ${#1} -gt 1000 ] || return 0
    case $(stty -a <"$navi_terminal" 2>/dev/null) in *' -icanon'* | '') return 0 ;; esac
    if printf '%s\n' "$1" | LC_ALL=C awk 'length($0) > 4095 { found = 1 } END { exit !found }'; then
        navi_fail 1 "the program in $navi_name reads whole lines of at most 4095 bytes; nothing was sent"
    fi
}

# navi_type TEXT: as keys where it is one short line that can be printed, else as one pasted text, for a tab typed
# would complete something and a line end would submit. The buffer is of this call alone.
navi_type() {
    [ -n "$1" ] || return 0
    navi_check_lines "$1"
    case $1 in
    *[[:cntrl:]]*) navi_paste "$1" ;;
    *)
        if [ ${#1} -gt 500 ]; then
            navi_paste "$1"
        else
            navi_escape "$1"
            navi_check_answer "$(navi_become_tmux "$navi_socket" send-keys -t "$navi_pane" -l -- "$navi_escaped" 2>&1)" $?
        fi
        ;;
    esac
}

navi_paste() {
    navi_check_answer "$(printf '%s' "$1" | navi_tmux "$navi_socket" load-buffer -b "$navi_token" - \; \
        paste-buffer -p -d -b "$navi_token" -t "$navi_pane" 2>&1)" $?
}

# navi_press KEY...: by their names.
navi_press() {
    for navi_key; do
        shift
        navi_escape "$navi_key"
        set -- "$@" "$navi_escaped"
    done
    navi_check_answer "$(navi_become_tmux "$navi_socket" send-keys -t "$navi_pane" -- "$@" 2>&1)" $?
}

# navi_check_answer ANSWER STATUS: go on only if tmux did it.
navi_check_answer() {
    [ "$2" -eq 0 ] && return
    navi_answer=$1
    navi_verdict "$2" "$1"
    [ "$navi_word" != absent ] || navi_fail $navi_none "the session $navi_name has ended"
    navi_tmux_failed
}

# navi_await_change TENTHS [\; COMMAND...]: wait until the pane shows something else than it did, for so many tenths of
# a second. Each look has the COMMAND with it.
navi_await_change() {
    navi_was="$navi_place $navi_screen"
    navi_tries=$1
    navi_tenths=$1
    shift
    while navi_look_at_pane "$@"; do
        [ "$navi_was" = "$navi_place $navi_screen" ] || return 0
        [ "$navi_tries" -gt 0 ] && [ "$navi_is_dead" = 0 ] || return 1
        sleep "$([ "$navi_tries" -eq "$navi_tenths" ] && echo 0.02 || echo 0.1)"
        navi_tries=$((navi_tries - 1))
    done
}

# navi_await_echo TEXT: wait until the pane shows what is typed. Where nothing else has to be looked at before, Enter is
# pressed by the look that finds the cursor moved, which saves a call of tmux; navi_pressed says so.
navi_await_echo() {
    if [ -n "$navi_pattern" ] || [ ${#1} -gt 200 ]; then
        navi_await_change 5 || return
        [ ${#1} -le 200 ] || navi_await_rest 50
        return 0
    fi
    navi_place_before=$navi_place
    navi_await_change 5 \; if-shell -F -t "$navi_pane" \
        "#{!=:#{history_size} #{cursor_x} #{cursor_y},$navi_place_before}" "send-keys -t $navi_pane Enter" || return
    [ "$navi_place" = "$navi_place_before" ] || navi_pressed=yes
}

# navi_submit RETRIES: Enter, and see that it did something. A program that showed what was typed and then does not
# move has not taken it yet; one that shows nothing can't be asked. In navi_verified: yes, no, or unknown.
navi_submit() {
    navi_verified=unknown
    navi_left=$1
    navi_pause=5
    [ "$navi_pressed" = yes ] || navi_press Enter
    [ "$navi_shown" = yes ] || return 0
    until navi_await_change "$navi_pause"; do
        navi_verified=no
        [ "$navi_left" -gt 1 ] && [ "$navi_is_dead" = 0 ] || return 0
        navi_left=$((navi_left - 1))
        navi_pause=$((navi_pause * 2))
        navi_press Enter
    done
    navi_verified=yes
}

# navi_say TEXT RETRIES: type it, submit it, and note what the pane showed before the answer. What is typed is waited
# for, so that its echo is not taken for an answer.
navi_say() {
    navi_shown=no
    navi_pressed=no
    navi_echo=$1
    navi_echo_comes=yes
    navi_cooked=no
    [ -z "$navi_pattern" ] || ! navi_is_cooked || navi_cooked=yes
    navi_type "$1"
    [ -z "$1" ] || ! navi_await_echo "$1" || navi_shown=yes
    case $navi_shown,$1 in
    no,* | *"$navi_newline"*) ;;
    *)
        navi_echo_comes=
        navi_note_before
        ;;
    esac
    navi_submit "$2"
}

# navi_await_rest TIMES: wait until the pane does not change any more; one that never rests is left alone.
navi_await_rest() {
    navi_rounds=$1
    while [ "$navi_rounds" -gt 0 ] && navi_await_change 1; do
        navi_rounds=$((navi_rounds - 1))
        sleep 0.05
    done
}

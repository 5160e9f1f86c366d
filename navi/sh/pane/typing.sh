# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: look/process_start look/processes pane/waiting pane/address lib/fail lib/quote lib/shells lib/tmux
# expects: navi_refuse_dialogs
# shares: navi_unchanged navi_verified
# changes: navi_answer navi_cooked navi_echo navi_echo_comes navi_quoted
# Types into a pane: texts, keys and Enter, each where the pane is as it was when it was read.

# The condition, as a format of tmux, under which nothing has changed since an agent was last seen without a dialog; ""
# if that need not be checked.
navi_unchanged=

# navi_refuse_unready FORCE: refuse a pane that would not accept the text, or not as it is meant.
navi_refuse_unready() {
    [ "$navi_is_dead" = 0 ] || navi_fail 1 "the pane of $navi_name is dead; nothing was sent"
    [ "$navi_input_off" = 0 ] || navi_fail 1 "the pane of $navi_name takes no input; nothing was sent; tmux select-pane -e enables it"
    [ "$navi_synchronized" = 1 ] || [ -n "$1" ] ||
        navi_fail 1 "the $navi_synchronized panes of the window of $navi_name are synchronized and would all get it; nothing was sent; --force sends it to all"
    case $navi_in_mode in
    -) return ;;
    # tmux shows mistakes of its configuration in view mode, and nobody may be there to see them.
    mview-mode) ;;
    *)
        navi_name_mode
        [ -n "$1" ] || navi_fail 1 "the pane of $navi_name is in $navi_mode; nothing was sent; --force leaves that mode"
        ;;
    esac
    navi_leave_mode
}

# navi_leave_mode: leave all modes of tmux that the pane is in, or end: keys would go to the mode, and text past it. Not
# every mode knows cancel; copy-mode -q leaves any, since tmux 3.2.
navi_leave_mode() {
    navi_tmux "$navi_socket" send-keys -t "$navi_pane" -X cancel >/dev/null 2>&1
    navi_is_in_mode || return 0
    navi_tmux "$navi_socket" copy-mode -q -t "$navi_pane" >/dev/null 2>&1
    navi_is_in_mode || return 0
    navi_name_mode
    navi_fail 1 "the pane of $navi_name is still in a mode of tmux ($navi_mode); nothing was sent; attach and leave it with q"
}

# navi_is_in_mode: whether the pane is in a mode of tmux now.
navi_is_in_mode() {
    navi_consult "$navi_socket" display-message -p -t "$navi_pane" '#{pane_in_mode}'
    [ "$navi_word,$navi_answer" != ok,0 ]
}

# navi_refuse_asking DIR: refuse if an agent asks for permission, because it takes what is typed for an answer to that.
# Its status file shows that, as long as more than a shell is left in the pane. DIR is "" for the usual folder.
navi_refuse_asking() {
    navi_is_asking "$1" || return 0
    navi_pane_program=$(navi_tmux "$navi_socket" display-message -p -t "$navi_pane" '#{pane_current_command}')
    ! navi_is_shell "$navi_pane_program" || navi_has_children || return 0
    navi_fail 1 "the agent in $navi_name asks for permission; nothing was sent; --force sends it anyway"
}

# navi_is_asking DIR [STARTED]: whether the status file of the session says so. What was reported before the agent's
# process STARTED (ticks since the start of the system) is not about this process.
navi_is_asking() {
    navi_find_status_folder "$1"
    navi_asking_file=$navi_expanded/$navi_session_name.json
    [ -f "$navi_asking_file" ] &&
        grep -q '"status"[[:space:]]*:[[:space:]]*"permission"' "$navi_asking_file" 2>/dev/null &&
        ! navi_is_older "$navi_asking_file" "${2:-0}"
}

# navi_is_older FILE STARTED: whether a status file has times, all of them from before. A hook's time has whole seconds.
navi_is_older() {
    navi_find_start "$2" || return
    # shellcheck disable=SC2020 # a line for each field
    navi_newest_report=$(
        tr ',{}' '\n\n\n' <"$1" | sed -n 's/^ *"timestamp" *: *"\{0,1\}\([0-9]\{1,12\}\).*/\1/p' | sort -n | tail -n 1
    )
    [ -n "$navi_newest_report" ] && [ $((navi_newest_report + 1)) -le "$navi_wanted_since" ]
} 2>/dev/null

# navi_has_children: whether something runs below the pane's process.
navi_has_children() {
    [ -n "$navi_has_files" ] || navi_find_files
    navi_forget_list
    navi_read_process "$navi_process" || return
    navi_find_below "$navi_process"
    [ -n "$navi_children_found" ]
} 2>/dev/null

# navi_check_lines TEXT: refuse lines that are too long: a program that reads whole lines gets at most 4095 bytes of
# each.
navi_check_lines() {
    [ ${#1} -gt 1000 ] || return 0
    case $(stty -a <"$navi_terminal" 2>/dev/null) in *' -icanon'* | '') return 0 ;; esac
    if printf '%s\n' "$1" | LC_ALL=C awk 'length($0) > 4095 { found = 1 } END { exit !found }'; then
        navi_fail 1 "the program in $navi_name reads whole lines of at most 4095 bytes; nothing was sent"
    fi
}

# navi_type TEXT: type it byte for byte if it is one short printable line, else paste it as one text, because a typed
# tab would complete something and a line end would submit.
navi_type() {
    [ -n "$1" ] || return 0
    navi_check_lines "$1"
    case $1 in
    *[[:cntrl:]]*) navi_paste "$1" -p ;;
    *) if [ ${#1} -gt 500 ]; then navi_paste "$1" -p; else navi_paste "$1" -r; fi ;;
    esac
}

# navi_paste TEXT HOW: paste it through a buffer of this call alone, because everybody can read the arguments of a
# process. HOW is -p for a bracketed paste where the program asks for it, or -r for keys. Panes that are synchronized
# all get it.
navi_paste() {
    navi_typed=$1
    navi_targets=$navi_pane
    [ "$navi_synchronized" = 1 ] || navi_targets=$(navi_tmux "$navi_socket" list-panes -t "$navi_pane" -F '#{pane_id}')
    shift
    if [ -n "$navi_unchanged" ]; then
        navi_guarded "paste-buffer $1 -b $navi_token -t $navi_pane" navi_load
        return
    fi
    for navi_target in $navi_targets; do set -- "$@" \; paste-buffer "$1" -b "$navi_token" -t "$navi_target"; done
    shift
    navi_check_answer "$(navi_load "$@" 2>&1)" $?
}

# navi_load [\; COMMAND...]: put the text navi_typed into the buffer of this call while these commands of tmux run.
navi_load() {
    printf '%s' "$navi_typed" | navi_tmux "$navi_socket" load-buffer -b "$navi_token" - "$@" \; delete-buffer -b "$navi_token"
}

# navi_guarded COMMAND FUNCTION: let tmux run the command if nothing has changed since the pane was looked at; else look
# again. A busy agent changes its screen often. FUNCTION calls tmux with more commands.
navi_guarded() {
    navi_guard_tries=100
    while :; do
        navi_guard_answer=$("$2" \; if-shell -F -t "$navi_pane" "$navi_unchanged" "$1 ; display-message -p 'was typed'" 2>&1)
        navi_guard_code=$?
        case $navi_guard_code,$navi_guard_answer in 0,*'was typed'*) return ;; esac
        navi_check_answer "$navi_guard_answer" "$navi_guard_code"
        [ "$navi_guard_tries" -gt 0 ] || navi_fail 1 "the screen of $navi_name changes all the time; $navi_undone; try again"
        navi_guard_tries=$((navi_guard_tries - 1))
        navi_refuse_dialogs "$navi_undone"
    done
}

# navi_call_tmux \; COMMAND...: these commands of tmux, of which one more is first.
navi_call_tmux() {
    navi_tmux "$navi_socket" display-message -p '' "$@" </dev/null
}

# navi_press KEY...: press keys by their names.
navi_press() {
    if [ -n "$navi_unchanged" ]; then
        navi_press_guarded "$@"
        return
    fi
    for navi_key; do
        shift
        navi_escape "$navi_key"
        set -- "$@" "$navi_escaped"
    done
    navi_check_answer "$(navi_become_tmux "$navi_socket" send-keys -t "$navi_pane" -- "$@" 2>&1)" $?
}

navi_press_guarded() {
    navi_quoted=
    for navi_key; do navi_quote "$navi_key"; done
    navi_guarded "send-keys -t $navi_pane --$navi_quoted" navi_call_tmux
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
    navi_was="$navi_cursor $navi_screen"
    navi_tries=$1
    navi_tenths=$1
    shift
    while navi_look_at_pane "$@"; do
        [ "$navi_was" = "$navi_cursor $navi_screen" ] || return 0
        [ "$navi_tries" -gt 0 ] && [ "$navi_is_dead" = 0 ] || return 1
        sleep "$([ "$navi_tries" -eq "$navi_tenths" ] && echo 0.02 || echo 0.1)"
        navi_tries=$((navi_tries - 1))
    done
}

# navi_await_echo TEXT: wait until the pane shows what is typed. Where nothing else has to be looked at before, Enter is
# pressed by the look that finds the cursor moved, which saves a call of tmux; navi_pressed says so.
navi_await_echo() {
    if [ -n "$navi_pattern$navi_unchanged" ] || [ ${#1} -gt 200 ]; then
        navi_await_change 5 || return
        [ ${#1} -le 200 ] || navi_await_rest 50
        return 0
    fi
    navi_cursor_before=$navi_cursor
    navi_await_change 5 \; if-shell -F -t "$navi_pane" \
        "#{!=:#{history_size} #{cursor_x} #{cursor_y},$navi_cursor_before}" "send-keys -t $navi_pane Enter" || return
    [ "$navi_cursor" = "$navi_cursor_before" ] || navi_pressed=yes
}

# navi_submit RETRIES: Enter, and see that it did something. A program that showed what was typed and then does not
# change has not accepted it yet; one that shows nothing can't be judged. In navi_verified: yes, no, or unknown.
navi_submit() {
    navi_verified=unknown
    navi_left=$1
    navi_pause=5
    [ -z "$navi_unchanged" ] || navi_refuse_dialogs 'the text was typed, but Enter was not pressed'
    [ "$navi_pressed" = yes ] || navi_press Enter
    [ "$navi_shown" = yes ] || return 0
    until navi_await_change "$navi_pause"; do
        navi_verified=no
        [ "$navi_left" -gt 1 ] && [ "$navi_is_dead" = 0 ] || return 0
        navi_left=$((navi_left - 1))
        navi_pause=$((navi_pause * 2))
        [ -z "$navi_unchanged" ] || navi_refuse_dialogs 'Enter was pressed, and nothing happened'
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

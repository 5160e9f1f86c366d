# shellcheck shell=sh disable=SC2015,SC2016,SC2034,SC2086,SC2154,SC2174,SC3013,SC3045
# Typing into a pane, and waiting for what it shows. Needs address.sh in front, and what that needs.

# ---- typing

# navi_hold_pane TOKEN: nobody else types into the pane meanwhile. Who has locked the session for longer (lock.sh) must
# show the TOKEN of that lock.
navi_hold_pane() {
    navi_pen=
    navi_find_registry && navi_open_pens || return 0
    navi_refuse_locked "$1"
    navi_pen=$navi_pens/pane.$navi_server.${navi_pane#%}
    navi_acquire "$navi_pen" 0 7 && return
    navi_acquire "$navi_pen" 30 7 || navi_fail $navi_late "somebody else has been typing into $navi_name for 30 s; nothing was sent"
    navi_inspect # what was seen before is old
}

navi_let_go_pane() { [ -z "$navi_pen" ] || navi_release "$navi_pen" 7; }

# navi_open_pens: have the folder of locks beside the registry.
navi_open_pens() {
    navi_pens=$navi_sockets/.navi
    [ -d "$navi_pens" ] || mkdir -p -m 700 "$navi_sockets" "$navi_pens" 2>/dev/null
    [ -w "$navi_pens" ]
}

# navi_read_lock: who has locked the session, in navi_locked_by, with which token, and until when (epoch).
navi_read_lock() {
    navi_lock_file=$navi_pens/lock.$navi_server.${navi_identity#* }
    navi_lock_file=${navi_lock_file%% *}
    navi_lock_token=
    navi_lock_until=0
    navi_locked_by=
    [ -f "$navi_lock_file" ] && read -r navi_lock_token navi_lock_until navi_locked_by <"$navi_lock_file"
}

navi_refuse_locked() {
    navi_read_lock || return 0
    [ "$navi_lock_token" != "$1" ] && [ "${navi_lock_until:-0}" -gt "$(date +%s)" ] || return 0
    navi_fail $navi_late "$navi_name is locked by $navi_locked_by; nothing was sent; navi unlock --force would end that"
}

# navi_refuse_unready FORCE: a pane that would not take what is typed, or not as it is meant.
navi_refuse_unready() {
    [ "$navi_is_dead" = 0 ] || navi_fail 1 "the pane of $navi_name is dead; nothing was sent"
    [ "$navi_input_off" = 0 ] || navi_fail 1 "the pane of $navi_name takes no input (select-pane -e would change that); nothing was sent"
    [ "$navi_in_mode" = 1 ] || return 0
    [ -n "$1" ] || navi_fail 1 "the pane of $navi_name is in copy mode, somebody reads there; nothing was sent; --force leaves that mode"
    navi_tmux "$navi_socket" send-keys -t "$navi_pane" -X cancel
}

# navi_check_lines TEXT: a program that reads whole lines gets at most 4095 bytes of each.
navi_check_lines() {
    [ ${#1} -gt 1000 ] || return 0
    case $(stty -a <"$navi_terminal" 2>/dev/null) in *' -icanon'* | '') return 0 ;; esac
    if printf '%s\n' "$1" | LC_ALL=C awk 'length($0) > 4095 { found = 1 } END { exit !found }'; then
        navi_fail 1 "the program in $navi_name reads line by line, and a line may have 4095 bytes; nothing was sent"
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
            navi_told "$(navi_tmux "$navi_socket" send-keys -t "$navi_pane" -l -- "$navi_escaped" 2>&1)" $?
        fi
        ;;
    esac
}

navi_paste() {
    navi_told "$(printf '%s' "$1" | navi_tmux "$navi_socket" load-buffer -b "$navi_token" - \; \
        paste-buffer -p -d -b "$navi_token" -t "$navi_pane" 2>&1)" $?
}

# navi_press KEY...: by their names.
navi_press() {
    navi_told "$(navi_tmux "$navi_socket" send-keys -t "$navi_pane" -- "$@" 2>&1)" $?
}

# navi_told ANSWER STATUS: go on only if tmux did it.
navi_told() {
    [ "$2" -eq 0 ] && return
    navi_answer=$1
    navi_verdict "$2" "$1"
    case $navi_answer in "can't find "*) navi_fail $navi_none "the session $navi_name has ended" ;; esac
    navi_tmux_failed
}

# navi_await_change TENTHS: wait until the pane shows something else than it did, for so many tenths of a second.
navi_await_change() {
    navi_was="$navi_place $navi_screen"
    navi_tries=$1
    while navi_inspect; do
        [ "$navi_was" = "$navi_place $navi_screen" ] || return 0
        [ "$navi_tries" -gt 0 ] && [ "$navi_is_dead" = 0 ] || return 1
        sleep "$([ "$navi_tries" -eq "$1" ] && echo 0.02 || echo 0.1)"
        navi_tries=$((navi_tries - 1))
    done
}

# navi_submit RETRIES: Enter, and see that it did something. A program that showed what was typed and then does not
# move has not taken it yet; one that shows nothing can't be asked. In navi_verified: yes, no, or unknown.
navi_submit() {
    navi_verified=unknown
    navi_left=$1
    navi_pause=5
    navi_before_enter=$navi_screen
    navi_start_line=$navi_history
    navi_press Enter
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

# navi_say TEXT RETRIES: type it, submit it, and have in navi_before what the pane showed before the answer: from the
# line navi_start of its history on. What is typed is waited for, so that its echo is not taken for an answer.
navi_say() {
    navi_before=$navi_screen
    navi_start=$navi_history
    navi_shown=no
    navi_type "$1"
    if [ -n "$1" ] && navi_await_change 5; then
        navi_shown=yes
        [ ${#1} -le 200 ] || while navi_await_change 1; do :; done
    fi
    navi_echo=$1
    navi_echo_bare=1
    case $navi_shown,$1 in
    no,* | *"$navi_newline"*) ;;
    *)
        navi_echo_bare=
        navi_before=$navi_screen
        navi_start=$navi_history
        ;;
    esac
    navi_submit "$2"
}

# ---- waiting

# navi_check_pattern PATTERN FIXED: refuse at once what grep would not understand.
navi_check_pattern() {
    navi_match=-E
    [ -z "$2" ] || navi_match=-F
    : | grep "$navi_match" -e "$1" >/dev/null 2>&1
    [ $? -le 1 ] || navi_fail 64 "grep -E does not understand the pattern $1; --fixed takes it as it stands"
}

# navi_set_timer SECONDS: a process that ends when time is up; navi_time_left asks for it without a process.
navi_set_timer() {
    sleep "$1" >/dev/null 2>&1 &
    navi_timer=$!
    trap navi_leave EXIT
}

navi_time_left() { kill -0 "$navi_timer" 2>/dev/null; }

# navi_matching: the first line on standard input that matches, blanks at its end or not.
navi_matching() {
    sed -n 'p
s/ *$//p' | grep "$navi_match" -e "$navi_pattern" | head -n 1
}

# navi_await_text LINES: wait until a line matches navi_pattern; it is in navi_line then. With LINES the pane's text and
# so many lines of its history count, "-" for all; without, only what has come since navi_before.
navi_await_text() {
    navi_was=
    navi_line=
    while :; do
        if [ "$navi_was" != "$navi_place $navi_screen" ]; then
            navi_was="$navi_place $navi_screen"
            if [ -n "$1" ]; then
                navi_line=$(navi_tmux "$navi_socket" capture-pane -p -J -S "-${1#-}" -t "$navi_pane" | navi_matching)
            else
                navi_line=$(navi_new_lines | navi_matching)
            fi
            [ -z "$navi_line" ] || return 0
        fi
        [ "$navi_is_dead" = 0 ] || navi_give_up 1 "the pane of $navi_name died before that was seen"
        navi_time_left || return 1
        sleep 0.05
        navi_inspect
    done
}

# navi_give_up STATUS WORDS: the end of a wait that was in vain, with what the pane shows.
navi_give_up() {
    printf '%s screen\n%s\n' "$navi_token" "$navi_screen"
    navi_fail "$@"
}

# What is new in a capture: the lines that were not in the same place before, but for the echo of what was typed.
navi_differ='
BEGIN {
    token = ENVIRON["navi_token"]
    bare = ENVIRON["navi_echo_bare"]
    count = split(ENVIRON["navi_echo"], part, "\n")
    for (i = 1; i <= count; i++) if (part[i] != "") echoes[part[i]]++
}
$0 == token { now = 1; next }
!now { before[++known] = $0; next }
{ line++ }
line <= known && before[line] == $0 { next }
is_echo() { next }
{ print }

function is_echo(    echo, rest) {
    for (echo in echoes) {
        if (echoes[echo] < 1 || length($0) < length(echo)) continue
        rest = $0
        sub(/ +$/, "", rest)
        if (substr(rest, length(rest) - length(echo) + 1) != echo) continue
        rest = substr(rest, 1, length(rest) - length(echo))
        if (rest == "" ? bare : rest ~ /[^A-Za-z0-9 ] *$/) {
            echoes[echo]--
            return 1
        }
    }
    return 0
}
'

# navi_new_lines: what the pane has shown since navi_before, its history included.
navi_new_lines() {
    export navi_echo navi_echo_bare navi_token
    navi_find_start
    {
        printf '%s\n%s\n' "$navi_before" "$navi_token"
        navi_tmux "$navi_socket" capture-pane -p -J -S "$navi_offset" -t "$navi_pane"
    } | LC_ALL=C awk "$navi_differ"
}

# navi_find_start: where the line navi_start is now, from the top of the screen, in navi_offset. A full history drops a
# tenth of its lines at once: then the place is where the first line from before is found again.
navi_find_start() {
    navi_offset=$((navi_start - navi_history))
    [ $((navi_history + navi_history_limit / 10)) -ge "$navi_history_limit" ] || [ "$navi_offset" -gt 0 ] || return 0
    navi_step=$((navi_history_limit / 10))
    [ "$navi_step" -gt 0 ] || navi_step=1
    navi_at=$navi_offset
    navi_head=${navi_before%%"$navi_newline"*}
    while [ "$navi_at" -ge "-$navi_history" ]; do
        if [ "$navi_at" -le 0 ] && [ "$(navi_tmux "$navi_socket" capture-pane -p -S "$navi_at" -E "$navi_at" -t "$navi_pane")" = "$navi_head" ]; then
            navi_offset=$navi_at
            return 0
        fi
        navi_at=$((navi_at - navi_step))
    done
    # What was there before has been dropped: all is new.
    [ "$navi_offset" -le 0 ] || navi_offset=-
    [ "$navi_offset" = - ] || [ "$navi_offset" -ge "-$navi_history" ] || navi_offset=-
}

# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: lib/state_folder lib/fail lib/tmux
# shares: navi_command_line navi_shown_first
# changes: navi_answer
# How a session is started.

# navi_start TYPE LINE MORE WORD BEFORE [ENDS KEEP WINDOW VARIABLE=VALUE...]: start a session navi_name in navi_cwd that
# runs a line in the user's shell, with MORE at its end this one time; no LINE is just the shell. See first_process.sh,
# whose text is navi_starter, for WORD, BEFORE, ENDS and the variables. KEEP keeps its pane when it dies; WINDOW is its
# window's name. Ends with navi_started (process of the server, id, time of creation, process of the pane, name) and
# navi_started_pane (id, index, name of the window), navi_started_socket.
navi_start() {
    navi_type=$1
    navi_command_line=$2
    navi_line_now=$2${3:+ $3}
    navi_needed=$4
    navi_shown_first=$5
    navi_mark=
    navi_ends=${6-}
    navi_keeps=${7-}
    navi_window=${8-}
    if [ $# -gt 8 ]; then shift 8; else set --; fi
    if [ -n "$navi_line_now$navi_shown_first$navi_keeps$*" ]; then
        navi_open_mark
        navi_escape "$navi_line_now"
        [ -z "$navi_keeps" ] || navi_keeps=$(command -v tmux)
        set -- -- sh -c "$navi_starter" navi-start \
            "$navi_escaped" "$navi_needed" "$navi_mark" "$navi_shown_first" "$navi_ends" "$navi_keeps" "$@"
    fi
    navi_escape_format "$navi_cwd"
    set -- -c "$navi_escaped" "$@"
    navi_escape_format "$navi_window"
    [ -z "$navi_window" ] || set -- -n "$navi_escaped" "$@"
    navi_escape_format "$navi_name"
    set -- -s "$navi_escaped" "$@"
    navi_escape "$navi_command_line"
    navi_start_tmux "$@" \; set-option -q -t "=$navi_name:" @navi_type "$navi_type" \; \
        set-option -q -t "=$navi_name:" @navi_line "$navi_escaped"
    # Some names can't be written in a target.
    [ "$navi_word" = ok ] ||
        navi_tmux "$navi_socket" set-option -q -t "$navi_started_id" @navi_type "$navi_type" \; \
            set-option -q -t "$navi_started_id" @navi_line "$navi_escaped"
    [ -z "$navi_mark" ] || navi_await_line
}

# navi_start_tmux ARGUMENTS...: of new-session.
navi_start_tmux() {
    set -- new-session -d -P -F "#{pid} #{session_id} #{session_created} #{pane_pid} #{session_name}
#{pane_id} #{window_index}.#{pane_index} #{window_name}
#{socket_path}" "$@"
    navi_ping "$navi_socket" || navi_tmux_failed
    navi_consult "$navi_socket" "$@"
    case $navi_answer in
    'server exited unexpectedly' | 'lost server')
        # One that lost its last session is just ending.
        sleep 1
        navi_consult "$navi_socket" "$@"
        ;;
    esac
    case $navi_word,$navi_answer in
    ok,* | failed,[0-9]*' $'* | absent,[0-9]*' $'*) ;;
    *,'duplicate session'*) navi_fail $navi_exists "there is a session $navi_name already" ;;
    *) navi_tmux_failed ;;
    esac
    navi_started=${navi_answer%%"$navi_newline"*}
    navi_answer=${navi_answer#*"$navi_newline"}
    navi_started_pane=${navi_answer%%"$navi_newline"*}
    navi_started_socket=${navi_answer#*"$navi_newline"}
    navi_started_socket=${navi_started_socket%%"$navi_newline"*}
    navi_started_id=${navi_started#* }
    navi_started_id=${navi_started_id%% *}
}

# navi_open_mark: the FIFO by which a new session tells that its command was found.
navi_open_mark() {
    navi_open_state || navi_fail 1 "the folder $navi_state can't be written to"
    navi_mark=$navi_state/start.$$
    rm -f "$navi_mark"
    mkfifo -m 600 "$navi_mark" 2>/dev/null || navi_fail 1 "no FIFO can be made in $navi_state"
    trap navi_leave EXIT
    # From now on nothing that is written gets lost.
    exec 4<>"$navi_mark"
}

# navi_await_line: wait until the shell of the new session has read its startup files; without its command there is
# to be no session. A shell that takes long goes on by itself: the line is not typed, it can't get lost.
navi_await_line() {
    case $(navi_limited 8 head -n 1 <&4 2>/dev/null) in
    missing)
        navi_tmux "$navi_socket" kill-session -t "$navi_started_id" 2>/dev/null
        navi_fail $navi_unavailable "the host's shell can't find $navi_needed; nothing was created"
        ;;
    found) ;;
    *) printf '%s slow\n' "$navi_token" ;;
    esac
}

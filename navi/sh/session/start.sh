# shellcheck shell=sh disable=SC2016,SC2034,SC2086,SC2154
# needs: session/check_start session/first_file lib/recover_start lib/fail lib/tmux
# shares: navi_cleans_up navi_command_line navi_shown_first navi_type
# changes: navi_answer navi_doomed navi_first navi_mark
# Defines functions that start a session, with a line for the shell of the user or without one.

# Not empty where the caller has a trap of its own, which ends with navi_leave.
navi_cleans_up=

# navi_start TYPE LINE MORE WORD BEFORE [ENDS KEEP WINDOW VARIABLE=VALUE...]: start a session navi_name in navi_cwd that
# runs a line in the user's shell, with MORE at its end this one time; no LINE is just the shell. See first_process.sh,
# whose text is navi_starter, for WORD, BEFORE, ENDS and the variables. KEEP keeps its pane when it dies; WINDOW is its
# window's name. Ends with navi_new_session (process of the server, id, time of creation, process of the pane, name) and
# navi_started_pane (id, index, name of the window), navi_started_socket. Until navi_settle its pane stays if it dies,
# and the session goes if we fail.
navi_start() {
    navi_type=$1
    navi_command_line=$2
    navi_line_now=$2${3:+ $3}
    navi_needed=$4
    navi_shown_first=$5
    navi_mark=
    navi_first=
    navi_ends=${6-}
    navi_keeps=${7-}
    navi_window=${8-}
    if [ $# -gt 8 ]; then shift 8; else set --; fi
    [ -n "$navi_cleans_up" ] || trap navi_leave EXIT
    if [ -n "$navi_line_now$navi_shown_first$*" ]; then
        [ -z "$navi_line_now" ] || navi_open_mark
        navi_write_first "$@"
        set -- -- sh -c "$navi_first_reader" navi-start "$navi_first"
    fi
    navi_start_named "$@"
    navi_doomed=$navi_started_id
    # Both at once: undo would restore a command without its line as nothing.
    navi_escape "$navi_command_line"
    navi_tmux "$navi_socket" set-option -q -t "$navi_started_id" @navi_line "$navi_escaped" \; \
        set-option -q -t "$navi_started_id" @navi_type "$navi_type" 2>/dev/null
    [ -z "$navi_mark" ] || navi_await_line
}

# navi_start_named [-- COMMAND...]: start it with its name, directory and window. The arguments of the call that starts
# a tmux server can be read by everybody for as long as the server runs: they have neither line nor variables.
navi_start_named() {
    navi_escape_format "$navi_cwd"
    set -- -c "$navi_escaped" "$@"
    navi_escape_format "$navi_window"
    [ -z "$navi_window" ] || set -- -n "$navi_escaped" "$@"
    navi_escape_format "$navi_name"
    set -- -s "$navi_escaped" "$@"
    navi_starting=
    if [ -z "$navi_keeps" ]; then
        navi_note_begun
        navi_starting=$navi_self@$navi_place_key
    fi
    navi_start_tmux "$@" \; set-option -w -t "=$navi_name:" remain-on-exit on \; \
        set-option -q -t "=$navi_name:" @navi_starting "$navi_starting"
    # Some names can't be written in a target.
    [ "$navi_word" = ok ] ||
        navi_tmux "$navi_socket" set-option -w -t "$navi_started_id:" remain-on-exit on \; \
            set-option -q -t "$navi_started_id" @navi_starting "$navi_starting" 2>/dev/null
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
    # tmux prints this before or after the ids, by chance.
    case $navi_answer in 'no such window: '*) navi_answer=${navi_answer#*"$navi_newline"} ;; esac
    case $navi_word,$navi_answer in
    ok,* | failed,[0-9]*' $'* | absent,[0-9]*' $'*) ;;
    *,'duplicate session'*) navi_fail $navi_exists "there is a session $navi_name already" ;;
    *) navi_tmux_failed ;;
    esac
    navi_new_session=${navi_answer%%"$navi_newline"*}
    navi_answer=${navi_answer#*"$navi_newline"}
    navi_started_pane=${navi_answer%%"$navi_newline"*}
    navi_started_socket=${navi_answer#*"$navi_newline"}
    navi_started_socket=${navi_started_socket%%"$navi_newline"*}
    navi_started_id=${navi_new_session#* }
    navi_started_id=${navi_started_id%% *}
}

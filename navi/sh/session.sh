# shellcheck shell=sh disable=SC2154,SC2034,SC2088,SC2174,SC2086,SC3045
# One session of this machine: whether it is still the one that was meant, how one is started, where its files are.
# What can't be done ends with words on standard error and a status of sysexits(3).

navi_none=66 navi_unavailable=69 navi_exists=73 navi_late=75 navi_refused=77

# navi_fail STATUS WORDS...
navi_fail() {
    navi_status=$1
    shift
    printf '%s\n' "$*" >&2
    exit "$navi_status"
}

# navi_leave: at the end of an operation, whatever the end: nothing stays of what is only for its time. A session in
# navi_doomed is one of which not everything could be had.
navi_leave() {
    navi_status=$?
    [ -z "${navi_mark-}" ] || rm -f "$navi_mark"
    [ -z "${navi_journal-}" ] || rm -f "$navi_journal"
    [ -z "${navi_timer-}" ] || kill "$navi_timer"
    [ -z "${navi_doomed-}" ] || navi_tmux "$navi_socket" kill-session -t "$navi_doomed"
    exit "$navi_status"
} 2>/dev/null

# navi_enter DIR: know the folder of status files, and mend what was left half done there. It need not exist.
navi_enter() {
    navi_expand "${1:-.claude-sessions}"
    navi_dir=$navi_expanded
    navi_nest=$navi_dir/.navi
    navi_mark=
    navi_journal=
    trap : PIPE # that nobody listens any more must end nothing half-way
    navi_mend
}

# navi_mean SOCKET SERVER ID CREATED NAME FILE: the session that is meant. Without ID there is only its status file;
# without FILE there is none. With the SERVER `named` it is whatever has that name now.
navi_mean() {
    navi_socket=$1
    navi_identity="$2 $3 $4"
    navi_id=$3
    navi_name=$5
    navi_file=
    [ -z "$6" ] || navi_file=$navi_dir/$6.json
    [ "$2" != named ] || navi_find_by_name
}

# navi_find_by_name: the session that has the name now, unless there is only its file.
navi_find_by_name() {
    navi_seek_session || [ -e "$navi_file" ] || navi_fail $navi_none "there is no session $navi_name"
}

# navi_seek: the session of the server navi_socket that has the name navi_name, by tmux's id in navi_id; its identity is
# in navi_identity. Fails where there is none; a server that does not tell ends the operation.
navi_seek() {
    navi_id=
    navi_consult "$navi_socket" list-sessions -F '#{session_name} #{pid} #{session_id} #{session_created}'
    case $navi_word in ok | none) ;; *) navi_tmux_failed ;; esac
    set -f
    IFS=$navi_newline
    for navi_listed in $navi_answer; do
        navi_rest=${navi_listed#"$navi_name "}
        # A name may hold blanks, and one may begin like another: just three words may follow it.
        case $navi_rest in
        "$navi_listed" | *' '*' '*' '*) ;;
        [0-9]*' $'[0-9]*' '[0-9]*)
            navi_identity=$navi_rest
            navi_id=${navi_rest#* }
            navi_id=${navi_id%% *}
            ;;
        esac
    done
    unset IFS
    set +f
    [ -n "$navi_id" ]
}

# navi_meet: what has become of that session, in navi_met: same, gone, other (its id or its name has another owner).
# A tmux that does not tell ends the operation.
navi_meet() {
    navi_met=gone
    if [ -z "$navi_id" ]; then
        navi_find_namesake
        return
    fi
    if [ "${navi_looked-}" = yes ]; then # just now, on the way here (address.sh)
        navi_looked=no
        if [ "$navi_session_name" = "$navi_name" ]; then navi_met=same; else navi_met=other; fi
        return
    fi
    navi_consult "$navi_socket" list-panes -s -t "$navi_id" -F '#{pid} #{session_id} #{session_created} #{session_name}'
    case $navi_word,${navi_answer%%"$navi_newline"*} in
    "ok,$navi_identity $navi_name") navi_met=same ;;
    ok,*) navi_met=other ;;
    none,* | absent,*) ;;
    *) navi_tmux_failed ;;
    esac
}

# navi_find_namesake: the same for a session that was only a file: one of its name may have begun since.
navi_find_namesake() {
    navi_consult '' list-sessions -F '#{session_name}'
    case $navi_word,$navi_newline$navi_answer$navi_newline in
    "ok,"*"$navi_newline$navi_name$navi_newline"*) navi_met=other ;;
    ok,* | none,*) ;;
    *) navi_tmux_failed ;;
    esac
}

# navi_need: go on only with that very session.
navi_need() {
    navi_meet
    case $navi_met in
    gone) navi_fail $navi_none "the session $navi_name has ended" ;;
    other) navi_fail $navi_none "the session $navi_name has been replaced, renamed or begun meanwhile; look again" ;;
    esac
}

# navi_tmux_failed: end, with what the last verdict means.
navi_tmux_failed() {
    case $navi_word in
    missing) navi_fail $navi_unavailable 'tmux is not installed there, or is where nobody looks; a link in ~/.local/bin helps' ;;
    hung) navi_fail $navi_late 'its tmux server does not answer; look at it there' ;;
    *) navi_fail 1 "tmux says: $navi_answer" ;;
    esac
}

# navi_open_nest: have the private folder beside the status files.
navi_open_nest() {
    [ -d "$navi_nest" ] || mkdir -p -m 700 "$navi_dir" "$navi_nest" 2>/dev/null
    [ -w "$navi_nest" ]
}

# navi_start TYPE LINE MORE WORD BEFORE [ENDS KEEP WINDOW VARIABLE=VALUE...]: start a session navi_name in navi_cwd that
# runs a line in the user's shell, with MORE at its end this one time; no LINE is just the shell. See start.sh, whose text is
# navi_starter, for WORD, BEFORE, ENDS and the variables. KEEP keeps its pane when it dies; WINDOW is its window's name.
# Ends with navi_started (process of the server, id, time of creation, process of the pane, name) and navi_started_pane
# (id, index, name of the window), navi_started_socket.
navi_start() {
    navi_type=$1
    navi_line=$2
    navi_line_now=$2${3:+ $3}
    navi_needed=$4
    navi_before=$5
    navi_ends=${6-}
    navi_keeps=${7-}
    navi_window=${8-}
    if [ $# -gt 8 ]; then shift 8; else set --; fi
    if [ -n "$navi_line_now$navi_before$navi_keeps$*" ]; then
        navi_open_mark
        navi_escape "$navi_line_now"
        [ -z "$navi_keeps" ] || navi_keeps=$(command -v tmux)
        set -- -- sh -c "$navi_starter" navi-start \
            "$navi_escaped" "$navi_needed" "$navi_mark" "$navi_before" "$navi_ends" "$navi_keeps" "$@"
    fi
    navi_escape_format "$navi_cwd"
    set -- -c "$navi_escaped" "$@"
    navi_escape_format "$navi_window"
    [ -z "$navi_window" ] || set -- -n "$navi_escaped" "$@"
    navi_escape_format "$navi_name"
    set -- -s "$navi_escaped" "$@"
    navi_escape "$navi_line"
    navi_start_tmux "$@" \; set-option -q -t "=$navi_name:" @navi_type "$navi_type" \; \
        set-option -q -t "=$navi_name:" @navi_line "$navi_escaped"
    # Some names can't be said in a target.
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
    navi_open_nest || navi_fail 1 "the folder $navi_nest can't be written to"
    navi_mark=$navi_nest/start.$$
    rm -f "$navi_mark"
    mkfifo -m 600 "$navi_mark" 2>/dev/null || navi_fail 1 "no FIFO can be made in $navi_nest"
    trap navi_leave EXIT
    exec 4<>"$navi_mark" # from now on nothing that is told gets lost
}

# navi_await_line: wait until the shell of the new session has read its startup files; without its command there is
# to be no session. A shell that takes long goes on by itself: the line is not typed, it can't get lost.
navi_await_line() {
    case $(navi_limited 8 head -n 1 <&4 2>/dev/null) in
    missing)
        navi_tmux "$navi_socket" kill-session -t "$navi_started_id"
        navi_fail $navi_unavailable "$navi_needed is not found by the shell there; nothing was created"
        ;;
    found) ;;
    *) printf '%s slow\n' "$navi_token" ;;
    esac
}

# navi_escape_format WORD: the same where tmux looks for formats, which can run commands: every # must be two.
navi_escape_format() {
    navi_rest=$1
    navi_whole=
    while :; do
        case $navi_rest in *'#'*) ;; *) break ;; esac
        navi_whole="$navi_whole${navi_rest%%'#'*}##"
        navi_rest=${navi_rest#*'#'}
    done
    navi_escape "$navi_whole$navi_rest"
}

# navi_wake: have every watch of this folder look at once. One may end at this moment; that is no failure.
navi_wake() {
    for navi_fifo in "$navi_nest"/watch.*; do
        if [ -p "$navi_fifo" ] && kill -0 "${navi_fifo##*.}" 2>/dev/null; then
            printf 'poll\n' 5<>"$navi_fifo" >&5 || :
        fi
    done 2>/dev/null
}

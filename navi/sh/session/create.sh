# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2174
# needs: session/folder session/start pane/address pane/writer_lock registry/recover registry/require
# expects: navi_take_steps
# shares: navi_count
# changes: navi_name navi_socket navi_unregistered
# Creating a session.

# navi_put_first LINE NAME: put a line first in a file of the state folder, which keeps twenty.
navi_put_first() {
    case $1 in *"$navi_newline"*) return ;; esac
    navi_open_state && {
        printf '%s\n' "$1"
        grep -vxF -- "$1" "$navi_state/$2" | head -n 19
    } >"$navi_state/recent.$$" && mv -f "$navi_state/recent.$$" "$navi_state/$2"
} 2>/dev/null

# navi_note_socket: a tmux server whose socket is where nobody would look for it.
navi_note_socket() {
    navi_find_user
    navi_find_servers
    case $navi_newline$navi_others in
    *"$navi_newline$navi_started_socket$navi_newline"*) ;;
    *) navi_put_first "$navi_started_socket" sockets ;;
    esac
}

# navi_take_name: let nobody else create a session of this name meanwhile, on any server.
navi_take_name() {
    navi_need_registry
    navi_open_locks || {
        navi_unregistered="$navi_sockets can't be written to"
        return 0
    }
    navi_acquire "$navi_locks/name.$navi_name" 30 7 ||
        navi_fail $navi_late "another process has been creating $navi_name for 30 s; nothing was created"
    if navi_find_entry && navi_socket=$navi_entry_socket && navi_find_entry_pane; then
        navi_fail $navi_exists "there is a session $navi_name already, registered on $navi_entry_socket"
    fi
}

# navi_sweep_locks: delete old lock files if there are many. Released ones stay, because somebody may wait for them.
navi_sweep_locks() {
    set -- "$navi_locks"/*
    [ $# -lt 100 ] || find "$navi_locks" -type f ! -name 'lock.*' -mtime +1 -exec rm -f {} + 2>/dev/null || :
}

# navi_run STEP... VARIABLE=VALUE...: start it, and take the steps (steps.sh), without which it is not to be.
navi_run() {
    navi_start_with "$@"
    [ "$navi_count" -gt 0 ] || return 0
    navi_doomed=$navi_started_id
    trap navi_leave EXIT
    navi_take_steps "$@"
    navi_doomed=
}

navi_start_with() {
    shift "$navi_count"
    for navi_variable; do
        shift
        navi_escape "$navi_variable"
        set -- "$@" "$navi_escaped"
    done
    navi_start "$navi_new_type" "$navi_new_line" '' "$navi_new_program" '' "$navi_new_ends" "$navi_new_keeps" "$navi_new_window" "$@"
}

# navi_create STARTER DIR SOCKET NAME CWD LINE WORD TYPE ENDS KEEP WINDOW REGISTER COUNT STEP... VARIABLE=VALUE...:
# create a session, and take steps in it, of COUNT words. Nothing is left where a step fails.
navi_create() {
    navi_starter=$1
    navi_enter "$2"
    navi_wanted_socket=$3
    navi_name=$4
    navi_expand "$5"
    navi_cwd=$navi_expanded
    [ -d "$navi_cwd" ] || navi_fail $navi_none "there is no directory $navi_cwd; nothing was created"
    [ -x "$navi_cwd" ] || navi_fail $navi_refused "the directory $navi_cwd can't be entered; nothing was created"
    shift 5
    navi_new_line=$1 navi_new_program=$2 navi_new_type=$3 navi_new_ends=$4 navi_new_keeps=$5 navi_new_window=$6 navi_registers=$7 navi_count=$8
    shift 8
    navi_unregistered=
    [ -z "$navi_registers" ] || navi_take_name
    navi_socket=$navi_wanted_socket
    case $navi_socket in */*) [ -d "${navi_socket%/*}" ] || mkdir -p -m 700 "${navi_socket%/*}" 2>/dev/null ;; esac
    navi_run "$@"
    [ -z "$navi_registers" ] || [ -n "$navi_unregistered" ] || navi_register
    navi_put_first "$navi_cwd" recent
    [ -z "$navi_wanted_socket" ] || navi_note_socket
    navi_wake
    printf '%s created %s\n%s place %s\n' "$navi_token" "$navi_started" "$navi_token" "$navi_started_pane"
    printf '%s socket %s\n' "$navi_token" "$navi_started_socket"
    if [ -n "$navi_unregistered" ]; then
        printf '%s unregistered %s\n' "$navi_token" "$navi_unregistered"
    elif [ -n "$navi_registers" ]; then
        printf '%s registered\n' "$navi_token"
    fi
    [ -z "${navi_locks-}" ] || navi_sweep_locks
}

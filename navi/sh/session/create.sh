# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2174
# needs: session/folder session/start session/check_start session/registered_name session/remember pane/writer_lock
# needs: registry/recover
# expects: navi_take_steps
# shares: navi_count
# changes: navi_name navi_socket navi_unregistered
# Defines functions that create a session, take the first steps in it, and register it.

# navi_take_name: let nobody else create a session of this name meanwhile, on any server.
navi_take_name() {
    navi_open_locks || {
        navi_unregistered=$navi_trouble
        return 0
    }
    navi_acquire "$navi_locks/name.$navi_name" 30 7 ||
        navi_fail $navi_late "another process has been creating $navi_name for 30 s; nothing was created"
    navi_refuse_registered "$navi_name" 'nothing was created'
}

# navi_sweep_locks: delete old lock files if there are many. Released ones stay, because a process may wait for them.
navi_sweep_locks() {
    set -- "$navi_locks"/*
    [ $# -lt 100 ] || find "$navi_locks" -type f ! -name 'lock.*' -mtime +1 -exec rm -f {} + 2>/dev/null || :
}

# navi_run STEP... VARIABLE=VALUE...: start the session and take the steps (steps.sh). If one of them fails, end the
# session.
navi_run() {
    navi_start_with "$@"
    [ "$navi_count" -eq 0 ] || navi_take_steps "$@"
    navi_settle
}

navi_start_with() {
    shift "$navi_count"
    navi_start "$navi_new_type" "$navi_new_line" '' "$navi_new_program" '' "$navi_new_ends" "$navi_new_keeps" "$navi_new_window" "$@"
}

# navi_create STARTER DIR SOCKET NAME CWD LINE WORD TYPE ENDS KEEP WINDOW REGISTER COUNT STEP... VARIABLE=VALUE...:
# create a session, and take steps in it, of COUNT words. Nothing is left if a step fails.
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
    [ -z "$navi_wanted_socket" ] || navi_note_socket
    navi_run "$@"
    [ -z "$navi_ending" ] || [ -n "$navi_new_keeps" ] || navi_registers=
    [ -z "$navi_registers" ] || [ -n "$navi_unregistered" ] || navi_register
    navi_put_first "$navi_cwd" recent
    navi_wake
    printf '%s created %s\n%s place %s\n' "$navi_token" "$navi_new_session" "$navi_token" "$navi_started_pane"
    printf '%s socket %s\n' "$navi_token" "$navi_started_socket"
    if [ -n "$navi_unregistered" ]; then
        printf '%s unregistered %s\n' "$navi_token" "$navi_unregistered"
    elif [ -n "$navi_registers" ]; then
        printf '%s registered\n' "$navi_token"
    fi
    [ -z "${navi_locks-}" ] || navi_sweep_locks
}

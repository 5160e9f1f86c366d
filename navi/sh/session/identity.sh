# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/address lib/fail lib/place lib/tmux
# changes: navi_id navi_identity navi_looked navi_name navi_session_file navi_socket
# Defines functions that tell whether a session is still the one that was meant, and that find its status file.

# navi_set_target SOCKET SERVER ID CREATED NAME FILE: set the target session. Without ID there is only its status file;
# without FILE there is none. With the SERVER `named` it is whatever has that name now.
navi_set_target() {
    navi_socket=$1
    navi_identity="$2 $3 $4"
    navi_id=$3
    navi_name=$5
    navi_session_file=
    [ -z "$6" ] || navi_session_file=$navi_dir/$6.json
    [ "$2" != named ] || navi_find_by_name
    [ -z "$navi_id" ] || navi_leave_foreign_file
}

# navi_leave_foreign_file: a status file that names another session, such as that of the same name on another tmux
# server, is not this session's.
navi_leave_foreign_file() {
    [ -n "$navi_session_file" ] && [ -e "$navi_session_file" ] || return 0
    navi_find_place
    navi_find_place_of "$navi_session_file"
    case $navi_place_word in
    - | '?' | "$navi_place_host $navi_place_boot ${navi_identity% *} "*) ;;
    *) navi_session_file= ;;
    esac
}

# navi_find_by_name: the session that has the name now, unless there is only its file.
navi_find_by_name() {
    navi_seek_session || [ -e "$navi_session_file" ] || navi_fail_unknown "no session named $navi_name"
}

# navi_check_target: set navi_target_state to the state of that session: same, gone, or other (another session has its
# id or its name). If tmux does not answer, the operation ends.
navi_check_target() {
    navi_target_state=gone
    if [ -z "$navi_id" ]; then
        navi_find_namesake
        return
    fi
    # address.sh has just looked at it.
    if [ "${navi_looked-}" = yes ]; then
        navi_looked=no
        if [ "$navi_session_name" = "$navi_name" ]; then navi_target_state=same; else navi_target_state=other; fi
        return
    fi
    navi_consult "$navi_socket" list-panes -s -t "$navi_id" -F '#{pid} #{session_id} #{session_created} #{session_name}'
    case $navi_word,${navi_answer%%"$navi_newline"*} in
    "ok,$navi_identity $navi_name") navi_target_state=same ;;
    ok,*) navi_target_state=other ;;
    none,* | absent,*) ;;
    *) navi_tmux_failed ;;
    esac
}

# navi_find_namesake: the same for a session that was only a file: one of its name may have begun since.
navi_find_namesake() {
    navi_consult '' list-sessions -F '#{session_name}'
    case $navi_word,$navi_newline$navi_answer$navi_newline in
    "ok,"*"$navi_newline$navi_name$navi_newline"*) navi_target_state=other ;;
    ok,* | none,*) ;;
    *) navi_tmux_failed ;;
    esac
}

# navi_require_target: continue only if it is that very session.
navi_require_target() {
    navi_check_target
    case $navi_target_state in
    gone) navi_fail $navi_none "the session $navi_name has ended" ;;
    other) navi_fail $navi_none "the session $navi_name has been replaced, renamed or started in the meantime; list the sessions again" ;;
    esac
}

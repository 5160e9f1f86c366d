# shellcheck shell=sh disable=SC2015,SC2154,SC2034,SC2086
# needs: session/folder session/identity registry/recover hooks/status_file lib/process lib/note lib/disk
# changes: navi_event navi_name navi_session_file navi_socket
# dismiss.sh DIR SOCKET SERVER ID CREATED NAME FILE: acknowledges the notification of a session, whose status becomes
# working. A lost session is forgotten.

# navi_find_lost SOCKET NAME: set navi_lost to the notes (look/notes.sh), a line each, of the lost sessions of that
# name; with a SOCKET only those of its server. Fails if there is none.
navi_find_lost() {
    navi_lost=
    for navi_note in "$navi_state/at/$navi_place_host@"*/session.*.*; do
        navi_read_note "$navi_note" && [ "$navi_note_name" = "$2" ] || continue
        [ -z "$1" ] || [ "$navi_note_socket" = "$1" ] || continue
        navi_note_place=${navi_note%/*}
        navi_is_earlier "${navi_note_place##*/}" || { [ "$navi_note_place" = "$navi_here" ] && ! navi_serves "$navi_note_server"; } || continue
        navi_lost=$navi_lost$navi_note$navi_newline
    done
    [ -n "$navi_lost" ]
}

# navi_is_only_lost SOCKET NAME: whether there are lost sessions of that name, and none that lives.
navi_is_only_lost() {
    navi_find_lost "$1" "$2" || return
    navi_socket=$1
    navi_name=$2
    ! navi_seek_session
}

# navi_forget_lost: remove the notes navi_lost.
navi_forget_lost() {
    set -f
    IFS=$navi_newline
    # shellcheck disable=SC2086 # one word a line
    rm -f -- $navi_lost || navi_fail_to_write "$navi_dir" "$navi_name was not forgotten"
    unset IFS
    set +f
}

umask 077
navi_enter "$1"
shift
if [ "$2" = named ] && navi_is_only_lost "$1" "$5"; then
    navi_forget_lost
    navi_wake
    exit
fi
navi_set_target "$@"
[ -f "$navi_session_file" ] || navi_fail $navi_none "the session $navi_name has no status file"
LC_ALL=C
export LC_ALL
navi_time=$(date +%s)
# The fields of an event, as the hook writes them: only status, message and time are given.
navi_event="$navi_time	claude	Dismissed	working			\"\"						.
"
navi_session_file=${navi_session_file##*/}
{ navi_use "$navi_dir" "${navi_session_file%.json}" && navi_publish; } >/dev/null 2>&1 ||
    navi_fail_to_write "$navi_dir" "$navi_name was not acknowledged"
navi_wake

# shellcheck shell=sh disable=SC2015,SC2154,SC2034,SC2086
# needs: session/folder session/identity registry/recover hooks/status_file lib/process lib/note lib/disk
# changes: navi_event navi_session_file
# dismiss.sh DIR SOCKET SERVER ID CREATED NAME FILE: acknowledge a session's notification; its status is working again.
# A session that was lost is forgotten.

# navi_dismiss_lost NAME: forget the lost sessions of that name (look/notes.sh). Fails if there is none.
navi_dismiss_lost() {
    navi_dismissed=1
    for navi_note in "$navi_state/at/$navi_place_host@"*/session.*.*; do
        navi_read_note "$navi_note" && [ "$navi_note_name" = "$1" ] || continue
        navi_note_place=${navi_note%/*}
        navi_is_earlier "${navi_note_place##*/}" || { [ "$navi_note_place" = "$navi_here" ] && ! navi_serves "$navi_note_server"; } || continue
        rm -f "$navi_note" && navi_dismissed=0
    done
    return "$navi_dismissed"
}

umask 077
navi_enter "$1"
shift
if [ "$2" = named ] && navi_dismiss_lost "$5" && [ ! -e "$navi_dir/$5.json" ]; then
    navi_wake
    exit
fi
navi_mean "$@"
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

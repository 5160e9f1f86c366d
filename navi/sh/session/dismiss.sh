# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: session/folder session/identity registry/recover hooks/status_file lib/disk
# changes: navi_event navi_session_file
# dismiss.sh DIR SOCKET SERVER ID CREATED NAME FILE: acknowledge a session's notification; its status is working again.
umask 077
navi_enter "$1"
shift
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

# shellcheck shell=sh disable=SC2154,SC2034
# needs: registry/require registry/change
# changes: navi_edits navi_used_at
# change_entries.sh COUNT (NAME CREATED_AT)... (SOCKET ID)...: removes entries of the registry and registers living
# sessions. The first COUNT words name the entries to remove (as JSON writes their names), each of which goes only if it
# still has that time of creation. The other words name the sessions.
navi_need_registry
navi_edits=
navi_left=$1
shift
while [ "$navi_left" -gt 0 ]; do
    navi_edits="${navi_edits}dropif	$1	$2$navi_newline"
    shift 2
    navi_left=$((navi_left - 2))
done
navi_used_at=$(navi_registry_time)
while [ $# -gt 0 ]; do
    navi_enrol "$1" "$2"
    shift 2
done
navi_change_or_fail "$navi_edits"

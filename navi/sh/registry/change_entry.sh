# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: registry/require registry/find_entry registry/change
# changes: navi_edits navi_name navi_used_at
# change_entry.sh NAME ACTION SOCKET TARGET TYPE PROCESS: changes one entry of the registry. ACTION is put, drop or
# touch. `put` replaces what the entry says of another session of that name, but for the time of its creation.
navi_need_registry
navi_name=$1
case $2 in
put)
    navi_used_at=$(navi_registry_time)
    navi_edits="put	$1	socket	text	$3
put	$1	target	text	$4
put	$1	type	text	$5
add	$1	created_at	text	$navi_used_at
put	$1	last_active	text	$navi_used_at
unset	$1	pid
unset	$1	server
unset	$1	session_id
unset	$1	created
unset	$1	pane_id
"
    [ -z "$6" ] || navi_edits="${navi_edits}put	$1	pid	raw	$6$navi_newline"
    ;;
*)
    navi_find_entry || navi_fail $navi_none "$1 is not registered"
    navi_edits="drop	$1$navi_newline"
    [ "$2" = drop ] || navi_edits="put	$1	last_active	text	$(navi_registry_time)$navi_newline"
    ;;
esac
navi_change_or_fail "$navi_edits"

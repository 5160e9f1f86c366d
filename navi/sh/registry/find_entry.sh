# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: registry/location registry/find_entry.awk lib/tmux
# shares: navi_entry_identity
# changes: navi_answer
# Defines functions that find an entry of the registry and check whether it is that of a session.

# navi_find_entry: what the registry says of navi_name: navi_entry_socket, _target, _type, and what proves its identity
# in navi_entry_identity (server, id, creation; "" in entries of other tools) and _pane. Fails where it has no entry.
navi_find_entry() {
    [ -r "$navi_registry" ] && [ -s "$navi_registry" ] || return
    export navi_registry navi_name
    navi_answer=$(LC_ALL=C awk "$navi_find_entry_awk" 2>/dev/null) || return
    {
        IFS= read -r navi_entry_socket
        IFS= read -r navi_entry_target
        IFS= read -r navi_entry_type
        read -r navi_entry_server
        read -r navi_entry_session
        read -r navi_created
        read -r navi_entry_pane
    } <<END
$navi_answer
END
    navi_entry_identity=
    case $navi_entry_server,$navi_entry_session,$navi_created in
    [1-9]*,'$'[0-9]*,[1-9]*) navi_entry_identity="$navi_entry_server $navi_entry_session $navi_created" ;;
    esac
}

# navi_is_registered: whether the registry's entry navi_name is that of the session navi_identity.
navi_is_registered() {
    navi_find_registry && navi_find_entry || return
    if [ -n "$navi_entry_identity" ]; then
        [ "$navi_entry_identity" = "$navi_identity" ]
    elif navi_is_default "$navi_socket"; then
        [ -n "$navi_entry_socket" ] && navi_is_default "$navi_entry_socket"
    else
        [ "$navi_entry_socket" = "$navi_socket" ]
    fi
}

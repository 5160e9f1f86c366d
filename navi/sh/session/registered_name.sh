# shellcheck shell=sh disable=SC2030,SC2031,SC2034,SC2086,SC2154
# needs: pane/address
# changes: navi_name
# Defines the function that refuses a new name for a session if the registry has that name for another living session.

# navi_refuse_registered NAME UNDONE: end if the registry has the name for a living session other than navi_identity,
# because that entry must not be lost. A tmux server that can't be asked may have one. UNDONE says what was not done.
navi_refuse_registered() {
    navi_taken_on=$(
        navi_own_identity=${navi_identity-}
        navi_name=$1
        navi_resolve_entry 2>&1 && [ "$navi_identity" != "$navi_own_identity" ] && printf %s "$navi_entry_socket"
    )
    case $? in
    0) navi_fail $navi_exists "there is a session $1 already, registered on $navi_taken_on; $2" ;;
    "$navi_unavailable" | "$navi_late") navi_fail $navi_late "$1 is registered, and its tmux server does not answer; $2" ;;
    esac
}

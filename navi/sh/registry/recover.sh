# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/state_folder registry/find_entry registry/change
# changes: navi_name
# Recovery of the registry's entries, for requests that carry its scripts.

navi_has_registry() { :; }

# navi_recover_entry: the session is not to be in the registry any more, and that is the last of its end. Fails if tmux
# does not tell, or somebody else is changing the registry.
navi_recover_entry() {
    navi_read_kill
    navi_ask_for_name || return
    # Of entries that know no more than a name, the one of a living session stays.
    if navi_is_registered && { [ -n "$navi_entry_identity" ] || [ "$navi_namesake" = no ]; }; then
        LOCK_TIMEOUT=1
        navi_change_registry "drop	$navi_name"
        [ $? -ne 75 ] || return
    fi
    rm -f "$navi_journal"
}

# navi_move_entry: the session navi_former_name is called navi_current_name.
navi_move_entry() {
    navi_name=$navi_former_name
    navi_is_registered || return 0
    navi_change_registry "move	$navi_former_name	$navi_current_name
put	$navi_current_name	target	text	$navi_current_name:${navi_entry_target##*:}"
}

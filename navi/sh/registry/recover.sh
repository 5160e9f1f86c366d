# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/recover_kill lib/recover_rename lib/recover_undo registry/find_entry registry/change
# changes: navi_edits navi_name navi_used_at
# Defines functions that repair the registry's entries after an operation was killed, for requests that carry its
# scripts. No request waits long for the registry: a later one writes what cannot be written now.

navi_has_registry() { :; }

# navi_recover_entry: remove the session from the registry, which is the last step of its end. Fails if tmux does not
# answer, or the registry can't be written now.
navi_recover_entry() {
    navi_read_kill
    navi_ask_for_name || return
    if navi_is_registered && navi_is_meant; then navi_change_soon "drop	$navi_name" || return; fi
    rm -f "$navi_journal"
}

# navi_is_meant: of entries that know no more than a name, the one of a living session stays.
navi_is_meant() { [ -n "$navi_entry_identity" ] || [ "${navi_namesake-no}" = no ]; }

# navi_change_soon CHANGES: a registry that a newer tool has written is never changed.
navi_change_soon() {
    LOCK_TIMEOUT=1
    navi_change_registry "$1" || [ $? -eq "$navi_unusable" ]
}

# navi_move_entry: rename the entry of the session navi_former_name to navi_current_name.
navi_move_entry() { navi_rename_entry || navi_pass_on moved; }

# navi_rename_entry: a former name that comes from a broken journal may hold what separates the words of a change.
navi_rename_entry() {
    navi_name=$navi_former_name
    [ "$navi_name" != "$navi_current_name" ] && navi_is_registered && navi_is_meant || return 0
    case $navi_name in *"	"*) return 0 ;; esac
    navi_change_soon "move	$navi_name	$navi_current_name"
}

# navi_recover_moved: the same, of a session that was renamed when nobody had the registry. The entry of one that has
# ended by now stays as it is. Fails as navi_recover_entry does.
navi_recover_moved() {
    navi_read_rename
    navi_name=$navi_former_name
    navi_ask_for_name || return
    if [ "$navi_living" = yes ]; then navi_rename_entry || return; fi
    rm -f "$navi_journal"
}

# navi_recover_restored: register a session that was brought back again. Fails as navi_recover_entry
# does.
navi_recover_restored() {
    navi_find_restored || return
    if [ -n "$navi_id" ]; then
        navi_used_at=$(navi_registry_time)
        navi_edits="drop	$navi_name$navi_newline"
        navi_enrol "$navi_socket" "$navi_id"
        navi_change_soon "$navi_edits" || return
    fi
    rm -f "$navi_journal"
}

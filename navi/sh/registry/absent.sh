# shellcheck shell=sh disable=SC2154
# needs: lib/journal
# For requests that don't carry the registry's scripts: recovery leaves an entry to the next operation that does. Until
# then the registry has the entry of a session that has ended, or an entry by a former name, or none of a session that
# was restored.

navi_has_registry() { false; }

navi_recover_entry() { navi_pass_on entry; }

navi_move_entry() { navi_pass_on moved; }

navi_recover_restored() { navi_pass_on restored; }

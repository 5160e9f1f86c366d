# shellcheck shell=sh disable=SC2154
# needs: lib/journal
# Defines functions in place of those that change the registry, for requests that don't carry its scripts. Recovery then
# leaves an entry to the next operation that carries them. Until then the registry has the entry of a session that has
# ended, or an entry under a former name, or none for a session that was restored.

navi_has_registry() { false; }

navi_recover_entry() { navi_pass_on entry; }

navi_move_entry() { navi_pass_on moved; }

navi_recover_restored() { navi_pass_on restored; }

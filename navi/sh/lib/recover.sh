# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/journal lib/lock_files lib/process lib/recover_start lib/recover_rename lib/recover_kill lib/recover_undo
# expects: navi_has_registry
# changes: navi_journal navi_made
# Defines functions that finish the operations of this machine that were killed half-way, by their journals: they
# complete an operation that had reached tmux, and undo any other.

# navi_recover: complete or undo operations that were killed: of this start of the machine, of earlier ones, and of
# earlier versions of navi, which named no place; and end the lock of one. If there are none, this takes only builtins.
navi_recover() {
    [ ! -f "$navi_state/marks.lock" ] || navi_end_dead_lock "$navi_state/marks.lock"
    navi_recover_in "$navi_here" "@$navi_place_key"
    for navi_earlier in "$navi_state/at/$navi_place_host@"*; do
        if [ -d "$navi_earlier" ] && navi_is_earlier "${navi_earlier##*/at/}"; then
            navi_recover_in "$navi_earlier" "@${navi_earlier##*/at/}"
            rmdir "$navi_earlier" 2>/dev/null
        fi
    done
    navi_recover_in "$navi_state" ''
}

# navi_recover_in FOLDER @PLACE: what processes of that place left in a folder.
navi_recover_in() {
    for navi_remains in "$1"/*.[0-9]*; do
        case ${navi_remains#"$1/"} in
        # They wait for a request that has the registry; if two of them do the same, that does no harm.
        entry.* | moved.* | restored.*)
            ! navi_has_registry || (navi_recover_one "$navi_remains") >/dev/null 2>&1
            continue
            ;;
        rename.* | undo.* | kill.* | begun.* | renamed.* | start.* | recent.* | marks.* | hung.* | taken.* | moving.*) ;;
        # Our own watch; and what was counted, of a session whose id is a number.
        watch.* | stamp.*) [ "${navi_remains##*.}" != "$navi_self" ] || continue ;;
        tokens.*) [ -n "$2" ] || continue ;;
        *) continue ;;
        esac
        navi_ended "${navi_remains##*.}$2" || continue
        case ${navi_remains#"$1/"} in
        rename.* | undo.* | kill.* | begun.*) (navi_recover_one "$navi_remains") >/dev/null 2>&1 ;;
        renamed.*) [ -e "$1/rename.${navi_remains##*.}" ] || rm -f "$navi_remains" ;;
        *) rm -f "$navi_remains" ;;
        esac
    done
}

# navi_recover_one JOURNAL: complete or undo the operation of a journal. The journal is ours once its name has our
# number; if tmux does not answer, it is given back for another process to try.
navi_recover_one() {
    LC_ALL=C
    export LC_ALL
    umask 077
    navi_make_here
    navi_kind=${1##*/}
    navi_kind=${navi_kind%%.*}
    navi_journal=$navi_here/$navi_kind.$navi_self
    [ "$1" = "$navi_journal" ] || mv "$1" "$navi_journal" || return
    navi_read_journal || { rm -f "$navi_journal" && return; }
    case $navi_kind in
    begun) navi_recover_begun ;;
    rename) navi_recover_rename ;;
    kill) navi_recover_kill ;;
    undo) navi_recover_undo ;;
    # registry/recover
    *) "navi_recover_$navi_kind" ;;
    esac && return
    navi_made=$1
    # The files that it has made are kept as long as the journal has its own name.
    [ "$navi_kind" != rename ] || navi_find_made rename
    mv "$navi_journal" "$navi_made"
}

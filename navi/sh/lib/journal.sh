# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/self lib/state_folder
# shares: navi_journal navi_made navi_maker
# Defines functions that write journals in the state folder. A journal says what an operation is about to do, so that a
# later one can complete or undo it (lib/recover). Its name ends in the number of the process that made it, so the next
# operation or look can see whether that process still runs.

# navi_write_journal KIND LINE...: six lines, before anything is done that may have to be recovered. (Only its owner
# can read the folder.)
navi_write_journal() {
    navi_make_here
    navi_journal=$navi_here/$1.$navi_self
    shift
    printf '%s\n' "$navi_self@$navi_place_key" "$@" whole >"$navi_journal" && return
    rm -f "$navi_journal"
    return 1
} 2>/dev/null

# navi_read_journal: its lines, in navi_maker (the owner that began it) and navi_1 to navi_6; fails if it is not
# whole.
navi_read_journal() {
    {
        read -r navi_maker && IFS= read -r navi_1 && IFS= read -r navi_2 && IFS= read -r navi_3 &&
            IFS= read -r navi_4 && IFS= read -r navi_5 && IFS= read -r navi_6 && read -r navi_last_line
    } <"$navi_journal" && [ "$navi_last_line" = whole ]
}

# navi_find_made KIND: in navi_made, the file of that kind that the process navi_maker made; an earlier version of navi
# named no place.
navi_find_made() {
    case $navi_maker in
    *@*) navi_made=$navi_state/at/${navi_maker#*@}/$1.${navi_maker%%@*} ;;
    *) navi_made=$navi_state/$1.$navi_maker ;;
    esac
}

# navi_pass_on KIND: the journal becomes one of that KIND, for the next request that has the registry.
navi_pass_on() {
    navi_find_made "$1"
    mv "$navi_journal" "$navi_made"
}

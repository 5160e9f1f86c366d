# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/place
# Defines functions for the state folder navi_state beside the status files, which several machines can share. It holds
# bookmarks and tags, and in its folder navi_here what belongs to this machine since its present start.

# navi_use_state DIR: set navi_state to the state folder beside the status files in DIR, and navi_here to the part of it
# that belongs to this machine and its present start: journals, FIFOs and unfinished files, whose names end in their
# process.
navi_use_state() {
    navi_find_place
    navi_state=$1/.navi
    navi_here=$navi_state/at/$navi_place_key
}

# navi_make_here: make these folders where they are missing.
navi_make_here() {
    [ -d "$navi_here" ] || (umask 077 && mkdir -p "$navi_here")
}

# navi_open_state: make the state folder where there is none. Fails if it can't be written to.
navi_open_state() {
    navi_make_here 2>/dev/null
    [ -w "$navi_state" ] && [ -w "$navi_here" ]
}

# navi_is_alone: whether no other machine has used the state folder.
navi_is_alone() {
    for navi_other_place in "${navi_state-}"/at/*; do
        case ${navi_other_place##*/at/} in '*' | "$navi_place_host@"*) ;; *) return 1 ;; esac
    done
}

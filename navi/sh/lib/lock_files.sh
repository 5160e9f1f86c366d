# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: lib/process
# Locks that are files: the owner's process is in them, and somebody who finds that it has ended takes them away.

# navi_make_lock FILE: make it with this process in it. Fails where it is there already, or the disk is full. It is read
# once more, for somebody may have taken it away while it was empty.
navi_make_lock() {
    navi_lock_made=no
    set -C
    {
        navi_lock_made=yes
        printf '%s\n' "$navi_self@$navi_place_key"
    } >"$1" || { [ "$navi_lock_made" = no ] || rm -f "$1"; }
    set +C
    [ "$navi_lock_made" = yes ] && navi_read_owner "$1" && [ "$navi_lock_owner" = "$navi_self@$navi_place_key" ]
} 2>/dev/null

# navi_read_owner FILE: the first word in it, in navi_lock_owner, "" where it is empty. Fails where there is no file.
navi_read_owner() {
    navi_lock_owner=
    read -r navi_lock_owner navi_lock_rest <"$1" || [ -e "$1" ]
} 2>/dev/null

# navi_is_stale FILE: whether its owner has ended. Of one that is empty, or of another machine, that is not known: it
# counts once it is a minute old, for no hook works that long.
navi_is_stale() {
    navi_read_owner "$1" || return
    navi_ended "$navi_lock_owner" || navi_is_old "$1"
}

navi_is_old() { [ -n "$(find "$1" -prune -mmin +1 2>/dev/null)" ]; }

# navi_drop_dead_lock FILE: remove a stale lock file that says who may break another. It is moved away first: should it be
# that of somebody who was quicker, he gets it back.
navi_drop_dead_lock() {
    navi_is_stale "$1" || return
    navi_stale_owner=$navi_lock_owner
    navi_lock_taken=$navi_here/taken.$navi_self
    mv -f "$1" "$navi_lock_taken" 2>/dev/null || return
    navi_read_owner "$navi_lock_taken"
    [ "$navi_lock_owner" = "$navi_stale_owner" ] || ln "$navi_lock_taken" "$1" 2>/dev/null
    rm -f "$navi_lock_taken"
    [ "$navi_lock_owner" = "$navi_stale_owner" ]
}

# navi_may_break FILE: of those who find a lock stale, only who makes this FILE may end that lock.
navi_may_break() {
    navi_make_lock "$1" || { navi_drop_dead_lock "$1" && navi_make_lock "$1"; }
}

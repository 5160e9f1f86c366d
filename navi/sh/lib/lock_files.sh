# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: lib/process
# shares: navi_dead_owner
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

# To end a stale lock takes a right: break.LOCK.OWNER, a file that one process makes and that goes only once the lock of
# that dead owner is gone. So a process that is slow does no harm: the lock that it comes to end is another owner's by
# then. Who is killed with a right in his hand leaves it as an owner leaves a lock, and it is ended in the same way.

# navi_take_right FILE OWNER: have the right to end the lock that this owner left. The owners of the rights that this took
# are in navi_rights. Process numbers come again: should they make a circle, it is cut, and the next one has the right.
navi_take_right() {
    navi_rights=
    navi_lock_owner=$2
    while :; do
        case $navi_lock_owner in '' | *[!A-Za-z0-9@._:-]*) navi_lock_owner=nobody ;; esac
        navi_right=${1%/*}/break.${1##*/}.$navi_lock_owner
        case " $navi_rights " in *" $navi_lock_owner "*)
            rm -f "$navi_right"
            return 1
            ;;
        esac
        navi_rights="$navi_rights $navi_lock_owner"
        navi_make_lock "$navi_right" && return
        navi_is_stale "$navi_right" || return
    done
}

# navi_drop_rights FILE: once the lock that they were for is gone.
navi_drop_rights() {
    navi_right=${1%/*}/break.${1##*/}
    set --
    for navi_lock_owner in $navi_rights; do
        set -- "$@" "$navi_right.$navi_lock_owner"
    done
    rm -f "$@"
}

# navi_use_right FILE OWNER LOOK ACT: have the right to end the lock that this owner left; if LOOK still finds that it is
# his, and dead, call ACT, which ends it. Both get FILE; LOOK leaves the owner in navi_dead_owner. Fails as ACT does, or
# where the lock is another's by now, or somebody else ends it.
navi_use_right() {
    navi_take_right "$1" "$2" || return
    navi_right_code=1
    if "$3" "$1" && [ "$navi_dead_owner" = "$2" ]; then
        "$4" "$1"
        navi_right_code=$?
    fi
    navi_drop_rights "$1"
    return "$navi_right_code"
}

# navi_is_dead_lock FILE: whether it is stale; then its owner is in navi_dead_owner.
navi_is_dead_lock() { navi_is_stale "$1" && navi_dead_owner=$navi_lock_owner; }

# navi_end_dead_lock FILE: remove a stale lock, after a second: what a killed process had begun, such as its mv, goes on
# for a moment without it. Fails where the lock is none such, or somebody else ends it just now.
navi_end_dead_lock() {
    navi_is_dead_lock "$1" || return
    sleep 1
    navi_use_right "$1" "$navi_dead_owner" navi_is_dead_lock navi_remove_lock
}

navi_remove_lock() { rm -f "$1"; }

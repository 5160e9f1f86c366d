# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: lib/process
# shares: navi_dead_owner
# Defines functions for locks that are files and name the process of their owner. Once the owner has ended, any process
# may remove its lock.

# navi_make_lock FILE: make it with this process in it. Fails where it is there already, or the disk is full. It is read
# once more, because another process may have removed it while it was empty.
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

# navi_is_stale FILE: whether its owner has ended. Of one that is empty, or of another machine, that is not known: such
# a lock counts as stale once it is a minute old, because no hook works that long.
navi_is_stale() {
    navi_read_owner "$1" || return
    navi_ended "$navi_lock_owner" || navi_is_old "$1"
}

navi_is_old() { [ -n "$(find "$1" -prune -mmin +1 2>/dev/null)" ]; }

# Only a process that has claimed a stale lock may end it. A claim is break.LOCK.OWNER, a lock itself, which stays until
# the lock of that dead owner is gone. So a slow process does no harm: the lock that it comes to end is another owner's
# by then. A claim whose own owner was killed is stale, and is ended in the same way.

# navi_claim FILE OWNER: claim the lock that this owner left. navi_claims has the owners of this lock and of the stale
# claims to it. Process numbers are reused: a circle of them is cut, and the next one claims it.
navi_claim() {
    navi_claims=
    navi_lock_owner=$2
    while :; do
        case $navi_lock_owner in '' | *[!A-Za-z0-9@._:-]*) navi_lock_owner=nobody ;; esac
        navi_claim_file=${1%/*}/break.${1##*/}.$navi_lock_owner
        case " $navi_claims " in *" $navi_lock_owner "*)
            rm -f "$navi_claim_file"
            return 1
            ;;
        esac
        navi_claims="$navi_claims $navi_lock_owner"
        navi_make_lock "$navi_claim_file" && return
        navi_is_stale "$navi_claim_file" || return
    done
}

# navi_drop_claims FILE: remove those of navi_claims, once the lock is gone.
navi_drop_claims() {
    navi_claim_file=${1%/*}/break.${1##*/}
    set --
    for navi_lock_owner in $navi_claims; do
        set -- "$@" "$navi_claim_file.$navi_lock_owner"
    done
    rm -f "$@"
}

# navi_end_claimed FILE OWNER LOOK ACT: claim the lock that this owner left; if LOOK still finds it to be this owner's,
# and stale, call ACT, which ends it. Both get FILE; LOOK sets navi_dead_owner to the owner. Fails as ACT does, or if
# another process has the lock by now, or ends it.
navi_end_claimed() {
    navi_claim "$1" "$2" || return
    navi_claim_code=1
    if "$3" "$1" && [ "$navi_dead_owner" = "$2" ]; then
        "$4" "$1"
        navi_claim_code=$?
    fi
    navi_drop_claims "$1"
    return "$navi_claim_code"
}

# navi_is_dead_lock FILE: whether it is stale; then its owner is in navi_dead_owner.
navi_is_dead_lock() { navi_is_stale "$1" && navi_dead_owner=$navi_lock_owner; }

# navi_end_dead_lock FILE: remove a stale lock, after a second: a command that the killed process had started, such as
# mv, may run on for a moment. Fails if the lock is not stale, or if another process is ending it.
navi_end_dead_lock() {
    navi_is_dead_lock "$1" || return
    sleep 1
    navi_end_claimed "$1" "$navi_dead_owner" navi_is_dead_lock navi_remove_lock
}

navi_remove_lock() { rm -f "$1"; }

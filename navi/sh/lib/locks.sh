# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/process
# Defines functions for locks that end with the process that holds them.

# navi_acquire PATH SECONDS [FD]: have a lock for this shell alone. Where there is flock(1) it is a file and ends with
# us; it is held by a descriptor, which tmux must not inherit (navi_tmux closes 7 and 8). Elsewhere it is a folder,
# which names its owner. A process that finds the other kind respects it.
navi_acquire() {
    navi_lasts=${2%%.*}
    case $navi_lasts in '' | *[!0-9]*) navi_lasts=5 ;; esac
    if command -v flock >/dev/null 2>&1; then
        navi_await_folder "$1" "$navi_lasts" && navi_open_lock "$1" "${3-}" && navi_await_flock "${3-}" "$navi_lasts"
    else
        [ -d "$1" ] || [ ! -e "$1" ] || [ -s "$1" ] || rm -f "$1"
        navi_await_folder "$1" "$navi_lasts" make
    fi
}

# navi_release PATH [FD]: end the lock.
navi_release() {
    if [ "${2-}" = 7 ]; then exec 7>&-; else exec 8>&-; fi
    [ ! -d "$1" ] || rm -rf "$1"
}

# navi_open_lock PATH FD: with a bare exec, a file that can't be opened would end the shell. A FIFO would block us, and
# a link would lead to another file.
navi_open_lock() {
    [ ! -L "$1" ] && { [ ! -e "$1" ] || [ -f "$1" ]; } || return
    if [ "$2" = 7 ]; then command exec 7>>"$1"; else command exec 8>>"$1"; fi
} 2>/dev/null

# navi_flock FD OPTION...: ksh passes on only what is named.
navi_flock() {
    if [ "$1" = 7 ]; then
        shift
        flock "$@" 7 7>&7
    else
        shift
        flock "$@" 8 8>&8
    fi
} 2>/dev/null

# navi_await_flock FD SECONDS: wait for it; busybox has a flock(1) that can't wait.
navi_await_flock() {
    navi_flock "$1" -n && return
    if flock --version >/dev/null 2>&1; then
        navi_flock "$1" -w "$2"
        return
    fi
    navi_lock_tries=$(($2 * 10))
    until navi_flock "$1" -n; do
        [ "$navi_lock_tries" -gt 0 ] || return
        navi_lock_tries=$((navi_lock_tries - 1))
        sleep 0.1
    done
}

# navi_await_folder PATH SECONDS [make]: wait until there is no lock that is a folder; make it if that is wanted.
navi_await_folder() {
    navi_lock_tries=$(($2 * 10))
    # Number of looks that found no owner.
    navi_nameless=0
    navi_breaks=0
    navi_stale_owner=
    while :; do
        if [ -n "${3-}" ]; then
            mkdir "$1" 2>/dev/null && { navi_sign_folder "$1"; return; }
        elif [ ! -d "$1" ]; then
            return
        fi
        ! navi_folder_is_stale "$1" || ! navi_folder_is_settled || navi_break_folder "$1"
        [ "$navi_lock_tries" -gt 0 ] || return
        navi_lock_tries=$((navi_lock_tries - 1))
        sleep 0.1
    done
}

# navi_sign_folder PATH: write its owner into it. The process comes first, because other tools read only that.
navi_sign_folder() {
    navi_find_place
    printf '%s %s\n' "$navi_self" "$navi_place_key" >"$1/owner"
}

# navi_folder_is_stale PATH: whether its owner has ended; one that says something else may be a minute old, and that of
# another machine ten. One that stays nameless was made by a process that was killed in that moment. Other tools name no
# place; theirs is this machine.
navi_folder_is_stale() {
    navi_find_place
    navi_folder_owner=
    navi_folder_place=
    read -r navi_folder_owner navi_folder_place <"$1/owner"
    case $navi_folder_owner in
    '')
        navi_nameless=$((navi_nameless + 1))
        [ "$navi_nameless" -ge 20 ] || [ -n "$(find "$1" -prune -mmin +1)" ]
        ;;
    *[!0-9]*) [ -n "$(find "$1" -prune -mmin +1)" ] ;;
    *)
        navi_nameless=0
        navi_ended "$navi_folder_owner@${navi_folder_place:=$navi_place_key}" ||
            { [ "$navi_folder_place" != "$navi_place_key" ] && [ -n "$(find "$1" -prune -mmin +10)" ]; }
        ;;
    esac
} 2>/dev/null

# navi_folder_is_settled: whether this owner has had the lock for nine looks. A command that a killed process had
# started, such as rm, runs on for a moment without it.
navi_folder_is_settled() {
    if [ "$navi_stale_owner" != "=$navi_folder_owner@$navi_folder_place" ]; then
        navi_stale_owner="=$navi_folder_owner@$navi_folder_place"
        navi_stale_since=$navi_lock_tries
    fi
    [ "$((navi_stale_since - navi_lock_tries))" -ge 9 ]
}

# navi_break_folder PATH: end the lock of a process that has ended. Several processes may see that at once. Only the one
# that makes the folder PATH.break may end the lock, and only if it is still stale: the next owner may have it by then.
navi_break_folder() {
    if mkdir "$1.break"; then
        ! navi_folder_is_stale "$1" || rm -rf "$1"
        rmdir "$1.break"
        navi_breaks=0
    else
        navi_breaks=$((navi_breaks + 1))
        [ "$navi_breaks" -lt 20 ] || rmdir "$1.break"
    fi
} 2>/dev/null

# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2174
# needs: pane/address registry/location lib/locks lib/fail
# shares: navi_lock_until
# changes: navi_trouble
# Decides who may type into a pane, by a lock for one call and locks for longer (lock.sh).

# navi_hold_pane TOKEN: let nobody else type into the pane meanwhile. If the session is locked for longer (lock.sh),
# only the TOKEN of that lock will do.
navi_hold_pane() {
    navi_pane_lock=
    navi_open_locks || return 0
    navi_refuse_locked "$1"
    navi_find_place
    navi_pane_lock=$navi_locks/pane.$navi_server.${navi_pane#%}@$navi_place_key
    navi_acquire "$navi_pane_lock" 0 7 && return
    navi_acquire "$navi_pane_lock" 30 7 || navi_fail $navi_late "another process has been typing into $navi_name for 30 s; nothing was sent"
    # Earlier looks are out of date, and another person may have locked the session meanwhile.
    navi_inspect
    navi_refuse_locked "$1"
}

navi_let_go_pane() { [ -z "$navi_pane_lock" ] || navi_release "$navi_pane_lock" 7; }

# navi_open_locks: make the folder of locks beside the registry where there is none. Fails if it can't be written to, or
# is not the user's own; navi_trouble says so.
navi_open_locks() {
    navi_open_sockets || return
    navi_locks=$navi_sockets/.navi
    [ -d "$navi_locks" ] || mkdir -m 700 "$navi_locks" 2>/dev/null
    navi_is_own_folder "$navi_locks" && [ -w "$navi_locks" ] && return
    navi_trouble="$navi_locks can't be written to"
    [ ! -e "$navi_locks" ] || navi_is_own_folder "$navi_locks" || navi_trouble="$navi_locks is not a folder of yours; remove it"
    return 1
}

# navi_read_lock: the owner of the session's lock, in navi_locked_by, with which token, and until when (epoch).
navi_read_lock() {
    navi_find_place
    navi_lock_file=$navi_locks/lock.$navi_server.${navi_identity#* }
    navi_lock_file=${navi_lock_file%% *}@$navi_place_key
    navi_lock_token=
    navi_lock_until=0
    navi_locked_by=
    [ -f "$navi_lock_file" ] && read -r navi_lock_token navi_lock_until navi_locked_by <"$navi_lock_file"
}

navi_refuse_locked() {
    navi_read_lock || return 0
    [ "$navi_lock_token" != "$1" ] && [ "${navi_lock_until:-0}" -gt "$(date +%s)" ] || return 0
    navi_fail $navi_late "$navi_name is locked by $navi_locked_by; nothing was sent; navi unlock --force releases the lock"
}

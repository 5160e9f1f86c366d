# shellcheck shell=sh disable=SC2034,SC2154
# needs: hooks/status_file
# changes: navi_event navi_settled_locks
# Defines functions that finish what killed hooks have left: their events, the versions of status files that they had
# written, and their locks. Each look at this machine calls them first, so that it shows what has happened. They leave
# files of hooks that still run unchanged.

# navi_recover_events: without such files this takes only builtins. Hooks can leave lock.*, break.* and event.*.
navi_recover_events() {
    for navi_left_path in "$navi_state"/[bel][orv][ce][akn]*.*; do
        [ ! -e "$navi_left_path" ] || (navi_recover_events_all) >/dev/null 2>&1
        return
    done
}

# navi_sweep_holders: remove the lines of holders whose sessions have neither status file nor lock, a thousand at a
# look.
navi_sweep_holders() {
    set --
    for navi_left_path in "$navi_state"/holder.*; do
        navi_left_name=${navi_left_path##*/holder.}
        [ -e "$navi_dir/$navi_left_name.json" ] || [ -e "$navi_state/lock.$navi_left_name" ] ||
            [ ! -e "$navi_left_path" ] || set -- "$@" "$navi_left_path"
        [ $# -lt 1000 ] || break
    done
    [ $# -eq 0 ] || rm -f "$@"
} 2>/dev/null

# navi_recover_events_all: recover those of each session, of fifty at a look, to save time.
navi_recover_events_all() {
    umask 077
    LC_ALL=C
    export LC_ALL
    navi_settle_locks
    navi_left_names=$navi_newline
    navi_left_count=0
    for navi_left_path in "$navi_state"/lock.* "$navi_state"/event.*; do
        [ -e "$navi_left_path" ] || continue
        navi_name_left
        case $navi_left_names in *"$navi_newline$navi_left_name$navi_newline"*) continue ;; esac
        navi_left_names=$navi_left_names$navi_left_name$navi_newline
        navi_recover_events_one "$navi_left_name"
        [ "$((navi_left_count += 1))" -lt 50 ] || break
    done
    navi_sweep_claims
}

# navi_name_left: set navi_left_name to the session of the file navi_left_path. The name of an event ends in
# .TIME.PROCESS@HOST@START; earlier versions of navi wrote only .TIME.PROCESS.
navi_name_left() {
    navi_left_name=${navi_left_path#"$navi_state/"}
    navi_left_name=${navi_left_name#*.}
    case $navi_left_path in "$navi_state"/event.*) ;; *) return ;; esac
    navi_cut_place
    navi_left_name=${navi_left_name%.*.*}
}

# navi_cut_place: take the place off the owner at the end of navi_left_name. HOST and START hold no @, and START one dot
# at most.
navi_cut_place() {
    case ${navi_left_name##*@} in *.*.*) ;; *) navi_left_name=${navi_left_name%@*@*} ;; esac
}

# navi_sweep_claims: remove the claims to locks (lock_files.sh) whose makers were killed, once there is no such lock.
navi_sweep_claims() {
    for navi_left_path in "$navi_state"/break.*; do
        navi_left_name=${navi_left_path#"$navi_state/break."}
        navi_cut_place
        [ -e "$navi_state/${navi_left_name%.*}" ] || ! navi_is_stale "$navi_left_path" || rm -f "$navi_left_path"
    done
}

# navi_settle_locks: find the locks that are stale or empty, and wait a second (status_file.sh).
navi_settle_locks() {
    navi_settled_locks=
    for navi_left_path in "$navi_state"/lock.*; do
        [ -e "$navi_left_path" ] || continue
        navi_use "$navi_dir" "${navi_left_path##*/lock.}" || continue
        navi_stale || [ "$navi_dead_owner" = empty ] || continue
        navi_settled_locks="$navi_settled_locks$navi_lock $navi_dead_owner$navi_newline"
    done
    [ -z "$navi_settled_locks" ] || sleep 1
}

# navi_recover_events_one NAME: end its lock if the owner has ended, and write the events that no other process will
# write.
navi_recover_events_one() {
    navi_use "$navi_dir" "$1" || return
    [ ! -e "$navi_lock" ] || { navi_stale && navi_is_settled && navi_break; } || return
    for navi_left_path in "$navi_state/event.$1."*; do
        [ -e "$navi_left_path" ] || return
        break
    done
    navi_event=
    navi_make_lock "$navi_lock" && navi_write
}

# shellcheck shell=sh disable=SC2016,SC3013,SC2034,SC2154
# needs: lib/lock_files lib/state_folder hooks/merge_events.awk hooks/is_object.awk
# shares: navi_awk navi_event navi_events navi_file navi_lock navi_settled_locks navi_status_name
# changes: navi_dead_owner
# Defines functions that change a status file. Only one process changes it at a time, so no change is ever lost.
#
# The lock of a status file is the next version of it: .navi/lock.SESSION is made where there is none (so only one hook
# makes it), holds the maker's process until awk has written the version into it, and becomes the status file by mv,
# which frees the lock. Meanwhile .navi/holder.SESSION names the owner of the version, so that a whole version is not
# lost if its writer is killed. A process that finds the lock taken leaves its event in .navi/event.SESSION.TIME.OWNER;
# the process that had the lock looks for such events after it has freed it, and so does every look at this machine
# (recover_events.sh). So every event counts, and no hook waits for one that runs.

# The awk that reads and merges events.
navi_awk="awk"

# navi_use FOLDER NAME: the status file of that session in that folder, its lock, and the private folder beside it.
navi_use() {
    navi_use_state "$1"
    navi_status_name=$2
    navi_file=$1/$navi_status_name.json
    navi_lock=$navi_state/lock.$navi_status_name
    navi_owner=$navi_state/holder.$navi_status_name
    navi_make_here || return
    # A file that exists and can't be read must not be replaced.
    [ ! -e "$navi_file" ] || { [ -f "$navi_file" ] && [ -r "$navi_file" ]; }
}

# The locks that have been stale or empty for a second, as lines "FILE OWNER" (recover_events.sh). A command that a
# killed process had started, such as mv, runs on for a moment. Writing a line into a new lock takes less time, too.
navi_settled_locks=

# navi_stale: whether the process that made the lock has ended, or can't be the same any more: no hook works for a
# minute. Sets navi_dead_owner to that process, as far as that can be known.
navi_stale() {
    navi_dead_owner=unknown
    navi_read_owner "$navi_lock" || return
    case $navi_lock_owner in
    '')
        navi_truncated && navi_dead_owner=$navi_last && return
        navi_dead_owner=empty
        navi_is_settled && return
        ;;
    [0-9]*)
        navi_dead_owner=$navi_lock_owner
        navi_ended "$navi_dead_owner" && return
        ;;
    *) navi_abandoned && navi_dead_owner=$navi_last && return ;;
    esac
    navi_is_old "$navi_lock"
}

# navi_is_settled: whether the lock was this owner's a second ago.
navi_is_settled() {
    case $navi_newline$navi_settled_locks in *"$navi_newline$navi_lock $navi_dead_owner$navi_newline"*) ;; *) return 1 ;; esac
}

# navi_truncated: whether an empty lock is that of a holder which ended as awk began to write: it wrote its line after
# the last version.
navi_truncated() {
    read -r navi_last navi_gathered <"$navi_owner" && navi_ended "$navi_last" &&
        [ -e "$navi_file" ] && [ "$navi_owner" -nt "$navi_file" ]
}

# navi_abandoned: whether the version in the lock was written by a process that has ended; navi_gathered are the events
# in it. The holder of the lock writes its number beside it before the version. So if the owner's number was there and
# its process had ended before a version was seen, and the number is still there after that, the version is that
# owner's.
navi_abandoned() {
    navi_last=
    read -r navi_last navi_gathered <"$navi_owner" || return
    case $navi_gathered in '' | *[!.]) return 1 ;; esac
    navi_ended "$navi_last" || return
    navi_read_owner "$navi_lock" || return
    case $navi_lock_owner in '' | [0-9]*) return 1 ;; esac
    read -r navi_holder_again navi_holder <"$navi_owner" || return
    [ "$navi_holder_again $navi_holder" = "$navi_last $navi_gathered" ] || return
    navi_gathered=${navi_gathered%.}
}

# navi_whole FILE: whether it is one whole JSON object.
navi_whole() {
    navi_one=$1 awk "$navi_is_object_awk"
}

# navi_end_stale: wait the second and end the lock, if it is stale.
navi_end_stale() {
    navi_stale || return
    navi_settled_locks="$navi_lock $navi_dead_owner$navi_newline"
    sleep 1
    navi_stale && navi_is_settled && navi_break
}

# navi_finish_other: if a hook was killed after it had written a whole version of the status file, put that in place,
# since the events in it may have been removed already. Otherwise remove the version: then no event was removed. The
# line that names the holder goes first, so that the next lock, while it is still empty, does not seem to be the dead
# hook's.
navi_finish_other() {
    if navi_abandoned && navi_whole "$navi_lock"; then
        [ ! -e "$navi_file" ] || navi_whole "$navi_file" || navi_keep_broken || return
        navi_forget_gathered && mv -f "$navi_lock" "$navi_file"
    else
        rm -f "$navi_owner" "$navi_lock"
    fi
}

# navi_break: end the lock that navi_stale has found stale. Fails if another process has it by now, or ends it just now.
navi_break() { navi_end_claimed "$navi_lock" "$navi_dead_owner" navi_stale navi_finish_other; }

# navi_gather: the events that others left, in navi_left, and their files in navi_gathered. One without its end is still
# being written, unless its writer has ended.
navi_gather() {
    navi_left=
    navi_gathered=
    for navi_event_path in "$navi_state/event.$navi_status_name."*; do
        navi_event_line=
        read -r navi_event_line <"$navi_event_path"
        navi_event_end=${navi_event_path#"$navi_state/event.$navi_status_name."}
        case $navi_event_line in
        *'	.') navi_left=$navi_left$navi_event_line$navi_newline ;;
        *) [ ! -e "$navi_event_path" ] || ! navi_ended "${navi_event_end#*.}" && continue ;;
        esac
        navi_gathered="$navi_gathered $navi_event_end"
        [ ${#navi_left} -lt 60000 ] || break
    done
}

navi_forget_gathered() {
    set --
    for navi_event_path in $navi_gathered; do
        set -- "$@" "$navi_state/event.$navi_status_name.$navi_event_path"
    done
    [ $# -eq 0 ] || rm -f "$@"
}

# navi_write: with the lock held, write what the events say, and free the lock. The holder's line overwrites the one
# before, whose rest may follow it: emptying a file first makes some file systems write to the disk at once.
navi_write() {
    navi_gather
    navi_events=$navi_left$navi_event
    navi_event=
    if [ -z "$navi_events" ]; then
        # Another process has written our event already.
        navi_forget_gathered
        rm -f "$navi_lock"
        return
    fi
    navi_find_watches
    # Forgotten before the lock is free: else the next would count them again.
    if printf '%s%s .\n' "$navi_self@$navi_place_key" "$navi_gathered" 5<>"$navi_owner" >&5 && navi_merge &&
        navi_forget_gathered && mv -f "$navi_lock" "$navi_file"; then
        navi_wake_watches
    else
        rm -f "$navi_lock"
        return 1
    fi
}

navi_merge() {
    export navi_file navi_lock navi_status_name navi_events
    "$navi_awk" "$navi_merge_events_awk"
    navi_merge_code=$?
    [ "$navi_merge_code" = 3 ] && navi_keep_broken
    [ "$navi_merge_code" = 0 ]
}

# navi_keep_broken: keep a file that was not a status file beside the new one; only the first such file.
navi_keep_broken() {
    [ -e "$navi_file.broken" ] || ln "$navi_file" "$navi_file.broken" || cp -p "$navi_file" "$navi_file.broken" ||
        return
    navi_merge_code=0
}

# navi_find_watches: set navi_watches to the processes of the watches to wake. A watch that has not looked since the
# file's last version has been woken already: no line is added, so that one that hangs can't fill its FIFO and stop us.
navi_find_watches() {
    navi_watches=
    for navi_event_path in "$navi_here"/watch.*; do
        navi_watch=${navi_event_path##*.}
        [ -p "$navi_event_path" ] || continue
        kill -0 "$navi_watch" || continue
        [ -e "$navi_here/stamp.$navi_watch" ] && [ "$navi_file" -nt "$navi_here/stamp.$navi_watch" ] && continue
        navi_watches="$navi_watches $navi_watch"
    done
}

# navi_wake_watches: opened for both ways, a FIFO never waits for a reader. (Not with 1<>, of which bash 5.2 makes <>
# within $(...), where operations run.)
navi_wake_watches() {
    for navi_watch in $navi_watches; do
        printf 'changed\n' 5<>"$navi_here/watch.$navi_watch" >&5
    done
}

# navi_publish: write the event into the status file, or leave it for the process that is writing just now: that
# process, or else the next one, writes it. Fails if nothing can be written.
navi_publish() {
    if ! navi_make_lock "$navi_lock"; then
        navi_leave_event || return
        navi_event=
        navi_make_lock "$navi_lock" || { navi_end_stale && navi_make_lock "$navi_lock"; } || return 0
    fi
    navi_write || return
    navi_round=0
    while navi_gather && [ -n "$navi_left" ] && [ "$((navi_round += 1))" -le 20 ] && navi_make_lock "$navi_lock"; do
        navi_write || return
    done
}

# navi_leave_event: leave the event beside the status file. Half an event, on a full disk, does not count.
navi_leave_event() {
    navi_event_path=$navi_state/event.$navi_status_name.$navi_time.$navi_self@$navi_place_key
    printf '%s' "$navi_event" >"$navi_event_path" && return
    rm -f "$navi_event_path"
    return 1
}


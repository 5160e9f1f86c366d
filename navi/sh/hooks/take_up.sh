# shellcheck shell=sh disable=SC2034,SC2154
# needs: hooks/status_file
# changes: navi_empty_locks navi_event
# Taking up what hooks left that were killed: their events, the versions that they had written, and their locks. Whoever
# looks at this machine does that first, so what he sees is what has happened. Of the living nothing is touched.

# navi_take_up: if there is nothing, this takes only builtins. What can be left of hooks is lock.*, break.* and event.*.
navi_take_up() {
    for navi_left_path in "$navi_state"/[bel][orv][ce][akn]*.*; do
        [ ! -e "$navi_left_path" ] || (navi_take_up_all) >/dev/null 2>&1
        return
    done
}

# navi_sweep_holders: remove the lines of holders whose sessions have neither status file nor lock: a thousand at a look.
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

# navi_take_up_all: each session's, of fifty at a look, for the sake of time.
navi_take_up_all() {
    umask 077
    LC_ALL=C
    export LC_ALL
    navi_find_empty
    navi_left_names=$navi_newline
    navi_left_count=0
    for navi_left_path in "$navi_state"/lock.* "$navi_state"/break.* "$navi_state"/event.*; do
        [ -e "$navi_left_path" ] || continue
        navi_name_left
        case $navi_left_names in *"$navi_newline$navi_left_name$navi_newline"*) continue ;; esac
        navi_left_names=$navi_left_names$navi_left_name$navi_newline
        navi_take_up_one "$navi_left_name"
        [ "$((navi_left_count += 1))" -lt 50 ] || break
    done
}

# navi_name_left: the session of the file navi_left_path, in navi_left_name. An event's ends in .TIME.PROCESS@HOST@START;
# an earlier version of navi wrote only .TIME.PROCESS. HOST and START hold no @, and START one dot at most.
navi_name_left() {
    navi_left_name=${navi_left_path#"$navi_state/"}
    navi_left_name=${navi_left_name#*.}
    case $navi_left_path in "$navi_state"/event.*) ;; *) return ;; esac
    case ${navi_left_name##*@} in *.*.*) ;; *) navi_left_name=${navi_left_name%@*@*} ;; esac
    navi_left_name=${navi_left_name%.*.*}
}

# navi_find_empty: the locks that stay empty for a second, in navi_empty_locks. To write a line into a new one takes much less.
navi_find_empty() {
    navi_empty_locks=
    for navi_left_path in "$navi_state"/lock.*; do
        [ ! -e "$navi_left_path" ] || [ -s "$navi_left_path" ] || navi_empty_locks=$navi_empty_locks=$navi_left_path$navi_newline
    done
    [ -z "$navi_empty_locks" ] || sleep 1
}

# navi_take_up_one NAME: end its lock if whose it is has ended, and write the events that nobody else will write.
navi_take_up_one() {
    navi_use "$navi_dir" "$1" || return
    [ ! -e "$navi_lock" ] || { navi_stale && navi_break; } || return
    navi_drop_dead_lock "$navi_state/break.$1"
    for navi_left_path in "$navi_state/event.$1."*; do
        [ -e "$navi_left_path" ] || return
        break
    done
    navi_event=
    navi_make_lock "$navi_lock" && navi_write
}

# shellcheck shell=sh disable=SC2034,SC2154,SC3045
# needs: headless/runs headless/state headless/terminals lib/process
# tail.sh DIR ID GENERATION OFFSET...: prints what the agents of these runs print, each from an offset on, what else
# happens to them, and in which terminals agents continue conversations that navi knows, as it happens. It sends old
# output first, in records `part INDEX`. Then follow the bytes of all runs as tail(1) prints several files: the name
# before the bytes of a file tells whose they are. tail can begin at one offset only, the same for all, so a tail for
# each run copies what is new of its log into a file of its own, and one tail follows the copies. While nothing happens
# in a session, no program is started for it. The stream ends after a while if much was copied, and its reader opens it
# again.

# navi_print_part KIND...: an answer with one record; its body is what the command prints that navi_print_body is.
navi_print_part() {
    printf '\n%s begin\n%s %s\n' "$navi_token" "$navi_token" "$*" || exit
    [ -z "$navi_print_body" ] || "$navi_print_body" || exit
    printf '\n%s errors \n%s end 0\n' "$navi_token" "$navi_token" || exit
}

# navi_size FILE: its size, in navi_bytes.
navi_size() {
    navi_bytes=0
    [ ! -f "$1" ] || navi_bytes=$(($(wc -c <"$1")))
}

# navi_send_block: 1 MiB of the log, from the beginning of the block of 64 kB in which navi_from is.
navi_send_block() {
    dd if="$navi_log" bs=65536 skip="$((navi_from / 65536))" count=16 2>/dev/null
}

# navi_catch_up INDEX: send what is long behind of the log navi_log, from navi_from on.
navi_catch_up() {
    navi_size "$navi_log"
    while [ $((navi_bytes - navi_from)) -gt 262144 ]; do
        navi_print_body=navi_send_block
        navi_print_part part "$1" "$((navi_from / 65536 * 65536))"
        navi_from=$(((navi_from / 65536 + 16) * 65536))
        [ "$navi_from" -le "$navi_bytes" ] || navi_from=$navi_bytes
        navi_size "$navi_log"
    done
}

# navi_copy_log INDEX: from now on, copy the log to a file that is followed, with the events of the run beside it. The
# end of its agent is sent at once if it is noted: the event of it may be missing, as where the disk was full then.
navi_copy_log() {
    : >"$navi_copies/$1"
    { : >>"${navi_log%log}events"; } 2>/dev/null
    tail -c "+$((navi_from + 1))" -f "$navi_log" >>"$navi_copies/$1" 2>/dev/null &
    navi_note_child "$!"
    # A link by name would make GNU tail look each second, and not at once.
    ln "${navi_log%log}events" "$navi_copies/$1e" 2>/dev/null || :
    navi_print_part from "$1" "$navi_from"
    navi_how=
    { read -r navi_how <"${navi_log%log}exit"; } 2>/dev/null
    [ -z "$navi_how" ] || navi_print_part ended "$1" "$navi_how"
}

# navi_print_state ID GENERATION: the state of a run whose log can't be followed, and how its agent ended if it has: a
# log that was cut or taken away is no proof of that. `away` where it may run, and its files are not there.
navi_print_state() {
    navi_state_word=away
    if cd "$navi_runs/$1/$2" 2>/dev/null; then
        navi_judge_run
        case $navi_run_state in ended | lost | unstarted) navi_state_word=$navi_run_state ;; esac
        [ ! -f log ] || navi_state_word=$navi_run_state
        [ "$navi_run_state" != ended ] || navi_state_word="ended $navi_exit_status $navi_exit_size $navi_reason"
    fi
    echo "$navi_state_word"
}

# navi_note_child PROCESS: it is to end with the stream.
navi_note_child() {
    echo "$1" >>"$navi_copies/children"
}

# navi_note_lost ID GENERATION: if nothing of the run is left and nothing can note its end any more, note that, if it
# looks so twice in a row: an agent that is just being started has no process for a moment.
navi_note_lost() {
    navi_lost_run=$navi_runs/$1/$2
    [ -d "$navi_lost_run/claimed" ] && [ ! -e "$navi_lost_run/exit" ] || return 0
    navi_read_process_file "$navi_lost_run/runner"
    [ "$navi_life" = gone ] || return 0
    navi_why=lost
    [ "$navi_place_then" = "$navi_place_key" ] || navi_why=restart
    navi_read_process_file "$navi_lost_run/pid"
    case $navi_life in gone | absent) ;; *) return 0 ;; esac
    case $navi_suspects in
    *" $1/$2 "*)
        navi_size "$navi_lost_run/log"
        [ -e "$navi_lost_run/exit" ] || echo "lost $navi_bytes $navi_why" >>"$navi_lost_run/events"
        ;;
    *) navi_suspects="$navi_suspects$1/$2 " ;;
    esac
}

# navi_note_all_lost ID GENERATION OFFSET...: do so for all runs.
navi_note_all_lost() {
    while [ $# -gt 2 ]; do
        navi_note_lost "$1" "$2"
        shift 3
    done
}

# navi_supervise ID GENERATION OFFSET...: look for agents in terminals every few seconds; at every third time send a
# heartbeat, and then look twice for runs of which nothing is left; end all when this shell has been killed, and let it
# end when a tail has. Where read has a time limit (bash, busybox, ksh), none of that starts a process. It begins before
# there is anything that it would have to remove.
navi_supervise() {
    while [ ! -p "$navi_copies/pause" ] && kill -0 "$navi_main"; do
        sleep 0.1
    done
    exec 9<>"$navi_copies/pause"
    navi_read_limits=no
    [ -n "$({ read -r -t 0.01 navi_ticked <&9; } 2>&1)" ] || navi_read_limits=yes
    navi_times=0
    while kill -0 "$navi_main"; do
        [ $((navi_times % 3)) -ne 0 ] || navi_suspects=' '
        [ $((navi_times % 3)) -eq 2 ] || navi_note_all_lost "$@"
        navi_find_terminal "$navi_runs" '' navi_note_unreported
        if [ "$navi_read_limits" = yes ]; then read -r -t 4 navi_ticked <&9; else sleep 4; fi
        navi_times=$((navi_times + 1))
        navi_children_run || navi_let_end
        [ $((navi_times % 3)) -ne 0 ] || echo >>"$navi_copies/heartbeat"
    done
    navi_end_children
} 2>/dev/null

# navi_children_run: whether all tails run. One ends where it can't write, as while the disk is full.
navi_children_run() {
    [ -f "$navi_copies/children" ] || return 0
    while read -r navi_copier; do
        kill -0 "$navi_copier" || return
    done <"$navi_copies/children"
}

# navi_let_end: let the stream end with its next piece, and send one that says nothing.
navi_let_end() {
    : >"$navi_copies/over" && printf '\n==> %s/last <==\n' "$navi_copies" 1<>"$navi_copies/all"
}

# navi_are_small: whether what was copied takes no more than 64 MiB.
navi_are_small() {
    # shellcheck disable=SC2012 # sizes only
    [ "$(ls -ln "$navi_copies" | awk '{ size += $5 } END { print size + 0 < 67108864 }')" = 1 ]
} 2>/dev/null

navi_end_children() {
    # shellcheck disable=SC2046 # one word a process
    kill $(cat "$navi_copies/children")
    rm -rf "$navi_copies"
} 2>/dev/null

# navi_piece: what tail has printed, and after that the sizes of the logs: tail begins again at the first byte of a log
# that was cut. It ends when nobody is left to print.
navi_piece() {
    dd if="$navi_copies/all" bs=65536 count=1 2>/dev/null 3>&-
    printf '\n%s sizes\n' "$navi_token"
    # shellcheck disable=SC2086 # one word a file; it is for a program to read
    LC_ALL=C ls -lnLd . $navi_followed_files 2>/dev/null || :
}

# navi_forget_killed: remove the copies of a stream that was killed together with its supervisor, which would have done
# that.
navi_forget_killed() {
    for navi_killed in "$navi_runs"/.tail.*; do
        [ -n "$(find "$navi_killed" -prune -mmin +1)" ] || continue
        navi_killed_process=${navi_killed##*/.tail.}
        navi_killed_process=${navi_killed_process%%.*}
        ! navi_ended "$navi_killed_process@$navi_place_key" || rm -rf "$navi_killed"
    done 2>/dev/null
}

navi_find_runs "$1"
shift
navi_find_place
navi_forget_killed
navi_main=$navi_self
navi_copies=$navi_runs/.tail.$navi_self.$navi_place_key.$navi_token
navi_print_body=
navi_supervisor=
trap 'navi_end_children; kill "$navi_supervisor" 2>/dev/null' EXIT
trap 'exit' HUP TERM INT PIPE
navi_supervise "$@" >/dev/null &
navi_supervisor=$!
if ! { mkdir -p "$navi_copies" && : >"$navi_copies/heartbeat" && : >"$navi_copies/last" && mkfifo "$navi_copies/all" "$navi_copies/pause" && : >>"$navi_runs/.terminals"; } 2>/dev/null; then
    navi_print_part failed "nothing can be written in $navi_runs; check its disk and permissions"
    exit
fi
navi_print_part place "$navi_copies"
navi_index=0
navi_followed_files=
cd "$navi_runs" || exit
set -- "$@" .
while [ "$1" != . ]; do
    navi_log=$navi_runs/$1/$2/log
    navi_from=$3
    navi_size "$navi_log"
    if [ -f "$navi_log" ] && [ "$navi_from" -le "$navi_bytes" ]; then
        navi_catch_up "$navi_index"
        navi_print_body=
        navi_copy_log "$navi_index"
        navi_followed_files="$navi_followed_files $1/$2 $1/$2/log"
    else
        navi_print_part missing "$navi_index" "$navi_bytes" "$(navi_print_state "$1" "$2")"
    fi
    navi_index=$((navi_index + 1))
    shift 3
done
ln "$navi_runs/.terminals" "$navi_copies/terminals" 2>/dev/null
set -- "$navi_copies/heartbeat" "$navi_copies/terminals"
navi_turn=0
while [ "$navi_turn" -lt "$navi_index" ]; do
    for navi_followed in "$navi_turn" "${navi_turn}e"; do
        [ ! -f "$navi_copies/$navi_followed" ] || set -- "$@" "$navi_copies/$navi_followed"
    done
    navi_turn=$((navi_turn + 1))
done
exec 3<>"$navi_copies/all"
tail -c +1 -f "$@" "$navi_copies/last" >&3 2>/dev/null &
navi_follower=$!
navi_note_child "$navi_follower"
navi_pieces=0
while [ ! -e "$navi_copies/over" ] && kill -0 "$navi_follower" 2>/dev/null; do
    navi_print_body=navi_piece
    navi_print_part piece
    navi_pieces=$((navi_pieces + 1))
    [ $((navi_pieces % 256)) -ne 0 ] || navi_are_small || break
    sleep 0.02
done

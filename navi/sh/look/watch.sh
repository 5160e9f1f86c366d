# shellcheck shell=sh disable=SC2154,SC2034,SC3013,SC3028,SC3045,SC2174
# needs: look/look registry/absent
# changes: navi_hung navi_state navi_out navi_patience navi_processes navi_stamps
# watch.sh DIR CLEANUP FORMAT: send what changes, as long as somebody listens.
# Between looks nothing but builtins runs: times of files, existence of processes and terminals are compared.
# A line on standard input (or into the FIFO .navi/watch.PID beside the status files) wakes the watch at once;
# the end of standard input ends it.

# How long after a change the watch stays quick, in milliseconds.
navi_moving_for=30000
# Milliseconds between heartbeats, sent when nothing has changed.
navi_heartbeat=5000

# navi_open_watch: a private place for the FIFO and the time stamp, beside the status files where there are any.
navi_open_watch() {
    if [ -d "$navi_dir" ] && mkdir -p -m 700 "$navi_dir/.navi" 2>/dev/null && [ -w "$navi_dir/.navi" ]; then
        navi_state=$navi_dir/.navi
        navi_sweep_state
    else
        navi_state=$(mktemp -d "${TMPDIR:-/tmp}/navi-watch.XXXXXX" 2>/dev/null) || return 1
        navi_own_state=yes
    fi
    navi_wake=$navi_state/watch.$$
    navi_stamp=$navi_state/stamp.$$
    navi_stamps=$navi_state/stamp
    rm -f "$navi_wake"
    (umask 077 && mkfifo "$navi_wake" && : >"$navi_stamp") 2>/dev/null && exec 3<>"$navi_wake"
}

# navi_sweep_state: remove what a watch that was killed could not.
navi_sweep_state() {
    for navi_watch_path in "$navi_state"/watch.* "$navi_state"/stamp.*; do
        [ -e "$navi_watch_path" ] && ! kill -0 "${navi_watch_path##*.}" 2>/dev/null && rm -f "$navi_watch_path"
    done
    for navi_watch_path in "$navi_state"/holder.*; do
        navi_held_name=${navi_watch_path##*/holder.}
        [ -e "$navi_dir/$navi_held_name.json" ] || [ -e "$navi_state/lock.$navi_held_name" ] || rm -f "$navi_watch_path"
    done
}

# navi_close_watch: take everything away and end.
navi_close_watch() {
    trap - EXIT
    rm -f "$navi_wake" "$navi_stamp" "$navi_stamps.0.$$" "$navi_stamps.1.$$"
    [ "$navi_own_state" = yes ] && rmdir "$navi_state"
    kill "$navi_relay" "$navi_ticker" 2>/dev/null
    exit 0
}

# navi_open_relay: what arrives on standard input goes into the FIFO, so that one read waits for everything.
navi_open_relay() {
    exec 4<&0
    (
        trap 'exit 0' TERM
        while read -r navi_woken_by; do printf '%s\n' "$navi_woken_by"; done
        printf 'bye\n'
    ) <&4 >&3 2>/dev/null &
    navi_relay=$!
    exec 4<&- </dev/null
}

# navi_reads_with_limit: whether this shell's read waits for a fraction of a second (bash, busybox, ksh; not dash).
navi_reads_with_limit() {
    [ -z "$({ read -r -t 0.01 navi_woken_by <&3; } 2>&1)" ]
}

# navi_set_pace TICK MILLISECONDS: how often to compare. Where read has no limit, a child process ticks.
navi_set_pace() {
    [ "$1" = "$navi_tick" ] && return
    navi_tick=$1
    navi_step=$2
    [ "$navi_limit" = yes ] && return
    [ -n "$navi_ticker" ] && kill "$navi_ticker" 2>/dev/null
    (
        while kill -0 $$ && sleep "$navi_tick"; do printf 'tick\n'; done
    ) >&3 2>/dev/null &
    navi_ticker=$!
}

# navi_choose_pace: quick after a change, slow when calm.
navi_choose_pace() {
    if [ "$navi_calm" -lt "$navi_moving_for" ]; then
        navi_list_every=5000
        navi_set_pace 0.25 250
    else
        navi_list_every=8000
        if [ "$navi_limit" = yes ]; then navi_set_pace 0.8 800; else navi_set_pace 1 1000; fi
    fi
    # What may have to be cleaned up is looked at again soon.
    [ -z "$navi_suspects" ] || navi_list_every=3000
}

# navi_wait: until time has passed or something wakes the watch, which counts as a step as well.
navi_wait() {
    navi_woken_by=tick
    if [ "$navi_limit" = yes ]; then
        IFS= read -r -t "$navi_tick" navi_woken_by <&3 || navi_woken_by=tick
    else
        IFS= read -r navi_woken_by <&3
    fi
    navi_count
    navi_asked=no
    case $navi_woken_by in
    poll) navi_asked=yes ;;
    'awake '*) navi_ask_again "${navi_woken_by#awake }" ;;
    bye) exit 0 ;;
    esac
}

# navi_count: a step of time has passed, or less.
navi_count() {
    if [ "$navi_odd_step" = yes ]; then navi_odd_step=no; else navi_odd_step=yes; fi
    navi_calm=$((navi_calm + navi_step))
    navi_unlisted=$((navi_unlisted + navi_step))
    navi_silent=$((navi_silent + navi_step))
    navi_uncleaned=$((navi_uncleaned + navi_step))
    navi_unprobed=$((navi_unprobed + navi_step))
}

# navi_probe: see whether the servers that hung answer again, in the background, where they delay nothing.
navi_probe() {
    [ "$navi_unprobed" -ge 10000 ] || return
    navi_unprobed=0
    set -f
    IFS=$navi_newline
    for navi_hung_server in $navi_hung; do
        unset IFS
        navi_probe_server "${navi_hung_server#=}" >&3 2>/dev/null &
    done
    unset IFS
    set +f
}

# navi_probe_server SOCKET: wake the watch if it answers within five seconds, whatever it says.
navi_probe_server() {
    navi_patience=5
    navi_tmux "$1" list-sessions </dev/null >/dev/null 2>&1
    navi_verdict $? ''
    [ "$navi_word" = hung ] || printf 'awake %s\n' "$1"
}

# navi_ask_again SOCKET: a server that hung answers again, so it is asked at once, and from now on as any other.
navi_ask_again() {
    case $navi_hung in *"$navi_newline=$1$navi_newline"*) ;; *) return ;; esac
    navi_hung=${navi_hung%%"=$1$navi_newline"*}${navi_hung#*"$navi_newline=$1$navi_newline"}
    navi_unlisted=$navi_list_every
}

# navi_files_moved: whether a status file may have changed since the stamp. Equal times count as changed,
# because some shells compare whole seconds.
navi_files_moved() {
    if [ ! -d "$navi_dir" ]; then
        [ -n "$navi_sums$navi_odd" ]
        return
    fi
    [ "$navi_stamp" -nt "$navi_dir" ] || return 0
    [ ! -e "$navi_dir/.navi/marks" ] || [ "$navi_stamp" -nt "$navi_dir/.navi/marks" ] || return 0
    for navi_watch_path in "$navi_dir"/*.json "$navi_dir"/.[!.]*.json; do
        [ "$navi_stamp" -nt "$navi_watch_path" ] || [ ! -f "$navi_watch_path" ] || return 0
    done
    return 1
}

# navi_panes_moved: whether a pane may have come or gone: its process has ended, or the terminals are others.
# Terminals are also opened by people who have nothing to do with tmux, so those are believed once a second.
navi_panes_moved() {
    if [ "$navi_unlisted" -ge 1000 ]; then
        set -- /dev/pts/[0-9]*
        [ "$*" = "$navi_terminals" ] || return 0
    fi
    # While the watch is quick, every other time will do.
    [ "$navi_step" -gt 500 ] || [ "$navi_odd_step" = yes ] || return
    for navi_watched_process in $navi_processes; do
        kill -0 "$navi_watched_process" || return 0
    done 2>/dev/null
    return 1
}

# navi_note_terminals: remember which terminals there are.
navi_note_terminals() {
    set -- /dev/pts/[0-9]*
    navi_terminals=$*
}

# navi_look_at_files: send the status files, if they differ from those sent before or somebody asks.
navi_look_at_files() {
    : >"$navi_stamp"
    navi_files
    navi_read_marks
    [ "$navi_sums$navi_odd$navi_marks" = "$navi_sent_files" ] && [ "$navi_asked" = no ] && return
    navi_sent_files=$navi_sums$navi_odd$navi_marks
    navi_record files
    navi_tell_files
    navi_tell_marks
    # Its session has just begun: both are sent together.
    [ "$navi_appeared" = no ] || navi_unlisted=$navi_list_every
}

# navi_look_at_panes: list what tmux has, clean up now and then, and send the answers if they differ from those sent
# before.
navi_look_at_panes() {
    navi_unlisted=0
    navi_list
    navi_note_terminals
    navi_recover
    if [ "$navi_uncleaned" -ge 2000 ] && navi_considered; then
        navi_uncleaned=0
        navi_clean
        [ -z "$navi_suspects" ] || navi_suspected=${EPOCHSECONDS:-$(date +%s)}
    fi
    [ "$navi_panes" = "$navi_sent_panes" ] && return
    navi_sent_panes=$navi_panes
    navi_out=$navi_out$navi_panes
}

# navi_considered: whether two whole seconds of the clock have passed since files were suspected, if any are: steps
# may be short, or have queued up, and prove nothing.
navi_considered() {
    [ -z "$navi_suspects" ] || [ "${EPOCHSECONDS:-$(date +%s)}" -gt $((navi_suspected + 2)) ]
}

# navi_tell: print what was collected as one answer; the end if nobody listens.
navi_tell() {
    printf '%s begin\n%s%s end 0\n' "$navi_token" "$navi_out" "$navi_token" || exit 0
    navi_silent=0
    navi_out=
}

# navi_turn: compare, look where something moved, tell what is new.
navi_turn() {
    if [ "$navi_asked" = yes ] || navi_files_moved; then navi_look_at_files; fi
    if [ "$navi_asked" = yes ] || [ "$navi_unlisted" -ge "$navi_list_every" ] || navi_panes_moved; then
        navi_look_at_panes
    fi
    if [ -n "$navi_out" ]; then
        navi_calm=0
        navi_tell_clock
        navi_tell
    elif [ "$navi_asked" = yes ] || [ "$navi_silent" -ge "$navi_heartbeat" ]; then
        navi_tell_clock
        navi_tell
    fi
}

navi_begin "$1" "$2" "$3"
navi_own_state=
navi_relay=
navi_ticker=
if ! navi_open_watch; then
    [ "$navi_own_state" = yes ] && rm -rf "$navi_state"
    printf '%s begin\n%s unwatchable no FIFO can be made in %s\n%s end 0\n' \
        "$navi_token" "$navi_token" "$navi_state" "$navi_token"
    exit 0
fi
trap navi_close_watch EXIT
trap 'exit 0' HUP INT TERM PIPE
# Nobody reads it while the watch goes on, and a full pipe would stop it.
exec 2>/dev/null
navi_open_relay
if navi_reads_with_limit; then navi_limit=yes; else navi_limit=no; fi
navi_tick=
navi_odd_step=no
navi_calm=0
navi_unlisted=0
navi_silent=0
navi_uncleaned=2000
navi_unprobed=10000
navi_suspected=0
navi_sent_files=
navi_sent_panes=
navi_processes=
navi_terminals=
navi_asked=yes
while :; do
    navi_choose_pace
    navi_turn
    [ "$navi_hung" = "$navi_newline" ] || navi_probe
    navi_wait
done

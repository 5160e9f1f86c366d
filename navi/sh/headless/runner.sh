# shellcheck shell=sh disable=SC2034,SC2094,SC2154,SC3013
# needs: headless/stop headless/own_process session/agent_path
# changes: navi_fed navi_reason
# runner.sh: starts the agent of a run, hands inputs over to it, keeps its limits and notes how it ended. It is the
# first process of the run, and needs no connection and no other process of navi. Its folder is in NAVI_RUN, and the
# file `command` there sets navi_cwd, navi_most_seconds, navi_most_bytes and the arguments. See state.sh for its files.

# As in lib/fail, which would bring all of lib/tmux with it.
navi_none=66 navi_exists=73

# navi_feed: hand over the inputs in their order, and sleep where the next one is not there. Its end is the end of the
# agent's input. What was handed over is noted before anything else is: on a full disk it waits. It ends, too, when it
# is woken after the files of the run were removed, as where the runner was killed.
navi_feed() {
    navi_write_process feeder
    exec 3<>bell
    navi_read_fed
    while :; do
        [ -d claimed ] || return 0
        # Looked at before the inputs, so that none that was posted before it is missed.
        navi_is_last=no
        [ ! -f in.d/end ] || navi_is_last=yes
        while [ -f "in.d/$((navi_fed + 1))" ]; do
            cat "in.d/$((navi_fed + 1))" || return
            navi_fed=$((navi_fed + 1))
            until navi_write fed "$navi_fed"; do
                sleep 1
                [ ! -f exit ] || return
            done
            { echo "fed $navi_fed" >>events; } 2>/dev/null
        done
        [ "$navi_is_last" = no ] || return 0
        read -r navi_rung <&3
    done
}

# navi_become_agent COMMAND...: write down which process this is, and run the agent in its place.
navi_become_agent() {
    navi_write_process pid
    cd "$navi_cwd" || exit $navi_none
    exec "$@"
}

# navi_keep_limits: end the agent when it has run or printed too much; keep its errors short. This looks often while it
# prints, and every two minutes while it does not: then it only starts a sleep. `limits` is as old as the last look, and
# `now` is newer than that but for a clock that was put back: then nothing would be newer for a long time. Without its
# files it can do nothing.
navi_keep_limits() {
    navi_began=$(date +%s)
    navi_pause=1
    while sleep "$navi_pause" && [ ! -f exit ] && [ -d claimed ]; do
        { : >now; } 2>/dev/null
        if [ ! -f limits ] || [ log -nt limits ] || [ err -nt limits ] || [ limits -nt now ]; then
            { : >limits; } 2>/dev/null
            navi_keep_output_limit
            navi_pause=1
        else
            navi_pause=$((navi_pause < 60 ? navi_pause * 2 : 120))
        fi
        [ "$navi_most_seconds" -gt 0 ] || continue
        [ $(($(date +%s) - navi_began)) -lt "$navi_most_seconds" ] || navi_stop time 5
        [ "$navi_pause" -le "$navi_most_seconds" ] || navi_pause=$navi_most_seconds
    done
}

navi_keep_output_limit() {
    # shellcheck disable=SC2046 # a number each
    set -- $(wc -c <log) $(wc -c <err)
    [ "${2:-0}" -le 65536 ] || { tail -c 65536 err >err.old && : >err; } 2>/dev/null
    [ "$navi_most_bytes" -eq 0 ] || [ "${1:-0}" -le "$navi_most_bytes" ] || navi_stop output 0
}

# navi_await_agent: the exit status of the agent, in navi_status. A signal for us interrupts the wait.
navi_await_agent() {
    navi_caught=
    wait "$navi_job"
    navi_status=$?
    while [ -n "$navi_caught" ]; do
        navi_caught=
        wait "$navi_job"
        navi_again=$?
        [ "$navi_again" = 127 ] || navi_status=$navi_again
    done
    # ksh counts signals from 256.
    [ "$navi_status" -le 256 ] || navi_status=$((navi_status - 128))
}

# navi_pass_on SIGNAL: the terminal was closed, or somebody ends us: so ends the agent.
navi_pass_on() {
    navi_caught=yes
    [ -e reason ] || navi_write reason "$1"
    navi_signal_agent "$1" -
}

# navi_note_exit: write how the agent ended into the blocks that the file has since the beginning, for the disk may be
# full by now; then tell whoever follows. Somebody may have removed the log: dash would end at a sum without a number.
# Who has read the exit may have removed everything, and waits for no event.
navi_note_exit() {
    navi_reason=
    { read -r navi_reason <reason; } 2>/dev/null
    navi_read_process_file feeder
    case $navi_reason,$navi_status,$navi_life in ,0,gone) [ -f in.d/end ] || navi_reason=feeder ;; esac
    navi_last_size=$({ wc -c <log; } 2>/dev/null)
    navi_noted="$navi_status $((${navi_last_size:-0})) ${navi_reason:--}"
    printf '%-64s\n' "$navi_noted" 1<>exit.new && mv -f exit.new exit
    { : >in.d/end; } 2>/dev/null
    navi_ring
    navi_tries=60
    until { echo "exit $navi_noted" >>events; } 2>/dev/null; do
        [ "$navi_tries" -gt 0 ] && [ -f exit ] || return 0
        navi_tries=$((navi_tries - 1))
        sleep 1
    done
}

umask 077
unset TMUX TMUX_PANE
cd "$NAVI_RUN" && mkdir claimed 2>/dev/null || exit $navi_exists
navi_write_process runner
navi_find_programs
# shellcheck source=/dev/null
. ./command
trap 'navi_pass_on HUP' HUP
trap 'navi_pass_on TERM' TERM INT
# The agent's input is a FIFO, whose ends are open before anybody starts; the agent's ends when the feeder does. A pipe
# would make one job of the two, and the wait for the agent one for both.
[ -p input ] || mkfifo input || exit $navi_exists
exec 6<>input 7>input 8<input 6>&-
# So each of these has a process group of its own.
set -m
navi_become_agent "$@" <&8 >>log 2>>err 7>&- 8<&- &
navi_job=$!
navi_feed >&7 2>/dev/null </dev/null 7>&- 8<&- &
exec 7>&- 8<&-
navi_keep_limits </dev/null >/dev/null 2>&1 &
navi_limits_process=$!
# From here on no command must care for a terminal that may be gone.
set +m
navi_await_agent
navi_note_exit
kill -TERM "-$navi_limits_process" 2>/dev/null

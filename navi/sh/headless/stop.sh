# shellcheck shell=sh disable=SC2034,SC2154
# needs: headless/files headless/process headless/write
# Defines functions that end an agent: they give it no more input, then send SIGTERM, and then SIGKILL to its whole
# process group.

# navi_stop REASON SECONDS: do so, and leave it to the runner to note the exit. SECONDS are those that the agent has to
# end by itself. Fails if the agent still runs at the end.
navi_stop() {
    [ -e reason ] || navi_write reason "$1"
    { : >in.d/end; } 2>/dev/null
    navi_ring
    navi_await_end "$2" || {
        navi_signal_agent TERM ''
        navi_await_end 5
    } || {
        navi_signal_agent KILL -
        navi_await_end 5
    }
}

# navi_signal_agent SIGNAL SIGN: send it to the agent, or with the sign - to its group, if it is still that process.
navi_signal_agent() {
    navi_read_process_file pid
    [ "$navi_life" = runs ] || return 0
    if [ -n "$2" ] && [ "$navi_group" -gt 1 ]; then
        kill "-$1" "-$navi_group"
    else
        kill "-$1" "$navi_number"
    fi
} 2>/dev/null

# navi_await_end SECONDS: wait until the agent has ended.
navi_await_end() {
    navi_patience_left=$(($1 * 10))
    while :; do
        [ ! -e exit ] || return 0
        navi_read_process_file pid
        case $navi_life in gone | absent) return 0 ;; esac
        [ "$navi_patience_left" -gt 0 ] || return
        navi_patience_left=$((navi_patience_left - 1))
        sleep 0.1
    done
}

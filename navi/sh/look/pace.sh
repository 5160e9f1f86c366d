# shellcheck shell=sh disable=SC2034,SC2154,SC3045
# needs: look/look
# shares: navi_calm navi_odd_step navi_rested navi_silent navi_tick navi_ticker navi_unasked navi_unlisted navi_unprobed
# shares: navi_unseen navi_untold navi_woken_by
# How often a watch compares, and how much time has passed: quick after a change, slow when calm.

# How long after a change the watch stays quick, in milliseconds.
navi_moving_for=30000

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
}

# navi_count: a step of time has passed. How long it took is read from the system's clock: a turn on a busy machine takes
# longer than the wait. Without that clock, each step counts as the wait.
navi_count() {
    if [ "$navi_odd_step" = yes ]; then navi_odd_step=no; else navi_odd_step=yes; fi
    navi_passed=$navi_step
    navi_counted_before=$navi_counted
    navi_read_counter
    [ -z "$navi_counted_before" ] || navi_passed=$((navi_counted - navi_counted_before))
    navi_calm=$((navi_calm + navi_passed))
    navi_unlisted=$((navi_unlisted + navi_passed))
    navi_silent=$((navi_silent + navi_passed))
    navi_unprobed=$((navi_unprobed + navi_passed))
    navi_unseen=$((navi_unseen + navi_passed))
    navi_untold=$((navi_untold + navi_passed))
    navi_unasked=$((navi_unasked + navi_passed))
    navi_rested=$((navi_rested + navi_passed))
}

# navi_read_counter: the milliseconds since the start of the machine into navi_counted; empty where nothing tells them.
navi_read_counter() {
    navi_counted=
    navi_read_uptime || return 0
    navi_counted=$((navi_uptime * 1000 + (1$navi_hundredths - 100) * 10))
}

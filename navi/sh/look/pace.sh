# shellcheck shell=sh disable=SC2034,SC2154,SC3045
# needs: look/look
# shares: navi_ms_since_activity navi_ms_since_answer navi_ms_since_list navi_ms_since_news navi_ms_since_probe
# shares: navi_ms_since_question navi_ms_since_run navi_ms_since_screens navi_odd_step navi_tick navi_ticker
# shares: navi_woken_by
# Defines functions that decide how often a watch compares, and that count the time: a watch compares often after a
# change, and rarely while nothing changes.

# Milliseconds between heartbeats, sent when nothing has changed.
navi_heartbeat=5000
# Milliseconds after which tmux is asked for a list even though its servers have done nothing: after news the first
# number, and after each list without news twice as long, up to the second.
navi_ask_soon=5000
navi_ask_every=30000
# Milliseconds between lists at least, and for how long servers have to rest until that counts again.
navi_list_soon=750
navi_rest_long=10000
# Milliseconds between questions whether servers that hung answer again, between looks at screens, and between looks at
# which terminals there are.
navi_probe_every=5000
navi_see_every=1000
navi_terminals_every=1000

# How long after a change the watch stays quick, in milliseconds.
navi_moving_for=30000

# How many milliseconds have passed (navi_count):
# since there was anything new to send
navi_ms_since_news=0
# since anything was sent
navi_ms_since_answer=0
# since the times of the last output were sent
navi_ms_since_activity=$navi_heartbeat
# since the panes were last looked at
navi_ms_since_list=0
# since tmux was asked for them
navi_ms_since_question=0
# since a server of tmux last ran
navi_ms_since_run=0
# since the screens of agents were looked at
navi_ms_since_screens=$navi_see_every
# since the servers that hung were asked
navi_ms_since_probe=$navi_probe_every

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
    if [ "$navi_ms_since_news" -lt "$navi_moving_for" ]; then
        navi_list_every=5000
        navi_set_pace 0.25 250
    else
        navi_list_every=8000
        if [ "$navi_limit" = yes ]; then navi_set_pace 0.8 800; else navi_set_pace 1 1000; fi
    fi
}

# navi_count: count a step of time that has passed. The system's clock shows how long it took: a turn on a busy machine
# takes longer than the wait. Without that clock, each step counts as the wait.
navi_count() {
    if [ "$navi_odd_step" = yes ]; then navi_odd_step=no; else navi_odd_step=yes; fi
    navi_passed=$navi_step
    navi_counted_before=$navi_counted
    navi_read_counter
    [ -z "$navi_counted_before" ] || navi_passed=$((navi_counted - navi_counted_before))
    navi_ms_since_news=$((navi_ms_since_news + navi_passed))
    navi_ms_since_list=$((navi_ms_since_list + navi_passed))
    navi_ms_since_answer=$((navi_ms_since_answer + navi_passed))
    navi_ms_since_probe=$((navi_ms_since_probe + navi_passed))
    navi_ms_since_screens=$((navi_ms_since_screens + navi_passed))
    navi_ms_since_activity=$((navi_ms_since_activity + navi_passed))
    navi_ms_since_question=$((navi_ms_since_question + navi_passed))
    navi_ms_since_run=$((navi_ms_since_run + navi_passed))
}

# navi_read_counter: the milliseconds since the start of the machine into navi_counted; empty if the system does not
# report them.
navi_read_counter() {
    navi_counted=
    navi_read_uptime || return 0
    navi_counted=$((navi_uptime * 1000 + (1$navi_hundredths - 100) * 10))
}

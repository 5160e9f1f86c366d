# shellcheck shell=sh disable=SC2034,SC2154
# needs: look/processes
# Defines the function that finds the time at which a process was started, as an epoch time.

# navi_find_start TICKS: that many ticks since the start of the system, as an epoch time, in navi_wanted_since.
navi_find_start() {
    [ "$1" != 0 ] || return
    while read -r navi_stat_word navi_stat_value; do
        [ "$navi_stat_word" = btime ] || continue
        navi_wanted_since=$((navi_stat_value + $1 / 100))
        return
    done <"$navi_proc/stat"
    return 1
}

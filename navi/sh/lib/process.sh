# shellcheck shell=sh disable=SC2154
# needs: lib/self
# Whether the process whose number is in a lock or in a file's name still runs.

# navi_ended PROCESS: whether it has ended. If it has our own number it was an earlier process, for we have left nothing
# yet. A zombie, as in a container whose init doesn't reap, has ended, too.
navi_ended() {
    case $1 in '' | *[!0-9]*) return 1 ;; esac
    [ "$1" != "$navi_self" ] && kill -0 "$1" 2>/dev/null || return 0
    navi_stat=
    read -r navi_stat 2>/dev/null <"/proc/$1/stat"
    case ${navi_stat##*") "} in [ZX]*) return 0 ;; esac
    return 1
}

# navi_is_gone PROCESS: whether the system does not show it, or it has ended and was not waited for. Whose it is does
# not matter. Its state stands in one of the first lines; to read them is quicker than any program.
navi_is_gone() {
    [ -r "/proc/$1/status" ] || {
        [ -d "/proc/$$" ] || ! ps -p "$1" >/dev/null 2>&1
        return
    }
    navi_status_key=
    while [ "$navi_status_key" != State: ]; do
        read -r navi_status_key navi_stat || return
    done <"/proc/$1/status"
    case $navi_stat in Z*) ;; *) return 1 ;; esac
} 2>/dev/null

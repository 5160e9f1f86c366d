# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/self lib/place lib/state_folder
# Defines functions that find out whether a process still runs whose number is in a lock, in a journal or in the name of
# a file. They name a process "PROCESS@PLACE" (place.sh), because several machines can share a folder.

# navi_ended PROCESS[@PLACE]: whether it has ended, as far as this machine can know. Earlier versions of navi named no
# place: theirs is this one if no other machine uses the folder.
navi_ended() {
    navi_find_place
    navi_ended_process=${1%%@*}
    case $navi_ended_process in '' | *[!0-9]*) return 1 ;; esac
    case $1 in
    *"@$navi_place_key") ;;
    *@*)
        navi_is_earlier "${1#*@}"
        return
        ;;
    *) navi_is_alone || return ;;
    esac
    navi_process_ended "$navi_ended_process"
}

# navi_process_ended PROCESS: the same for a process of this machine. If it has our own number it was an earlier
# process, because we have left nothing yet. A zombie, as in a container whose init doesn't reap, has ended, too.
navi_process_ended() {
    [ "$1" != "$navi_self" ] && kill -0 "$1" 2>/dev/null || return 0
    navi_stat=
    read -r navi_stat 2>/dev/null <"/proc/$1/stat"
    case ${navi_stat##*") "} in [ZX]*) return 0 ;; esac
    return 1
}

# navi_is_gone PROCESS: whether the system does not show it, or it has ended and was not waited for. Its user does not
# matter. Its state is in one of the first lines; reading them is quicker than any program.
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

# navi_serves PROCESS: whether it is a tmux server of this user and runs.
navi_serves() {
    kill -0 "$1" && ! navi_is_gone "$1" || return
    if [ -d /proc/self ]; then
        navi_server_program=
        [ -O "/proc/$1" ] && read -r navi_server_program <"/proc/$1/comm"
    else
        # The name of the program, on some systems with its path.
        navi_server_program=$(ps -p "$1" -o comm= | sed 's|^\(.*/\)\{0,1\}tmux|tmux: server|')
    fi
    case $navi_server_program in 'tmux: server'*) return 0 ;; esac
    return 1
} 2>/dev/null

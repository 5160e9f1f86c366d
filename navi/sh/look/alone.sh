# shellcheck shell=sh disable=SC2012,SC2034,SC2154,SC3013
# needs: look/lost look/sessions
# shares: navi_judged_ago
# changes: navi_named_servers
# Defines functions that tell whether a status file that does not say where it was written can only be of this machine
# and of a tmux server that has answered. Older hooks and other tools write such files.

# The file system of the folder: "" while unknown, "own", or why it may be another machine's, too.
navi_disk=

# The result of navi_judged_ago listings ago, when the servers navi_judged_for had answered.
navi_doubt=
navi_judged_for=
navi_judged_ago=0

# navi_forget_certainty: drop that result.
navi_forget_certainty() {
    navi_judged_for=
}

# navi_is_certain: whether that is so; if not, navi_doubt says why, as a kind and a detail. This is believed for a few
# listings, because listing every process of the system takes long.
navi_is_certain() {
    if [ "$navi_judged_for" != "$navi_answered" ] || [ "$navi_judged_ago" -gt 5 ]; then
        navi_judged_ago=0
        navi_doubt=
        navi_find_doubt
        navi_judged_for=$navi_answered
    fi
    [ -z "$navi_doubt" ]
}

navi_find_doubt() {
    [ -n "$navi_disk" ] || navi_find_disk
    [ "$navi_disk" = own ] || { navi_doubt="disk $navi_disk" && return; }
    [ -z "$navi_stranger" ] || { navi_doubt="host $navi_stranger" && return; }
    for navi_mark_path in "$navi_dir"/.navi/at/*@*; do
        navi_mark_host=${navi_mark_path##*/at/}
        case $navi_mark_host in '*@*' | "$navi_place_host@"*) ;; *) navi_doubt="host ${navi_mark_host%@*}" && return ;; esac
    done
    navi_find_other_servers
}

# navi_find_disk: set navi_disk to the file system of the folder. One that is mounted from within another file system,
# as the home of a container is, may be somebody else's, too.
navi_find_disk() {
    navi_mount=
    navi_physical=$(cd "$navi_dir" 2>/dev/null && pwd -P)/
    if [ -r /proc/self/mountinfo ]; then
        while read -r navi_nothing navi_nothing navi_nothing navi_mount_root navi_mounted navi_mount_type; do
            case $navi_physical in "${navi_mounted%/}/"*) ;; *) continue ;; esac
            [ ${#navi_mounted} -lt ${#navi_mount} ] && continue
            navi_mount=$navi_mounted
            navi_mount_type=${navi_mount_type##*" - "}
            navi_judge_disk "${navi_mount_type%% *}" "$navi_mount_root"
        done </proc/self/mountinfo
        navi_disk=${navi_disk:-unknown}
    else
        # "HOST:PATH" and "//HOST/PATH" are other machines'.
        case $(df -P "$navi_physical" 2>/dev/null | sed -n '2s/ .*//p') in /dev/*) navi_disk=own ;; *) navi_disk=unknown ;; esac
    fi
}

# navi_judge_disk TYPE ROOT: ROOT is what of the file system is mounted.
navi_judge_disk() {
    case $1 in
    ext[234] | xfs | zfs | tmpfs | ramfs | f2fs | jfs | reiserfs | bcachefs | nilfs2 | ufs)
        if [ "$2" = / ]; then navi_disk=own; else navi_disk=bind; fi
        ;;
    btrfs | overlay | rootfs) navi_disk=own ;;
    *) navi_disk=$1 ;;
    esac
}

# navi_find_other_servers: processes of tmux servers of this user that have not answered: they are asked as any other,
# and one that still does not answer leaves a doubt.
navi_find_other_servers() {
    navi_unheard=
    navi_asks_again=no
    navi_find_processes
    [ "$navi_asks_again" = no ] || navi_list
    set -f
    IFS=$navi_newline
    for navi_unheard_server in $navi_unheard; do
        unset IFS
        navi_has_ended_by_now "${navi_unheard_server%% *}" || navi_doubt="server $navi_unheard_server"
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_has_ended_by_now PROCESS: whether that server has answered, or has ended: one whose last session has just ended
# takes a moment for that.
navi_has_ended_by_now() {
    case $navi_answered in *" $1 "*) return 0 ;; esac
    navi_serves "$1" && sleep 0.2 && navi_serves "$1" || return 0
    return 1
}

# navi_find_processes: those processes, in navi_unheard as lines "PROCESS SOCKET".
navi_find_processes() {
    if [ -d /proc/self ]; then
        for navi_process_path in /proc/[0-9]*; do
            navi_other_program=
            read -r navi_other_program <"$navi_process_path/comm"
            case $navi_other_program in 'tmux: server'*) navi_note_unheard "${navi_process_path#/proc/}" ;; esac
        done 2>/dev/null
        return
    fi
    # A server has no parent, a client has.
    for navi_unheard_process in $(ps -A -o pid= -o ppid= -o uid= -o comm= |
        awk -v user="$navi_user" '$2 == 1 && $3 == user && $4 ~ /(^|\/)tmux/ { print $1 }'); do
        navi_note_unheard "$navi_unheard_process"
    done
}

# navi_note_unheard PROCESS: note it if it is ours and has not answered; its socket is to be asked if it can be found.
navi_note_unheard() {
    case $navi_answered in *" $1 "*) return ;; esac
    navi_serves "$1" || return 0
    navi_find_socket "$1"
    navi_listed_socket=$navi_socket_path
    [ -z "$navi_socket_path" ] || ! navi_is_default "$navi_socket_path" || navi_listed_socket=
    ! navi_is_empty "$1" "$navi_listed_socket" || return 0
    case $navi_socket_path in
    */navi-headless) return ;;
    # Among the servers of tests, one without a socket may be anybody's.
    '') [ -z "${NAVI_SOCKETS_BELOW-}" ] || return 0 ;;
    "${NAVI_SOCKETS_BELOW:+${NAVI_SOCKETS_BELOW%/}/}"*)
        case $navi_newline$navi_named_servers in
        *"$navi_newline$1 $navi_socket_path$navi_newline"*) ;;
        *)
            navi_named_servers="$navi_named_servers$1 $navi_socket_path$navi_newline"
            navi_asks_again=yes
            ;;
        esac
        ;;
    *) return ;;
    esac
    navi_unheard="$navi_unheard$1 $navi_socket_path$navi_newline"
}

# navi_find_socket PROCESS: the path of the socket on which it listens, in navi_socket_path; "" where the system does
# not tell.
navi_find_socket() {
    navi_socket_path=
    navi_inodes=" $(ls -l "/proc/$1/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\]$/\1/p' | tr '\n' ' ')"
    while read -r navi_nothing navi_nothing navi_nothing navi_flags navi_nothing navi_nothing navi_inode navi_bound; do
        case $navi_flags,$navi_inodes in 00010000,*" $navi_inode "*) navi_socket_path=$navi_bound ;; esac
    done <"/proc/$1/net/unix"
} 2>/dev/null

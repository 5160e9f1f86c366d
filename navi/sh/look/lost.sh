# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: lib/tmux lib/process
# shares: navi_named_servers
# changes: navi_answered navi_panes navi_sock
# Defines functions that report tmux servers that run but cannot be reached. A server whose socket was moved or removed
# lives on, and navi cannot know its sessions.

# The servers that answered at some listing, and those that status files name (files.sh), as lines "PROCESS SOCKET";
# the socket "" is that of the user's default server.
navi_known_servers=
navi_named_servers=

# navi_know_server "PROCESS SOCKET": note it.
navi_know_server() {
    case $navi_newline$navi_known_servers in
    *"$navi_newline$1$navi_newline"*) ;;
    *) navi_known_servers=$navi_known_servers$1$navi_newline ;;
    esac
}

# navi_add_named_servers: servers that status files name, and those that have answered before, are asked as any other,
# each once.
navi_add_named_servers() {
    set -f
    IFS=$navi_newline
    for navi_sock in $navi_known_servers$navi_named_servers; do
        unset IFS
        navi_sock=${navi_sock#* }
        navi_is_asked || navi_add_server
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_is_asked: whether the server behind navi_sock is asked already, even if under another path.
navi_is_asked() {
    [ -n "$navi_sock" ] || return 0
    IFS=$navi_newline
    for navi_asked_socket in $navi_default $navi_others; do
        [ "$navi_sock" = "$navi_asked_socket" ] || [ "$navi_sock" -ef "$navi_asked_socket" ] || continue
        unset IFS
        return 0
    done
    unset IFS
    return 1
}

# navi_find_lost: report each known server that did not answer and yet runs; forget those that have ended.
navi_find_lost() {
    navi_known_before=$navi_known_servers
    navi_known_servers=
    set -f
    IFS=$navi_newline
    for navi_known_server in $navi_known_before$navi_named_servers; do
        unset IFS
        navi_find_out "${navi_known_server%% *}" "${navi_known_server#* }"
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_find_out PROCESS SOCKET: whether that server has answered, has ended, or is lost.
navi_find_out() {
    case $navi_newline$navi_known_servers in *"$navi_newline$1 "*) return ;; esac
    case $navi_answered in
    *" $1 "*)
        navi_know_server "$1 $2"
        return
        ;;
    esac
    navi_serves "$1" || return 0
    navi_know_server "$1 $2"
    # One that hangs, or fails, has been reported already.
    case $navi_unanswered in *"=$2$navi_newline"*) return ;; esac
    navi_is_empty "$1" "$2" || navi_record_lost "$1" "$2"
}

# navi_is_empty PROCESS SOCKET: whether it is the server behind that socket and has no session: then it lists none, and
# its process must be asked for.
navi_is_empty() {
    case $navi_empty in *"=$2$navi_newline"*) ;; *) return 1 ;; esac
    navi_is_behind "$2" "$1" || return
    navi_answered="$navi_answered$1 "
}

# navi_record_lost PROCESS SOCKET: that the server is out of reach. "No server" was no true answer of the default one.
navi_record_lost() {
    case $2,$navi_panes in
    ,"$navi_token server none $navi_newline"*)
        navi_panes="$navi_token server lost $navi_newline$1${navi_panes#"$navi_token server none "}"
        ;;
    *) navi_panes="$navi_panes$navi_token server lost ${2:-$navi_default}$navi_newline$1$navi_newline" ;;
    esac
}

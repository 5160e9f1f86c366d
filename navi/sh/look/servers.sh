# shellcheck shell=sh disable=SC2154,SC2034
# needs: lib/tmux registry/require
# servers.sh FORMAT [SOCKET...]: prints the folder of the registry, whether it exists, and for each tmux server the
# meaning of its answer and its sessions, in this FORMAT (ops/look/servers.py). The socket "" is that of the user's
# default server. Without sockets, it asks all those in the folder of the registry.
navi_session_format=$1
shift
navi_find_sockets
if [ $# -eq 0 ]; then
    navi_need_registry
    for navi_socket_found in "$navi_sockets"/*; do
        [ ! -S "$navi_socket_found" ] || set -- "$@" "$navi_socket_found"
    done
fi
navi_has=no
[ ! -d "$navi_sockets" ] || navi_has=yes
printf '%s folder %s %s\n' "$navi_token" "$navi_has" "$navi_sockets"
for navi_wanted; do
    navi_consult "$navi_wanted" list-sessions -F "$navi_session_format"
    printf '%s server %s %s\n%s\n' "$navi_token" "$navi_word" "$navi_wanted" "$navi_answer"
done

# shellcheck shell=sh disable=SC2154,SC2034
# needs: lib/tmux registry/location
# servers.sh [SOCKET...]: the sessions of tmux servers, "" is the user's default one; without any, of all whose sockets
# are in the registry's folder. The folder, whether it is there, and for each server what its answer means and its
# sessions: attached clients, time of creation, name.
navi_find_registry
if [ $# -eq 0 ]; then
    for navi_path in "$navi_sockets"/*; do
        [ ! -S "$navi_path" ] || set -- "$@" "$navi_path"
    done
fi
navi_has=no
[ ! -d "$navi_sockets" ] || navi_has=yes
printf '%s folder %s %s\n' "$navi_token" "$navi_has" "$navi_sockets"
for navi_wanted; do
    navi_consult "$navi_wanted" list-sessions -F '#{session_attached} #{session_created} #{session_name}'
    printf '%s server %s %s\n%s\n' "$navi_token" "$navi_word" "$navi_wanted" "$navi_answer"
done

# shellcheck shell=sh disable=SC2154,SC2086
# needs: pane/address
# find.sh SOCKET TARGET NAME REGISTERED: finds a pane. Prints its id, the server's process, the session's id and time
# of creation; the server's socket; and the session's name.
navi_find_pane "$1" "$2" "$3" "$4"
navi_inspect
printf '%s pane id=%s server=%s session=%s created=%s\n' "$navi_token" "$navi_pane" $navi_identity
printf '%s socket %s\n%s name %s\n' "$navi_token" "$navi_socket" "$navi_token" \
    "$(navi_tmux "$navi_socket" display-message -p -t "$navi_pane" '#{session_name}' 2>/dev/null)"

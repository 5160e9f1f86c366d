# shellcheck shell=sh disable=SC2154,SC2086
# text.sh SOCKET TARGET NAME REGISTERED START ESCAPES: the text of a pane from the line START on, which tmux counts from
# the top of the screen ("-" is the beginning of its history), lines joined that were only wrapped.
navi_locate "$1" "$2" "$3" "$4"
navi_inspect
navi_escapes=
[ -z "$6" ] || navi_escapes=-e
printf '%s pane %s %s\n%s text\n' "$navi_token" "$navi_pane" "$navi_is_dead" "$navi_token"
navi_tmux "$navi_socket" capture-pane -p -J $navi_escapes -S "$5" -t "$navi_pane" || navi_fail $navi_none "the session $navi_name has ended"

# shellcheck shell=sh disable=SC2034,SC2154
# needs: pane/address
# changes: navi_escapes navi_from
# text.sh SOCKET TARGET NAME REGISTERED START ESCAPES: the text of a pane from the line START on, which tmux counts from
# the top of the screen ("-" is the beginning of its history), lines joined that were only wrapped; those at the end
# that are empty are left out.
navi_from=$5
[ -z "$6" ] || navi_escapes=-e
navi_find_pane "$1" "$2" "$3" "$4"
navi_inspect
printf '%s pane %s %s\n%s text\n%s\n' "$navi_token" "$navi_pane" "$navi_is_dead" "$navi_token" "$navi_screen"

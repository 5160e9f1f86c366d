# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: pane/waiting registry/change
# wait.sh SOCKET TARGET NAME REGISTERED PATTERN FIXED SECONDS LINES TOUCH: waits until a pane or its scrollback has a
# line that matches. LINES of the scrollback count, "-" for all of it. With TOUCH the session counts as used.
navi_pattern=$5
navi_check_pattern "$5" "$6"
navi_find_pane "$1" "$2" "$3" "$4"
navi_inspect
[ -z "$9" ] || navi_touch_entry
navi_set_timer "$7"
if navi_await_text "$8"; then
    navi_await_touch
    printf '%s found %s\n' "$navi_token" "$navi_found_line"
else
    navi_give_up $navi_late "timed out after $7 s waiting for the pattern"
fi

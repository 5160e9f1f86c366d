# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# send.sh SOCKET TARGET NAME REGISTERED HOW FORCE LOCK RETRIES PATTERN FIXED SECONDS TEXT KEY...: type into a session.
# HOW is submit (the text, then Enter), literal (the text alone) or keys. LOCK is the token of the caller's own lock. With
# a PATTERN, wait for it in what comes after.
umask 077
navi_how=$5
navi_force=$6
navi_own_lock=$7
navi_retries=$8
navi_pattern=$9
navi_locate "$1" "$2" "$3" "$4"
shift 9
[ -z "$navi_pattern" ] || navi_check_pattern "$navi_pattern" "$1"
navi_seconds=$2
navi_text=$3
shift 3
navi_inspect
navi_hold_pane "$navi_own_lock"
navi_touch_entry
navi_refuse_unready "$navi_force"
navi_verified=unknown
navi_before=$navi_screen
navi_start=$navi_history
navi_echo=
navi_echo_bare=
case $navi_how in
keys) navi_press "$@" ;;
literal) navi_type "$navi_text" ;;
*) navi_say "$navi_text" "$navi_retries" ;;
esac
navi_let_go_pane
navi_await_touch
printf '%s sent %s %s\n' "$navi_token" "$navi_verified" "$navi_pane"
[ -n "$navi_pattern" ] || exit 0
navi_set_timer "$navi_seconds"
if navi_await_text ''; then
    printf '%s found %s\n' "$navi_token" "$navi_line"
else
    navi_give_up $navi_late "what was waited for did not come within $navi_seconds s"
fi

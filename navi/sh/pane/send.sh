# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: pane/typing pane/dialogs pane/waiting pane/writer_lock registry/change
# changes: navi_cooked navi_echo navi_echo_comes navi_from navi_verified
# send.sh SOCKET TARGET NAME REGISTERED HOW FORCE LOCK RETRIES PATTERN FIXED SECONDS TEXT BLOCK DIR AGENTS KEY...: type
# into a session. HOW is submit (the text, then Enter), literal (the text alone) or keys. LOCK is the token of the caller's own
# lock. With a PATTERN, wait for it in what comes after. BLOCK is the text as Python's prompt needs it, "" if that is
# the same. DIR has the status files, AGENTS describes agents.

# navi_refuse_to_answer: nothing is typed where it may answer a question of an agent.
navi_refuse_to_answer() {
    navi_find_pane_agents "$navi_description"
    if [ -n "$navi_agents" ]; then
        navi_refuse_dialogs 'nothing was sent'
    else
        navi_refuse_asking "$navi_status_folder"
    fi
}

umask 077
navi_how=$5
navi_force=$6
navi_own_lock=$7
navi_retries=$8
navi_pattern=$9
[ -z "$navi_pattern" ] || navi_from=-100
navi_find_pane "$1" "$2" "$3" "$4"
shift 9
[ -z "$navi_pattern" ] || navi_check_pattern "$navi_pattern" "$1"
navi_seconds=$2
navi_text=$3
navi_block=$4
navi_status_folder=$5
navi_description=$6
shift 6
navi_inspect
navi_hold_pane "$navi_own_lock"
navi_touch_entry
navi_refuse_unready "$navi_force"
[ -n "$navi_force" ] || navi_refuse_to_answer
[ -z "$navi_block" ] || [ "$navi_pane_type" != python-repl ] || navi_text=$navi_block
navi_verified=unknown
navi_echo=
navi_echo_comes=
navi_cooked=no
navi_note_before
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
    printf '%s found %s\n' "$navi_token" "$navi_found_line"
else
    navi_give_up $navi_late "timed out after $navi_seconds s waiting for the pattern"
fi

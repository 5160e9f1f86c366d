# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: pane/agent_pane pane/calls pane/typing pane/dialogs pane/box pane/turn pane/waiting pane/writer_lock
# needs: registry/change
# changes: navi_cooked navi_echo navi_echo_comes navi_from navi_sends_text navi_verified
# send.sh SOCKET TARGET NAME REGISTERED HOW FORCE LOCK RETRIES PATTERN FIXED SECONDS TURN IDENTITY TEXT BLOCK DIR AGENTS
# CALL KEY...: types into a session, or with IDENTITY only into that one. HOW is submit (the text, then Enter), literal
# (the text alone) or keys. LOCK is the token of the caller's own lock. With a PATTERN, waits for it in what comes
# after; with TURN, for the end of the agent's turn. BLOCK is the text as Python's prompt needs it, "" if that is the
# same. DIR has the status files, AGENTS describes agents. CALL names this call, so that its caller can ask later what
# became of it (sent.sh); "" if it never will.

# navi_refuse_to_answer: refuse to type where that may answer a question of an agent.
navi_refuse_to_answer() {
    if [ -n "$navi_agents" ]; then
        navi_refuse_dialogs 'nothing was sent'
    else
        navi_refuse_asking "$navi_status_folder"
    fi
}

# navi_report_turn: wait for the agent's answer, and print it, or the line of it that matched.
navi_report_turn() {
    if ! navi_await_turn "$navi_text"; then
        [ -n "$navi_pattern" ] || navi_print_answer working
        navi_give_up $navi_late "timed out after $navi_seconds s waiting for $navi_agent_name${navi_pattern:+ to show the pattern}"
    elif [ -n "$navi_found_line" ]; then
        printf '%s found %s\n' "$navi_token" "$navi_found_line"
    elif [ -n "$navi_pattern" ]; then
        navi_give_up 1 "the turn of $navi_agent_name ended ($navi_turn), and no line of its answer matches"
    else
        navi_print_answer "$navi_turn"
    fi
}

# navi_print_answer HOW
navi_print_answer() { printf '%s answer %s\n%s\n' "$navi_token" "$1" "$navi_answer_lines"; }

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
navi_until_end=$3
navi_expected_identity=$4
navi_text=$5
navi_block=$6
navi_status_folder=$7
navi_description=$8
navi_call=$9
shift 9
navi_inspect_agent "$navi_description"
navi_check_identity "$navi_expected_identity"
navi_hold_pane "$navi_own_lock"
navi_touch_entry
navi_refuse_unready "$navi_force"
navi_find_pane_agents "$navi_description"
[ "$navi_how" = keys ] || navi_sends_text=yes
[ -n "$navi_force" ] || navi_refuse_to_answer
navi_boxed=no
if [ "$navi_how" != keys ] && navi_find_box; then
    navi_read_box "$navi_text"
    [ -n "$navi_force" ] || navi_await_box "$navi_text"
    [ "$navi_how" = literal ] || [ -z "$navi_text" ] || [ "$navi_in_box" = none ] || navi_boxed=yes
fi
[ -z "$navi_until_end" ] || [ $navi_boxed = yes ] ||
    navi_fail $navi_usage "no agent whose turns navi knows runs in $navi_there, or its pane does not show its box; nothing was sent; --wait RE waits for a pattern"
[ -z "$navi_block" ] || [ "$navi_pane_type" != python-repl ] || navi_text=$navi_block
navi_verified=unknown
navi_echo=
navi_echo_comes=
navi_cooked=no
navi_begin_call "$navi_call"
case $navi_boxed,$navi_how in
yes,*)
    [ -z "$navi_pattern$navi_until_end" ] || navi_note_turn "$navi_text"
    navi_say_to_agent "$navi_text" "$navi_retries"
    ;;
*,keys)
    navi_note_before
    navi_press "$@"
    ;;
*,literal)
    navi_note_before
    navi_type "$navi_text"
    ;;
*)
    navi_note_before
    navi_say "$navi_text" "$navi_retries"
    ;;
esac
navi_end_call "$navi_call" "${navi_outcome:-$navi_verified}" "${navi_outcome:+$navi_agent_name}"
navi_let_go_pane
navi_await_touch
printf '%s sent %s %s\n' "$navi_token" "$navi_verified" "$navi_pane"
[ -z "$navi_outcome" ] || printf '%s outcome %s %s\n' "$navi_token" "$navi_outcome" "$navi_agent_name"
[ -n "$navi_pattern$navi_until_end" ] || exit 0
[ "$navi_outcome" != unconfirmed ] || exit 0
navi_set_timer "$navi_seconds"
if [ $navi_boxed = yes ]; then
    navi_report_turn
elif navi_await_text ''; then
    printf '%s found %s\n' "$navi_token" "$navi_found_line"
else
    navi_give_up $navi_late "timed out after $navi_seconds s waiting for the pattern"
fi

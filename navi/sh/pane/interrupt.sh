# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/agent_pane pane/typing pane/dialogs pane/box pane/agent_state pane/writer_lock
# changes: navi_undone
# interrupt.sh SOCKET TARGET NAME REGISTERED IDENTITY FORCE LOCK SECONDS DIR AGENTS: ends the turn of the agent in a
# session by the agent's own keys, and reports whether it ended. A text that the agent put back into its box stays
# there.

# navi_refuse_idle: refuse if no turn runs: the key would do something else.
navi_refuse_idle() {
    navi_refuse_dialogs 'nothing was sent'
    navi_judge_agent
    case $navi_agent_word in
    working) ;;
    '') navi_fail 1 "navi can't tell whether $navi_agent_name in $navi_name is at work; nothing was sent; --force interrupts it anyway" ;;
    *) navi_fail 1 "$navi_agent_name in $navi_name is not at work; nothing was sent" ;;
    esac
}

# navi_press_interrupt KEY...: some agents want the same key twice, and not at once.
navi_press_interrupt() {
    navi_undone='only a part of its keys was sent'
    for navi_each_key; do
        navi_press "$navi_each_key"
        [ $# -eq 1 ] || sleep 0.3
    done
}

# navi_await_end: wait until the agent rests, or has ended. Fails when time is up.
navi_await_end() {
    while navi_time_left; do
        navi_look_at_pane && navi_agent_lives || return 0
        navi_judge_agent
        case $navi_agent_word in idle | error) return 0 ;; esac
        sleep 0.05
    done
    return 1
}

umask 077
navi_find_pane "$1" "$2" "$3" "$4"
shift 4
navi_inspect_agent "$6"
navi_check_identity "$1"
navi_status_folder=$5
navi_hold_pane "$3"
navi_refuse_unready ''
navi_find_pane_agents "$6"
navi_find_box || navi_fail 1 "no agent whose turns navi knows runs in $navi_there; nothing was sent; navi send --keys C-c interrupts a program"
[ -n "$2" ] || navi_refuse_idle
navi_press_interrupt $navi_interrupt
navi_let_go_pane
navi_set_timer "$4"
navi_ended=no
navi_put_back=
if navi_await_end; then
    navi_ended=yes
    navi_read_box ''
    [ "$navi_in_box" != draft ] || navi_put_back=$navi_draft
fi
printf '%s interrupted %s %s\n' "$navi_token" "$navi_ended" "$navi_agent_name"
printf '%s draft %s\n' "$navi_token" "$navi_put_back"

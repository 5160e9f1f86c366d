# shellcheck shell=sh disable=SC2154,SC2034
# needs: headless/conversations
# shares: navi_feedback
# changes: navi_known navi_reply
# Defines what a hook does for conversations that navi knows: it notes that a terminal has one, and at the end of a turn
# it gives the agent what people sent meanwhile. The relay has put that beside the status files, so the hook needs no
# connection.

# navi_find_reported: set navi_known to the folder of the event's conversation, and navi_event_name to the event. Fails
# if navi does not know the conversation, or the agent runs without a terminal.
navi_find_reported() {
    navi_known=
    [ -d "$navi_folder/.headless/.conversations" ] || return
    case ${CLAUDE_CODE_ENTRYPOINT-} in sdk*) return 1 ;; esac
    navi_event_name=${navi_reply%%"$navi_tab"*}
    navi_event_rest=${navi_reply#*"$navi_tab"}
    navi_event_rest=${navi_event_rest#*"$navi_tab"\"}
    navi_find_known "$navi_folder/.headless" "${navi_event_rest%%\"*}"
}

# navi_report_terminal NAME: the agent with the conversation navi_known is in the tmux session NAME, or has ended there.
navi_report_terminal() {
    case $navi_known,$navi_event_name in
    ,*) ;;
    *,SessionEnd) navi_note_terminal left '' ;;
    *) navi_note_terminal opened "$1" ;;
    esac
}

# navi_gather_feedback: at the end of a turn, what waits for the agent, in navi_feedback as the inside of a JSON string,
# and its numbers in navi_feedback_numbers. One that is too long for the rest waits for the next end.
navi_gather_feedback() {
    navi_feedback='' navi_feedback_numbers=''
    case $navi_known,$navi_event_name,$navi_agent in /*,Stop,claude | .*,Stop,claude) ;; *) return ;; esac
    for navi_feedback_path in "$navi_known/feedback"/[0-9]*; do
        navi_feedback_text=
        IFS= read -r navi_feedback_text <"$navi_feedback_path"
        [ -n "$navi_feedback_text" ] || continue
        [ -z "$navi_feedback" ] || [ $((${#navi_feedback} + ${#navi_feedback_text})) -le 9000 ] || break
        navi_feedback=$navi_feedback${navi_feedback:+\\n\\n}$navi_feedback_text
        navi_feedback_numbers="$navi_feedback_numbers ${navi_feedback_path##*/}"
    done
    # The turn goes on.
    [ -z "$navi_feedback" ] || navi_reply="$navi_event_name${navi_tab}working$navi_tab${navi_reply#*"$navi_tab"*"$navi_tab"}"
} 2>/dev/null

# navi_give_feedback: print it for the agent, to descriptor 4, and note that it has it. What was not printed whole
# waits.
navi_give_feedback() {
    [ -n "$navi_feedback" ] && printf '{"decision":"block","reason":"%s"}\n' "$navi_feedback" >&4 || return
    for navi_feedback_number in $navi_feedback_numbers; do
        : >"$navi_known/feedback/$navi_feedback_number"
        printf 'delivered %s %s\n' "${navi_known##*/}" "$navi_feedback_number" >>"$navi_folder/.headless/.terminals"
    done
} 2>/dev/null

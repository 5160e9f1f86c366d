# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/box pane/agent_state pane/waiting
# changes: navi_found_line navi_from
# Waiting for an agent: for the end of its turn, or for a line of its answer.

# navi_await_turn TEXT: wait for the answer to a text that was sent, in navi_answer_lines, until the turn ends or a line
# matches navi_pattern (then it is in navi_found_line). How it ended is in navi_turn: idle, error, permission, waiting, or
# ended for an agent that has. Fails when time is up.
navi_await_turn() {
    navi_turn=
    navi_worked=no
    navi_rests=0
    navi_answer_lines=
    navi_from=-2000
    while :; do
        navi_look_at_pane || navi_fail_gone
        navi_take_answer "$1"
        [ -z "$navi_found_line" ] || return 0
        navi_turn_ended && return
        navi_time_left || return 1
        sleep 0.15
    done
}

# navi_take_answer TEXT: what the screen shows of the answer now. One that has scrolled away keeps what was seen.
navi_take_answer() {
    navi_found_line=
    [ "$navi_turn_screen" != "$navi_cursor $navi_screen" ] || return 0
    navi_turn_screen="$navi_cursor $navi_screen"
    navi_rests=0
    navi_answered=$(navi_ask_box "$1" yes "$navi_screen")
    navi_note_box ${navi_answered%%"$navi_newline"*}
    case $navi_answered in *"$navi_newline"*) navi_answered=${navi_answered#*"$navi_newline"} ;; *) navi_answered= ;; esac
    navi_is_begun || return 0
    navi_answer_lines=$navi_answered
    [ -z "$navi_pattern" ] || navi_found_line=$(printf '%s\n' "$navi_answer_lines" | navi_matching)
}
navi_turn_screen=

# navi_is_begun: whether the agent has taken the text up, so that what is behind it is the answer. Once it was seen, it may
# have scrolled away.
navi_is_begun() {
    if [ "$navi_times" -gt "$navi_times_before" ] || [ "$navi_is_last" -gt "$navi_was_last" ]; then navi_begun_turn=yes; fi
    [ "$navi_begun_turn" = yes ]
}
navi_begun_turn=no

# navi_turn_ended: whether that is so, by the same evidence twice. Between a prompt and the work on it, an agent may still
# seem idle for a moment.
navi_turn_ended() {
    navi_agent_lives || { navi_turn=ended && return; }
    navi_judge_agent
    case $navi_agent_word in
    permission | waiting) navi_turn=$navi_agent_word && return ;;
    idle | error) ;;
    *)
        navi_worked=yes
        navi_rests=0
        return 1
        ;;
    esac
    [ "$navi_begun_turn" = yes ] && [ "$navi_has_queue" = 0 ] || [ "$navi_outcome" = submitted ] || return 1
    navi_rests=$((navi_rests + 1))
    [ "$navi_rests" -ge 2 ] || return
    [ "$navi_worked" = yes ] || [ -n "$navi_answer_lines" ] || [ "$navi_rests" -gt 12 ] || return
    navi_turn=$navi_agent_word
}

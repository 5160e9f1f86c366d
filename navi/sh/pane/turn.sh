# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/box pane/agent_state pane/waiting
# changes: navi_found_line navi_from
# Waits for an agent: for the end of its turn, or for a line of its answer.

# How many lines above the screen count.
navi_turn_from=-2000

# navi_note_turn TEXT: note, before this text is typed, what the screen and as much above it as is looked at later show
# of it: how many prompts equal it, whether the last one does, and what comes after that.
navi_note_turn() {
    navi_before_turn=$(navi_ask_box "$1" yes "$(navi_tmux "$navi_socket" capture-pane -p -J -S "$navi_turn_from" -t "$navi_pane")")
    navi_note_box ${navi_before_turn%%"$navi_newline"*}
    navi_prompts_before_turn=$navi_times
    navi_last_before_turn=$navi_is_last
    case $navi_before_turn in *"$navi_newline"*) navi_before_turn=${navi_before_turn#*"$navi_newline"} ;; *) navi_before_turn= ;; esac
}

# navi_await_turn TEXT: wait for the answer to a text that was sent, until the turn ends or a line matches navi_pattern.
# Sets navi_answer_lines to the answer, navi_found_line to that line, and navi_turn to how the turn ended: idle, error,
# permission, waiting, or ended for an agent that has. Fails when time is up.
navi_await_turn() {
    navi_turn=
    navi_worked=no
    navi_rests=0
    navi_answer_lines=
    navi_from=$navi_turn_from
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

# navi_is_begun: whether the agent has accepted the text, so that what comes after it is the answer. Once seen, it may
# scroll away.
navi_is_begun() {
    if [ "$navi_times" -gt "$navi_prompts_before_turn" ] || [ "$navi_is_last" -gt "$navi_last_before_turn" ] || navi_replaces_equal; then
        navi_begun_turn=yes
    fi
    [ "$navi_begun_turn" = yes ]
}

# navi_replaces_equal: whether the last prompt is the text as before, but another one: an equal one has scrolled away,
# so that their number proves nothing. Then nothing waits in the box or for the end of a turn, and what comes after it
# differs.
navi_replaces_equal() {
    case $navi_outcome,$navi_in_box,$navi_has_queue,$navi_is_last in
    submitted,empty,0,1 | queued,empty,0,1) ;;
    *) return 1 ;;
    esac
    [ "$navi_answered" != "$navi_before_turn" ]
}
navi_begun_turn=no

# navi_turn_ended: whether the same evidence shows twice that the turn has ended. Between a prompt and the work on it,
# an agent may still seem idle for a moment.
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

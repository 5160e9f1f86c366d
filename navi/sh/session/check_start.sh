# shellcheck shell=sh disable=SC2016,SC2034,SC2086,SC2154
# needs: lib/ending lib/fail lib/recover_start lib/tmux
# shares: navi_doomed
# changes: navi_answer navi_ending
# Defines functions that tell whether a session that was just started lives. They ask tmux again before anything is
# reported as created.

# navi_await_line: wait until the shell of the new session has read its startup files; without its command, no session
# is created. A shell that takes long continues by itself: the line is not typed, so it can't get lost.
navi_await_line() {
    navi_waits=8
    navi_replaced=
    while :; do
        case $(navi_limited 1 head -n 1 <&4 2>/dev/null) in
        missing) navi_fail $navi_unavailable "the host's shell can't find $navi_needed; nothing was created" ;;
        found) return ;;
        esac
        navi_look_at_start
        # Seen twice: the line may begin just now.
        [ -z "$navi_replaced" ] || navi_fail 1 "a startup file replaced the shell with $navi_replaced, so the command line was never run; nothing was created; let the file do that only where the shell has no command, in bash: [ -z \"\$BASH_EXECUTION_STRING\" ]"
        navi_note_replaced
        navi_waits=$((navi_waits - 1))
        [ "$navi_waits" -gt 0 ] || break
    done
    printf '%s slow\n' "$navi_token"
}

# navi_note_replaced: the program in navi_replaced, if the pane's process is not the shell any more that got the line.
navi_note_replaced() {
    set -f
    set -- $navi_new_session
    set +f
    if [ -r "/proc/$4/cmdline" ]; then
        navi_words=$(tr '\0' ' ' <"/proc/$4/cmdline")
    else
        navi_words=$(ps -ww -o args= -p "$4")
    fi 2>/dev/null
    case $navi_words in *NAVI_MARK* | *navi-start*) ;; *) navi_replaced=${navi_words%% *} ;; esac
}

# navi_look_at_start: what the pane shows, in navi_answer, and how its process ended, in navi_ending ("" while it runs);
# an end that was not asked for is a failure.
navi_look_at_start() {
    navi_ask_start
    case $navi_word,$navi_answer in
    ok,1*)
        case $navi_answer in
        1, | "1,$navi_newline"*)
            navi_show_ends "${navi_new_session%% *}"
            navi_ask_start
            ;;
        esac
        ;;
    ok,0*) ;;
    ok,* | none,* | absent,*)
        navi_doomed=
        navi_fail 1 "the session $navi_name ended at once; nothing was created"
        ;;
    *) navi_tmux_failed ;;
    esac
    navi_ending=${navi_answer%%"$navi_newline"*}
    case $navi_answer in *"$navi_newline"*) navi_answer=${navi_answer#*"$navi_newline"} ;; *) navi_answer= ;; esac
    case $navi_ending in
    0*) navi_ending= ;;
    *)
        navi_ending=${navi_ending#1}
        navi_judge_ending
        ;;
    esac
}

# navi_ask_start: whether the pane is dead, how its process ended, and what it shows, in navi_answer.
navi_ask_start() {
    navi_consult "$navi_socket" display-message -p -t "${navi_started_pane%% *}" \
        '#{?pane_dead,1,0}#{pane_dead_status},#{pane_dead_signal}' \; \
        capture-pane -p -J -S -100 -t "${navi_started_pane%% *}"
}

# navi_judge_ending: judge the end of the process. It is right if the pane should stay, and for a command that
# succeeded.
navi_judge_ending() {
    [ -z "$navi_keeps" ] || return 0
    [ "$navi_ends,$navi_ending" != yes,0, ] || return 0
    navi_drop_notice "${navi_started_pane%% *}" "$navi_answer"
    navi_describe_ending
    navi_last=$(printf '%s\n' "$navi_own_text" | sed -n '/[^[:space:]]/h;${x;p;}')
    printf '%s screen\n%s\n' "$navi_token" "$navi_own_text"
    navi_fail 1 "the session $navi_name ended at once with $navi_end_words; nothing was created${navi_last:+; it printed last: $navi_last}"
}

# navi_settle: go on only if the session lives when it has had a moment to fail, and let its pane go from now on when it
# dies. A shell that shows its prompt has begun; a command is watched for longer. navi_ending says how a process ended
# whose end is no failure.
navi_settle() {
    navi_waits=8
    navi_showed=
    navi_look_at_start
    while [ "$navi_waits" -gt 0 ] && [ -z "$navi_ending" ]; do
        [ "$navi_type" = command ] || [ -n "$navi_shown_first" ] || [ -z "$navi_answer" ] || [ "$navi_answer" != "$navi_showed" ] || break
        navi_showed=$navi_answer
        sleep 0.05
        navi_look_at_start
        navi_waits=$((navi_waits - 1))
    done
    if [ -z "$navi_keeps" ]; then
        navi_let_pane_go "$navi_started_id"
        [ -z "$navi_begun" ] || rm -f "$navi_begun"
        navi_look_at_start
    fi
    navi_doomed=
    [ -z "$navi_ending" ] || navi_finish_ended
}

# navi_finish_ended: report how it ended; without a pane that stays the session is gone.
navi_finish_ended() {
    printf '%s ended %s\n' "$navi_token" "$navi_ending"
    [ -n "$navi_keeps" ] || navi_tmux "$navi_socket" kill-session -t "$navi_started_id" 2>/dev/null || :
}

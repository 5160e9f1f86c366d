# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/agent_pane pane/guard pane/question pane/choices pane/ticks pane/writer_lock pane/given_answers
# needs: registry/absent
# changes: navi_asked navi_choice navi_name navi_read_tries
# answer.sh SOCKET TARGET NAME REGISTERED LOCK DIR AGENTS SEEN HOW VALUE CALL WHO SECONDS: answers what the agent in a
# pane asks, if the question has the digest SEEN. HOW is allow, deny, choose (VALUE is a number or a label; several of
# them, with commas between, where choices are ticked), text (VALUE is what to type) or dry (nothing is typed). CALL
# names this call, and WHO the person who answers. Then waits so many SECONDS for the question to go. LOCK is the token
# of the caller's own lock.

# navi_refuse_closed: refuse a pane that would not accept an answer.
navi_refuse_closed() {
    [ "$navi_is_dead" = 0 ] || navi_fail 1 "the pane of $navi_name is dead; nothing was typed"
    [ "$navi_input_off" = 0 ] || navi_fail 1 "the pane of $navi_name takes no input; nothing was typed; tmux select-pane -e enables it"
    [ "$navi_synchronized" = 1 ] ||
        navi_fail 1 "the $navi_synchronized panes of the window of $navi_name are synchronized and would all get it; nothing was typed"
    case $navi_in_mode in
    - | mview-mode) ;;
    *)
        navi_name_mode
        navi_fail 1 "the pane of $navi_name is in $navi_mode; nothing was typed; leave that mode and try again"
        ;;
    esac
}

# navi_refuse_other SEEN: refuse to answer any question other than the one that was seen.
navi_refuse_other() {
    navi_read_question
    if [ -n "$navi_asked" ]; then
        navi_seal "$navi_status_folder"
        [ "$navi_digest" != "$1" ] || return 0
    else
        navi_find_answers "$navi_status_folder"
    fi
    navi_find_answer_to "$1"
    [ -z "$navi_answered_by" ] || navi_fail $navi_late "$navi_answered_by answered that question in $navi_name; nothing was typed"
    [ -z "$navi_obstacle" ] || navi_fail 1 "$navi_obstacle; nothing was typed"
    [ -n "$navi_asked" ] || navi_fail $navi_late "that question is no longer asked in $navi_name; nothing was typed"
    navi_fail $navi_late "another question is asked in $navi_name by now; nothing was typed; navi answer shows it"
}

# navi_find_choice HOW VALUE: the number of the choice that is meant, in navi_choice; 0 for several.
navi_find_choice() {
    [ "$navi_several" = no ] || { navi_find_wanted "$1" "$2" && return; }
    case $1 in
    allow) navi_choice=$navi_allow navi_wanted='says yes just once' ;;
    deny) navi_choice=$navi_deny navi_wanted='says no' ;;
    text) navi_choice=$navi_free navi_wanted='takes a text' ;;
    *)
        navi_match_choice "$2"
        navi_wanted="is $2"
        ;;
    esac
    [ "$navi_choice" != 0 ] || navi_refuse_choice "$navi_wanted"
    [ "$1" = text ] || [ "$navi_choice" != "$navi_free" ] ||
        navi_fail $navi_usage "choice $navi_choice of that question in $navi_name takes a text; nothing was typed; --text gives it"
    navi_match_number "$navi_choice"
}

# navi_refuse_choice WORDS: refuse, because no choice on the screen is the one that is meant.
navi_refuse_choice() {
    [ "$navi_more_choices" = no ] || navi_fail $navi_usage "no choice of that question in $navi_name that the screen shows $1; others may be off the screen; nothing was typed; attach to choose one of them"
    navi_fail $navi_usage "no choice of that question in $navi_name $1; nothing was typed; navi answer shows the choices"
}

# ---- keys

# navi_strike KIND KEY [GLOB]: press a key once.
navi_strike() { navi_retry navi_strike_once "$@"; }

# navi_retry COMMAND [ARGUMENTS]: run what types something if tmux still shows what was read. If the screen changes
# meanwhile, read it again, and try again. Fails if another question is asked by then.
navi_retry() {
    navi_strikes=30
    until "$@"; do
        [ "$navi_strikes" -gt 0 ] || return 1
        navi_strikes=$((navi_strikes - 1))
        navi_same_question || return 1
        navi_in_no_mode || return 1
    done
}

# navi_strike_once KIND KEY [GLOB]: press a key if tmux still shows what was read. Fails if it does not; then nothing
# was typed.
navi_strike_once() {
    navi_set_guard "$1" ${3+"$3"}
    navi_struck=$(navi_tmux "$navi_socket" if-shell -F -t "$navi_pane" "$navi_condition" "send-keys -t $navi_pane $2 ; display-message -p 'was typed'" 2>&1)
    navi_check_struck $?
}

# navi_in_no_mode: whether the pane that was inspected is in none; its mode would get the key.
navi_in_no_mode() {
    [ "$navi_in_mode" != - ] || return 0
    navi_name_mode
    navi_hindrance="the pane of $navi_name has entered $navi_mode"
    return 1
}

# navi_check_struck STATUS: whether tmux typed it, by its answer navi_struck. If it did not answer it may do so later,
# so nothing is ever typed again.
navi_check_struck() {
    case $1,$navi_struck in 0,*'was typed'*) return 0 ;; 0,*) return 1 ;; esac
    navi_verdict "$1" "$navi_struck"
    case $navi_word in
    none | absent)
        navi_forget_answer
        navi_fail $navi_none "the session $navi_name has ended; nothing was answered"
        ;;
    esac
    navi_fail $navi_late "tmux did not answer while the key for $navi_name was pressed; whether it was is unknown; navi answer shows what is asked now"
}

# navi_same_question: read again; whether it is the question that SEEN names. The choice that takes a text shows it.
navi_same_question() {
    navi_inspect
    [ "$navi_is_dead" = 0 ] || return 1
    navi_bound=$navi_asked
    navi_bound_since="$navi_question_kind $navi_asker $navi_since"
    navi_read_question
    navi_still="$navi_question_kind $navi_asker $navi_since"
    if [ -n "$navi_asked" ] && [ "$navi_still" = "$navi_bound_since" ] &&
        [ "$(navi_question_of "$navi_asked")" = "$(navi_question_of "$navi_bound")" ]; then
        return 0
    fi
    navi_asked=$navi_bound
    return 1
}

# navi_question_of ASKED: all of it but what is ticked, and the choice that takes a text, which shows what is typed.
navi_question_of() {
    if [ "$navi_several" = yes ]; then
        printf '%s\n' "$1" | sed '/^b /d'
    elif [ "$navi_free_choice" = 0 ]; then
        printf '%s' "$1"
    else
        printf '%s\n' "$1" | sed "/^c $navi_free_choice /,/^c /{/^c $navi_free_choice /d;/^d /d;}"
    fi
}

# navi_move_to NUMBER: press arrows until that choice is marked; each step is seen before the next one.
navi_move_to() {
    navi_forward=Down navi_backward=Up
    [ "$navi_style" != row ] || navi_forward=Right navi_backward=Left
    navi_moves_left=60
    until [ "$navi_marked" = "$1" ]; do
        [ "$navi_marked" != 0 ] && [ "$navi_moves_left" -gt 0 ] || return 1
        navi_was_marked=$navi_marked
        if [ "$navi_marked" -lt "$1" ]; then navi_strike c "$navi_forward"; else navi_strike c "$navi_backward"; fi || return 1
        navi_steps=20
        while [ "$navi_marked" = "$navi_was_marked" ] && [ "$navi_steps" -gt 0 ]; do
            sleep 0.03
            navi_same_question || return 1
            navi_steps=$((navi_steps - 1))
        done
        navi_moves_left=$((navi_moves_left - 1))
    done
}

# navi_press_choice: press the one key that answers, or opens the field for a text; or those that tick choices, and then
# the one that leaves the question.
navi_press_choice() {
    navi_asked_before=$navi_asked
    if [ "$navi_several" = yes ]; then
        navi_tick_wanted && navi_strike c "$navi_leave"
    elif [ "$navi_how,$navi_style" = text,list ]; then
        # Its field opens while it is marked.
        navi_move_to "$navi_choice"
    elif [ "$navi_style" = keys ]; then
        navi_strike c "$(printf '%s\n' "$navi_labels" | cut -c "$navi_choice")"
    elif [ "$navi_choice" = "$navi_escapable" ]; then
        navi_strike c Escape
    elif [ "$navi_digits" = yes ] && [ "$navi_choice" -le 9 ]; then
        navi_strike c "$navi_choice"
    else
        navi_move_to "$navi_choice" && navi_strike c Enter
    fi
}

# navi_await_settled: wait until the dialog takes keys, where the agent ignores those that come right after it appeared.
# Fails if another question is asked by then.
navi_await_settled() {
    navi_find_described "settles	${navi_asker%% *}	" || return 0
    ! navi_is_settled || return 0
    sleep "$navi_described"
    navi_same_question
}

# navi_is_settled: whether the question is known to be more than a second old. All questions of one dialog have the time
# of the first, so one may have come after the last answer.
navi_is_settled() {
    case $navi_since in *[!0-9]* | ???????????????*) return 1 ;; ?????*) ;; *) return 1 ;; esac
    navi_second=$(date +%s)
    [ $((navi_second - ${navi_since%???})) -ge 2 ] && [ $((navi_second - ${navi_last_answer_at:-0})) -ge 2 ]
}

# navi_type_answer TEXT: type it into the field that the choice opened, and press Enter when it is seen there.
navi_type_answer() {
    navi_steps=40
    # Some agents mark nothing; then the field itself has to be seen.
    until [ "$navi_marked" = "$navi_choice" ] || { [ "$navi_marked" = 0 ] && [ "$navi_asked" != "$navi_asked_before" ]; }; do
        [ "$navi_steps" -gt 0 ] || return 1
        navi_steps=$((navi_steps - 1))
        sleep 0.05
        navi_same_question || return 1
    done
    # What moves on the screen may move the cursor, too.
    navi_retry navi_type_once "$1" || return 1
    navi_text_glob=$(printf '%.20s' "$1" | LC_ALL=C sed 's/[^A-Za-z0-9 ._-][^A-Za-z0-9 ._-]*/*/g')
    # Text that arrives together with Enter counts as pasted.
    sleep 1
    navi_same_question || return 1
    navi_strike q Enter "$navi_text_glob"
}

# navi_type_once TEXT: paste it if tmux still shows what was read. Fails if it does not; then nothing was typed.
navi_type_once() {
    navi_set_guard q
    navi_struck=$(navi_paste_once "$1")
    navi_check_struck $?
}

# navi_paste_once TEXT: paste it under the condition; through a buffer, because everybody can read the arguments of a
# process. A field that drops what is pasted gets it as keys, in one line.
navi_paste_once() {
    navi_paste_how=-p
    [ "$navi_types" = no ] || navi_paste_how="-s ' '"
    printf '%s' "$1" | navi_tmux "$navi_socket" load-buffer -b "$navi_token" - \; \
        if-shell -F -t "$navi_pane" "$navi_condition" "paste-buffer $navi_paste_how -b $navi_token -t $navi_pane ; display-message -p 'was typed'" \; \
        delete-buffer -b "$navi_token"
} 2>&1

# navi_await_end SECONDS: wait until the question that was answered is gone: another one, or none, is there.
navi_await_end() {
    navi_until=$(($(date +%s) + ${1%%.*} + 1))
    navi_seen_place=
    navi_polls=0
    while :; do
        navi_look_at_pane || return 0
        [ "$navi_is_dead" = 0 ] || return 0
        if [ "$navi_seen_place" != "$navi_cursor $navi_screen" ]; then
            navi_seen_place="$navi_cursor $navi_screen"
            navi_same_question || return 0
        fi
        navi_polls=$((navi_polls + 1))
        [ $((navi_polls % 10)) -ne 0 ] || [ "$(date +%s)" -lt "$navi_until" ] || return 1
        sleep 0.02
    done
}

# navi_lives: whether the agent that asked still runs.
navi_lives() {
    navi_asking=${navi_asker#* }
    [ "$navi_is_dead" = 0 ] && ! navi_process_ended "${navi_asking%% *}"
}

umask 077
navi_hindrance=
navi_own_lock=$5
navi_status_folder=$6
navi_find_pane "$1" "$2" "$3" "$4"
navi_description=$7
navi_bound_to=$8
navi_how=$9
shift 9
navi_value=$1
navi_call=$2
navi_who=$3
navi_seconds=$4
navi_inspect_agent "$navi_description"
navi_name=$navi_session_name
navi_hold_pane "$navi_own_lock"
navi_refuse_closed
navi_find_pane_agents "$navi_description"
navi_refuse_other "$navi_bound_to"
navi_find_choice "$navi_how" "$navi_value"
navi_free_choice=0
[ "$navi_how" != text ] || navi_free_choice=$navi_choice
navi_open_answers "$navi_status_folder"
navi_note_answer sent
[ "$navi_in_mode" = - ] || navi_tmux "$navi_socket" send-keys -t "$navi_pane" -X cancel
if ! navi_await_settled || ! navi_press_choice; then
    [ "$navi_ticks" = 0 ] || navi_stop_ticking
    navi_forget_answer
    navi_fail $navi_late "${navi_hindrance:-what $navi_name shows changed} before the key was pressed; nothing was answered; navi answer shows what it asks now"
fi
if [ "$navi_how" = text ] && ! navi_type_answer "$navi_value"; then
    navi_note_answer unfinished
    navi_fail 1 "the text field of $navi_name did not take the text as expected, and Enter was not pressed; attach to finish"
fi
navi_read_tries=0
if navi_await_end "$navi_seconds"; then navi_outcome=gone; else navi_outcome=there; fi
navi_died=no
navi_lives || navi_died=yes navi_outcome=died
navi_note_answer "$navi_outcome"
navi_let_go_pane
printf '%s answered %s %s %s\n%s\n' "$navi_token" "$navi_outcome" "$navi_died" "$navi_choice" "$navi_label"

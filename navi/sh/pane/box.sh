# shellcheck shell=sh disable=SC2016,SC2034,SC2086,SC2154
# needs: pane/box.awk pane/guard pane/agent_state pane/dialogs pane/typing lib/fail
# changes: navi_unchanged navi_undone navi_verified
# Types into the box of an agent, and finds out what became of the text: the agent accepted it, it waits for the end of
# the turn, or that can't be known.

# The description of the box of the agent that was found, "" for none.
navi_box=

# What became of the last text; "" if no agent got it.
navi_outcome=

# navi_find_box: the agent whose screen the pane shows, and what is known about its box. Fails if nothing is.
navi_find_box() {
    navi_box=
    navi_pick_agent || return
    navi_find_described "box	$navi_agent_name	" || return
    navi_box="box	$navi_agent_name	$navi_described"
    navi_find_described "typing	$navi_agent_name	" || return
    navi_interrupt=${navi_described#*	}
    navi_typing_pause=${navi_described%%	*}
}

# navi_ask_box TEXT ANSWER SCREEN: what box.awk says of a screen.
navi_ask_box() {
    navi_wants_answer=$2
    export navi_token navi_box navi_wants_answer
    printf '%s\n%s\n%s\n' "$1" "$navi_token" "$3" | LC_ALL=C awk "$navi_box_awk"
}

# navi_read_box TEXT [SCREEN]: what the screen that was captured shows of the box and of a text that was sent.
navi_read_box() {
    navi_box_words=$(navi_ask_box "$1" '' "${2-$navi_screen}")
    navi_box_rest=${navi_box_words#*"$navi_newline"}
    navi_box_words=${navi_box_words%%"$navi_newline"*}
    navi_draft=${navi_box_rest%%"$navi_newline"*}
    case $navi_box_rest in *"$navi_newline"*) navi_queue=${navi_box_rest#*"$navi_newline"} ;; *) navi_queue= ;; esac
    navi_note_box $navi_box_words
}

navi_note_box() {
    navi_in_box=$1
    navi_draft_is=$2
    navi_times=$3
    navi_is_last=$4
    navi_has_queue=$5
    navi_is_waiting=$6
    navi_is_followed=$7
}

# navi_await_box TEXT: read the screen again while it shows no box, as an agent may leave it out for a moment between
# two turns; end if it never comes.
navi_await_box() {
    navi_box_looks=20
    while [ "$navi_in_box" = none ] && [ "$navi_box_looks" -gt 0 ]; do
        navi_box_looks=$((navi_box_looks - 1))
        sleep 0.1
        navi_refuse_dialogs 'nothing was sent'
        navi_read_box "$1"
    done
    navi_refuse_no_box
}

# navi_refuse_no_box: an agent whose box is not on the screen shows something else, where letters may be commands.
navi_refuse_no_box() {
    [ "$navi_in_box" = none ] || return 0
    navi_last_shown=$(printf '%s\n' "$navi_screen" | LC_ALL=C sed -n '/[^ ]/h;${g;s/^ *//;p;}')
    [ -z "$navi_last_shown" ] || navi_last_shown=" (its last line: $(printf '%.100s' "$navi_last_shown"))"
    navi_fail 1 "the screen of $navi_agent_name in $navi_name shows no box for a prompt$navi_last_shown; nothing was sent; leave what is open there, or make a small pane higher; --force types into it"
}

# navi_refuse_draft: refuse if there is a draft in the box: the text would be appended to it. An unknown hint is faint.
navi_refuse_draft() {
    [ "$navi_in_box" = draft ] || return 0
    navi_read_box '' "$(navi_tmux "$navi_socket" capture-pane -p -J -e -t "$navi_pane")"
    [ "$navi_in_box" = draft ] || return 0
    navi_fail 1 "the box of $navi_agent_name in $navi_name holds a draft already ($navi_draft); nothing was sent; submit it with Enter, clear it, or add to it with --force"
}

# navi_say_to_agent TEXT RETRIES: type a text into the empty box, press Enter, and find out what became of it; in
# navi_outcome: submitted, queued or unconfirmed. In navi_verified what older callers want to know: yes or no.
navi_say_to_agent() {
    [ -n "$navi_force" ] || navi_refuse_no_box
    [ -n "$navi_force" ] || navi_refuse_draft
    navi_read_box "$1"
    navi_times_before=$navi_times
    navi_was_last=$navi_is_last
    navi_queue_before=$navi_queue
    navi_judge_agent
    navi_word_before=$navi_agent_word
    navi_check_lines "$1"
    navi_type_into_box "$1"
    navi_await_draft "$1"
    sleep "$navi_typing_pause"
    navi_undone='the text was typed, but Enter was not pressed'
    navi_draft_is_there "$1" || navi_refuse_dialogs "$navi_undone"
    navi_press Enter
    navi_undone='Enter was pressed, and nobody knows what became of the text'
    navi_await_outcome "$1" "$2"
    case $navi_outcome in unconfirmed) navi_verified=no ;; *) navi_verified=yes ;; esac
}

# navi_type_into_box TEXT: paste it as one text, so that no key does anything else; only a command must be typed to be
# one.
navi_type_into_box() {
    case $1 in
    *[[:cntrl:]]*) navi_paste "$1" -p ;;
    /* | !*) navi_paste "$1" -r ;;
    *) navi_paste "$1" -p ;;
    esac
}

# navi_await_draft TEXT: wait until the box shows what was typed, all of it and nothing else, as far as it can be seen.
navi_await_draft() {
    navi_looks=0
    navi_draft_rests=0
    navi_last_draft=
    while [ "$navi_looks" -lt 120 ]; do
        [ "$navi_looks" -eq 0 ] || sleep "$([ "$navi_looks" -lt 5 ] && echo 0.03 || echo 0.1)"
        navi_looks=$((navi_looks + 1))
        navi_look_at_pane || navi_fail_gone
        navi_read_box "$1"
        case $navi_in_box,$navi_draft_is in draft,same | draft,pasted) return ;; esac
        if [ "$navi_in_box" = draft ] && [ "$navi_draft" = "$navi_last_draft" ]; then navi_draft_rests=$((navi_draft_rests + 1)); else navi_draft_rests=0; fi
        navi_last_draft=$navi_draft
        [ "$navi_draft_rests" -ge 8 ] || continue
        [ "$navi_draft_is" != glued ] || [ -n "$navi_force" ] ||
            navi_fail 1 "the box of $navi_agent_name in $navi_name shows more than what was typed ($navi_draft); Enter was not pressed; look at it with navi capture"
        return
    done
    navi_fail 1 "the box of $navi_agent_name in $navi_name does not show what was typed; Enter was not pressed; look at it with navi capture"
}

# navi_await_outcome TEXT RETRIES: wait for the end of the draft. Enter is pressed again only while the box shows it: a
# busy program may drop one.
navi_await_outcome() {
    navi_outcome=unconfirmed
    navi_enters_left=$2
    navi_looks=0
    navi_next_enter=15
    while [ "$navi_looks" -lt 60 ]; do
        if ! navi_look_at_pane || ! navi_agent_lives; then
            navi_judge_end "$1"
            return
        fi
        navi_read_box "$1"
        ! navi_is_taken "$1" || return 0
        if [ "$navi_looks" -ge "$navi_next_enter" ] && [ "$navi_enters_left" -gt 1 ]; then navi_press_again "$1"; fi
        sleep "$([ "$navi_looks" -lt 8 ] && echo 0.03 || echo 0.1)"
        navi_looks=$((navi_looks + 1))
    done
}

# navi_judge_end TEXT: judge what became of it if the agent or its session has ended: a command may have done that, and
# nothing shows whether another text was accepted before.
navi_judge_end() {
    case $1 in /* | exit | quit | :q*) navi_outcome=submitted ;; esac
}

# navi_draft_is_there TEXT: look whether the box shows the text and no dialog is open; then keys may be pressed for as
# long as nothing changes. A box that shows it proves that none is open, also where a list of commands hides what the
# agent does.
navi_draft_is_there() {
    navi_look_at_pane || navi_fail_gone
    navi_read_box "$1"
    case $navi_draft_is in same | pasted) ;; *) return 1 ;; esac
    navi_judge_agent
    case $navi_agent_word in permission | waiting) return 1 ;; esac
    [ "$navi_in_mode" = - ] || return 1
    navi_set_place
    navi_unchanged=$navi_same_place
}

# navi_press_again TEXT: press Enter again if the draft is still there.
navi_press_again() {
    navi_draft_is_there "$1" || return 0
    navi_enters_left=$((navi_enters_left - 1))
    navi_next_enter=$((navi_looks + 15))
    navi_press Enter
}

# navi_is_queued: whether the screen shows that the text waits for the end of the turn. An agent that accepts it at once
# may show so for a moment before.
navi_is_queued() {
    [ "$navi_looks" -ge "$([ "$navi_word_before" = working ] && echo 8 || echo 25)" ] || return
    [ "$navi_has_queue$navi_is_waiting" != 11 ] || return 0
    [ "$navi_has_queue" = 1 ] && [ "$navi_queue" != "$navi_queue_before" ]
}

# navi_is_taken TEXT: whether the box no longer shows the text, and the screen shows what became of it; in navi_outcome.
navi_is_taken() {
    case $navi_in_box,$navi_draft_is in draft,same | draft,pasted | draft,glued) return 1 ;; esac
    navi_outcome=submitted
    [ "$navi_times" -le "$navi_times_before" ] || return 0
    # A person may have begun to type the next one.
    [ "$navi_in_box,$navi_draft_is" != draft,part ] || { navi_outcome=unconfirmed && return 1; }
    [ "$navi_is_last" -le "$navi_was_last" ] || return 0
    navi_is_queued && navi_outcome=queued && return
    case $navi_in_box,$1 in empty,[/!]*) return 0 ;; esac
    navi_judge_agent
    case $navi_agent_word in
    # What it was at before may ask, or go on.
    permission | waiting | working) [ "$navi_word_before" = working ] || return 0 ;;
    esac
    navi_outcome=unconfirmed
    return 1
}

# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: lib/tmux lib/fail
# Notes the last few calls of `send` in a session, so that a caller whose connection was lost learns what it did. The
# session's option @navi_calls has a word "CALL:STATE:AGENT" for each, and is read and written under the lock of the
# pane. STATE is typing from just before the first key, and then the result; or cancelled: that call types nothing any
# more.

# navi_find_call CALL: set navi_call_state to its state, navi_call_agent to the agent that has the text, and
# navi_other_calls to the words of the last three others.
navi_find_call() {
    navi_call_state=
    navi_call_agent=
    navi_other_calls=
    navi_ask_for_calls show-options -qv -t "$navi_pane" @navi_calls
    for navi_known_call in $navi_answer; do
        case $navi_known_call in
        "$1:"*)
            navi_call_agent=${navi_known_call##*:}
            navi_call_state=${navi_known_call#*:}
            navi_call_state=${navi_call_state%%:*}
            ;;
        *) navi_other_calls="$navi_other_calls $navi_known_call" ;;
        esac
    done
    navi_keep_calls $navi_other_calls
}

# navi_ask_for_calls COMMAND...: ask tmux for them, with this command; its answer is in navi_answer.
navi_ask_for_calls() {
    navi_consult "$navi_socket" "$@"
    case $navi_word in
    ok) ;;
    none | absent) navi_fail $navi_none "the session $navi_name has ended" ;;
    *) navi_tmux_failed ;;
    esac
}

# navi_keep_calls WORD...: keep the last three.
navi_keep_calls() {
    while [ $# -gt 3 ]; do shift; done
    navi_other_calls="$*"
}

# navi_note_call CALL STATE AGENT: note its state; nothing without a CALL, because nobody will ask.
navi_note_call() {
    [ -n "$1" ] || return 0
    navi_find_call "$1"
    navi_ask_for_calls set-option -q -t "$navi_pane" @navi_calls "$navi_other_calls $1:$2:$3"
    navi_call_state=$2
}

# navi_begin_call CALL: note that typing begins, unless its caller has given it up meanwhile.
navi_begin_call() {
    [ -n "$1" ] || return 0
    navi_find_call "$1"
    [ "$navi_call_state" != cancelled ] ||
        navi_fail $navi_late "the caller has lost its connection and given this up; nothing was sent"
    navi_note_call "$1" typing ''
}

# navi_end_call CALL STATE AGENT: note its result. What was typed can have ended the session, or even its server: then
# there is nowhere to note it, and it was sent all the same.
navi_end_call() { (navi_note_call "$@") >/dev/null 2>&1 || :; }

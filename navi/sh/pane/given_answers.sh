# shellcheck shell=sh disable=SC2034,SC2154
# needs: session/folder pane/question lib/disk lib/marks
# changes: navi_added navi_dropped
# Keeps the answers that navi gave with the marks of their sessions, which follow them through renames and undo. Each is
# a line "NAME a CALL TIME STATE SOCKET DIGEST WHO ANSWER QUESTION", with tabs between its fields. The last four stay.

# navi_open_answers DIR: make the state folder, or end: navi gives no answer that it can't note.
navi_open_answers() {
    navi_enter "$1"
    navi_open_state || navi_fail_to_write "$navi_dir" 'nothing was typed'
}

# navi_note_answer STATE: note the answer of this call. Its state is sent before the key is pressed, then gone if the
# question is gone, there if it is still there, died if the agent has ended, unfinished if a text was not submitted.
# Only the note before the key is pressed must succeed.
navi_note_answer() {
    navi_describe_answer "$1"
    navi_find_answers "$navi_status_folder"
    navi_drop_answers
    navi_added=$navi_answer_line$navi_newline
    navi_change_answers && return
    [ "$1" != sent ] || navi_fail_to_write "$navi_dir" 'nothing was typed'
}

# navi_forget_answer: remove the note of this answer, which was not given.
navi_forget_answer() {
    navi_added=
    navi_dropped=$navi_answer_line$navi_newline
    navi_change_answers
}

navi_change_answers() {
    navi_lock_marks || return
    navi_edit_marks
    navi_changed=$?
    navi_unlock_marks
    navi_wake
    return "$navi_changed"
}

# navi_describe_answer STATE: the line of this answer, in navi_answer_line. A text that was typed is not repeated.
navi_describe_answer() {
    navi_answer_words=$navi_label
    navi_question_words=$(printf '%s\n' "$navi_asked" | sed -n 's/^q //p' | tr '\n\t' '  ')
    navi_answer_socket=-
    navi_is_default "$navi_socket" || navi_answer_socket=$navi_socket
    navi_answer_line="$navi_session_name	a	$navi_call	$(date +%s)	$1	$navi_answer_socket	$navi_bound_to	$navi_who	$(printf '%.60s' "$navi_answer_words")	$(printf '%.120s' "${navi_question_words% }")"
}

# navi_drop_answers: the earlier line of this call, and all but the last three of the others, in navi_dropped.
navi_drop_answers() {
    navi_dropped=
    navi_other_answers=0
    navi_older=
    set -f
    IFS=$navi_newline
    for navi_noted_answer in $navi_answers; do
        case $navi_noted_answer in
        "$navi_session_name	a	$navi_call	"*) navi_dropped=$navi_dropped$navi_noted_answer$navi_newline ;;
        *)
            navi_other_answers=$((navi_other_answers + 1))
            navi_older=$navi_older$navi_noted_answer$navi_newline
            ;;
        esac
    done
    for navi_noted_answer in $navi_older; do
        [ "$navi_other_answers" -gt 3 ] || break
        navi_dropped=$navi_dropped$navi_noted_answer$navi_newline
        navi_other_answers=$((navi_other_answers - 1))
    done
    unset IFS
    set +f
}

# navi_find_answer_to DIGEST: who answered the question with that digest, in navi_answered_by; "" for nobody.
navi_find_answer_to() {
    navi_answered_by=
    case $navi_answers in *"	$1	"*) ;; *) return 0 ;; esac
    navi_answered_by=${navi_answers##*"	$1	"}
    navi_answered_by=${navi_answered_by%%	*}
}

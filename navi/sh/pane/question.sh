# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: look/state_files pane/address pane/agent_screen pane/question.awk pane/marked.awk lib/digest
# shares: navi_asked navi_read_tries
# changes: navi_rules navi_state_text
# Reads what the agent in a pane asks off its screen, where its own state file does not contradict.

# How often to look again where the state file contradicts the screen, which may be ahead of it for a moment.
navi_read_tries=10

# navi_read_question: in navi_asked what is asked, as question.awk prints it; "" for nothing. navi_obstacle says why it
# can't be read or answered.
navi_read_question() {
    navi_asked=
    navi_obstacle=
    navi_tries=$navi_read_tries
    while :; do
        navi_disputed=no
        navi_each_agent navi_read_agent || :
        [ "$navi_disputed" = yes ] && [ "$navi_tries" -gt 0 ] || return 0
        navi_tries=$((navi_tries - 1))
        sleep 0.1
        navi_inspect
    done
}

# navi_read_agent PROCESS PARENT STARTED STATE NAME: what it asks, or why that can't be read; fails if it asks nothing.
# One that another one started has no screen.
navi_read_agent() {
    [ "$2" = 0 ] || return
    [ "$4" = runs ] || { navi_obstacle="$5 in $navi_name is suspended; fg there continues it" && return; }
    navi_find_state_file "$1" "$3" "$5"
    navi_read_state "$1" || :
    eval "navi_reported=\${navi_state_word_$1-}; navi_state_text=\${navi_state_text_$1-}"
    navi_find_state_field statusUpdatedAt
    navi_asker="$5 $1 $3"
    navi_since=$navi_state_field
    navi_judge_screen "$5"
    case ${navi_rule_found%% *},$navi_reported in
    permission,permission | permission,waiting | waiting,permission | waiting,waiting | permission, | waiting,)
        navi_parse_question "$5" "${navi_rule_found#* }"
        ;;
    permission,* | waiting,*) navi_disputed=yes ;;
    -,permission | -,waiting) navi_obstacle="$5 in $navi_name asks something that navi can't read; attach to answer" ;;
    -,) navi_obstacle="navi can't tell whether $5 in $navi_name asks anything; attach to see" ;;
    *,permission | *,waiting) navi_disputed=yes ;;
    esac
    [ -n "$navi_asked$navi_obstacle" ]
}

# navi_parse_question NAME RULE: what the dialog asks that this rule found on the screen.
navi_parse_question() {
    navi_asked=$(
        printf '%s\n' "$navi_screen" |
            navi_agent=$1 navi_rule=$2 navi_rules=$navi_rules LC_ALL=C awk "$navi_question_awk"
    )
    [ -n "$navi_asked" ] || { navi_obstacle="$1 in $navi_name shows a $2 that navi can't read; attach to answer" && return; }
    set -f
    IFS='	'
    navi_note_question ${navi_asked%%"$navi_newline"*}
    unset IFS
    set +f
    navi_asked=${navi_asked#*"$navi_newline"}
    # The globs that guard it follow it.
    navi_guards=${navi_asked#*"${navi_newline}g"}
    navi_guards=${navi_guards#"$navi_newline"}
    navi_asked=${navi_asked%%"${navi_newline}g$navi_newline"*}
    [ "$navi_style" != row ] || navi_find_marked
}

navi_note_question() {
    navi_question_kind=$1
    navi_style=$2
    navi_marked=$3
    navi_allow=$4
    navi_deny=$5
    navi_free=$6
    navi_several=$7
    navi_whole=$8
    navi_digits=$9
    shift 9
    navi_escapable=$1
    navi_more_choices=$2
    navi_tick=$3
    navi_leave=$4
    navi_types=$5
    navi_labels=${6-}
}

# navi_find_marked: of choices beside each other, the one that has another background.
navi_find_marked() {
    navi_marked=$(
        navi_tmux "$navi_socket" capture-pane -p -e -t "$navi_pane" 2>/dev/null |
            navi_labels=$navi_labels LC_ALL=C awk "$navi_marked_awk"
    )
}

# navi_seal DIR: in navi_digest the digest of this very question: asked in this pane by this process, since then, and
# after the last answer that navi gave there.
navi_seal() {
    navi_find_answers "$1"
    navi_find_digest "$navi_identity $navi_pane $navi_asker $navi_since $navi_last_call $navi_question_kind
$navi_asked"
}

# navi_find_answers DIR: the answers in the marks of the session, the oldest first, in navi_answers; and the call
# of the last one in navi_last_call, with its time in navi_last_answer_at.
navi_find_answers() {
    navi_find_status_folder "$1"
    navi_answers=
    navi_last_call=
    navi_last_answer_at=
    [ -f "$navi_expanded/.navi/marks" ] || return 0
    while IFS= read -r navi_given_line; do
        case $navi_given_line in
        "$navi_session_name	a	"*)
            navi_answers=$navi_answers$navi_given_line$navi_newline
            navi_last_call=${navi_given_line#"$navi_session_name	a	"}
            navi_last_answer_at=${navi_last_call#*	}
            navi_last_answer_at=${navi_last_answer_at%%	*}
            navi_last_call=${navi_last_call%%	*}
            ;;
        esac
    done <"$navi_expanded/.navi/marks"
} 2>/dev/null

# navi_print_question: the record of what is asked.
navi_print_question() {
    printf '%s question agent=%s kind=%s marked=%s allow=%s deny=%s free=%s several=%s whole=%s more=%s leave=%s style=%s digest=%s\n%s\n' \
        "$navi_token" "${navi_asker%% *}" "$navi_question_kind" "$navi_marked" "$navi_allow" "$navi_deny" "$navi_free" \
        "$navi_several" "$navi_whole" "$navi_more_choices" "$navi_leave" "$navi_style" "$navi_digest" "$navi_asked"
}

# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2231,SC3013
# needs: look/conversation lib/tmux
# changes: navi_answer navi_identified_line
# Defines functions that tell whether an agent that was just started has the conversation that it was asked to resume.

# navi_confirm PANE PROCESS NAME ID BEFORE: wait until the agent of that name below the PROCESS of the pane reports the
# conversation ID. The file BEFORE was written just before it was started. Sets navi_confirmed to yes; to no if it runs
# and does not report it in time, or nothing can confirm it; or to ended, with what it printed last in navi_answer.
navi_confirm() {
    navi_confirmed=no
    navi_confirm_tries=0
    navi_identified_line="$2 $1 $navi_socket"
    navi_pane_list=$navi_identified_line
    navi_confirm_pane=$1
    navi_find_title_trace "$3" || :
    while [ "$navi_confirm_tries" -lt 100 ]; do
        navi_forget_processes
        navi_find_agents "$2"
        navi_ask_agent "$3" "$4" "$5" && return
        [ -n "$navi_agents" ] || ! navi_line_is_over "$2" || { navi_see_end "$1" && return; }
        navi_confirm_tries=$((navi_confirm_tries + 1))
        sleep 0.2
    done
}

# navi_find_title_trace NAME: set navi_confirm_title to what the title of that agent's pane matches once it has a
# conversation. Fails for an agent whose title proves nothing.
navi_find_title_trace() {
    navi_find_described "trace	$1				" || return
    navi_confirm_title=$navi_described
}

# navi_clear_title PANE NAME: clear the title before that agent is started again in its pane: the old title would prove
# that it has a conversation.
navi_clear_title() {
    ! navi_find_title_trace "$2" || navi_consult "$navi_socket" select-pane -t "$1" -T ''
}

# navi_line_is_over PROCESS: whether the first process of a pane has become a plain shell, or has ended, because its
# line has ended (first_process.sh).
navi_line_is_over() {
    if [ -d "/proc/$1" ]; then
        ! grep -qa NAVI_MARK "/proc/$1/cmdline"
    else
        case $(ps -ww -o args= -p "$1") in *NAVI_MARK* | *navi-start*) return 1 ;; esac
    fi
} 2>/dev/null

# navi_ask_agent NAME ID BEFORE: whether that is decided by what the first agent of navi_agents says.
navi_ask_agent() {
    navi_confirm_agent=${navi_agents%%"$navi_newline"*}
    case $navi_confirm_agent in *" $1") ;; *) return 1 ;; esac
    # PROCESS PARENT STARTED STATE NAME
    navi_confirm_process=${navi_confirm_agent%% *}
    navi_confirm_started=${navi_confirm_agent#* * }
    navi_confirm_started=${navi_confirm_started%% *}
    case $navi_newline$navi_rules in
    *"${navi_newline}state	$1	"*)
        navi_find_state_file "$navi_confirm_process" "$navi_confirm_started" "$1"
        navi_read_state "$navi_confirm_process" || :
        navi_find_conversation "$navi_confirm_process" "$navi_confirm_started" "$1"
        [ "$navi_conversation" = "$2" ] || return
        # While it starts, it reports the conversation that it was asked for, also one that it will not find.
        eval "[ -n \"\${navi_state_word_$navi_confirm_process-}\" ]" || return
        navi_confirmed=yes
        ;;
    *"${navi_newline}trace	$1				"*)
        navi_consult "$navi_socket" display-message -p -t "$navi_confirm_pane" '#{pane_title}'
        # shellcheck disable=SC2254 # it is a glob
        case $navi_answer in $navi_confirm_title) navi_confirmed=yes ;; *) return 1 ;; esac
        ;;
    *"${navi_newline}trace	$1	"*)
        navi_has_trace "$@" || return
        navi_confirmed=yes
        ;;
    # The others report nothing; one that can't find it ends soon.
    *) [ "$navi_confirm_tries" -ge 25 ] ;;
    esac
}

# navi_has_trace NAME ID BEFORE: whether the agent has written, since that file, what it writes when it begins or
# resumes a conversation. Its program may be a process of its own.
navi_has_trace() {
    navi_find_described "trace	$1	" || return
    navi_trace=$navi_described
    navi_trace_says=${navi_trace##*	}
    navi_place_state_file "$navi_confirm_process" "${navi_trace%	*}"
    navi_trace=${navi_trace%	*}
    for navi_trace_process in "$navi_confirm_process" $navi_helpers; do
        navi_fill_in "${navi_trace##*	}" "$2" "${navi_trace_process#*:}"
        for navi_trace_file in "$navi_state_folder/"$navi_filled_in; do
            [ -f "$navi_trace_file" ] && [ "$navi_trace_file" -nt "$3" ] && navi_trace_says_so "$2" "${navi_trace_process#*:}" && return
        done
    done
    return 1
}

# navi_trace_says_so ID PROCESS: whether the file navi_trace_file has the text, too. Its parts before and behind a * are
# in one line near the end of the file, which may be the log of many processes.
navi_trace_says_so() {
    [ -n "$navi_trace_says" ] || return 0
    navi_fill_in "$navi_trace_says" "$1" "$2"
    case $navi_filled_in in
    *'*'*) tail -c 1000000 "$navi_trace_file" | grep -aF -e "${navi_filled_in%%\**}" | grep -qaF -e "${navi_filled_in#*\*}" ;;
    *) grep -qasF -e "$navi_filled_in" "$navi_trace_file" ;;
    esac
}

# navi_fill_in TEXT ID PROCESS: in navi_filled_in the text with these in their places.
navi_fill_in() {
    navi_filled_in=$1
    case $1 in *'{session_id}'*) navi_filled_in=${1%%'{session_id}'*}$2${1#*'{session_id}'} ;; esac
    case $1 in *'{short_id}'*) navi_filled_in=${1%%'{short_id}'*}$(printf '%.8s' "$2")${1#*'{short_id}'} ;; esac
    case $navi_filled_in in *'{pid}'*) navi_filled_in=${navi_filled_in%%'{pid}'*}$3${navi_filled_in#*'{pid}'} ;; esac
}

# navi_see_end PANE: it has ended; what it printed last.
navi_see_end() {
    navi_confirmed=ended
    navi_consult "$navi_socket" capture-pane -p -J -t "$1"
    navi_answer=$(printf '%s\n' "$navi_answer" | sed -n '/[A-Za-z]/p' | head -n 3 | tr '\n' ' ')
}

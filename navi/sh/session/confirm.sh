# shellcheck shell=sh disable=SC2034,SC2154
# needs: look/conversation lib/tmux
# changes: navi_answer navi_identified_line
# Whether an agent that was just started has the conversation that it was asked to resume.

# navi_confirm PANE PROCESS NAME ID: wait until the agent of that name below the PROCESS of the pane says that it has the
# conversation ID. In navi_confirmed: yes; no if it runs and does not say it in time, or nobody knows it; or ended, with
# what it printed last in navi_answer.
navi_confirm() {
    navi_confirmed=no
    navi_confirm_tries=0
    navi_identified_line="$2 $1 $navi_socket"
    navi_pane_list=$navi_identified_line
    while [ "$navi_confirm_tries" -lt 100 ]; do
        navi_forget_processes
        navi_find_agents "$2"
        navi_ask_agent "$3" "$4" && return
        [ -n "$navi_agents" ] || ! navi_line_is_over "$2" || { navi_see_end "$1" && return; }
        navi_confirm_tries=$((navi_confirm_tries + 1))
        sleep 0.2
    done
}

# navi_line_is_over PROCESS: whether the first process of a pane has become a plain shell, or has ended, because its line
# has (first_process.sh).
navi_line_is_over() {
    if [ -d "/proc/$1" ]; then
        ! grep -qa NAVI_MARK "/proc/$1/cmdline"
    else
        case $(ps -ww -o args= -p "$1") in *NAVI_MARK* | *navi-start*) return 1 ;; esac
    fi
} 2>/dev/null

# navi_ask_agent NAME ID: whether that is decided by what the first agent of navi_agents says.
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
        navi_confirmed=yes
        ;;
    # The others say nothing; one that can't find it ends soon.
    *) [ "$navi_confirm_tries" -ge 25 ] ;;
    esac
}

# navi_see_end PANE: it has ended; what it printed last.
navi_see_end() {
    navi_confirmed=ended
    navi_consult "$navi_socket" capture-pane -p -J -t "$1"
    navi_answer=$(printf '%s\n' "$navi_answer" | sed -n '/[A-Za-z]/p' | head -n 3 | tr '\n' ' ')
}

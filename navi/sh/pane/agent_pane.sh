# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: pane/address pane/agent_screen lib/fail
# changes: navi_where
# Finds the pane of a session in which its agent runs.

# navi_inspect_agent DESCRIPTION: as navi_inspect. But where neither the address nor the registry names a pane, and no
# agent runs in the active one, take the only pane of the session in which one runs; several end the operation. Sets
# navi_there to the place where it looked for agents, in words.
navi_inspect_agent() {
    navi_aimed_at=$navi_aimed
    case $navi_where in '$'*:) ;; *) navi_aimed_at=$navi_where ;; esac
    navi_inspect
    navi_there=$navi_session_name
    [ "$navi_panes" != 1.1 ] || return 0
    [ -z "$navi_aimed_at" ] || { navi_there="the pane $navi_pane of $navi_session_name" && return; }
    navi_find_pane_agents "$1"
    [ -z "$navi_agents" ] || return 0
    navi_find_agent_panes "$1"
    case $navi_agent_panes in
    '') return ;;
    *,*) navi_fail $navi_usage "agents run in several panes of $navi_name ($navi_agent_panes), and none in its active one; nothing was typed; name one of them with -t" ;;
    esac
    navi_where=$navi_agent_pane
    navi_inspect
}

# navi_find_agent_panes DESCRIPTION: set navi_agent_panes to the panes of the session in which agents run, as "TARGET
# AGENT" with commas between them, and navi_agent_pane to the last one.
navi_find_agent_panes() {
    navi_agent_panes=
    navi_session_id=${navi_identity#* }
    navi_consult "$navi_socket" list-panes -s -t "${navi_session_id%% *}:" -F '#{pane_id} #{?pane_dead,-,#{pane_pid}} #{window_index}.#{pane_index}'
    case $navi_word in ok) ;; none | absent) navi_fail_gone ;; *) navi_tmux_failed ;; esac
    navi_panes_left=$navi_answer$navi_newline
    while [ -n "$navi_panes_left" ]; do
        navi_listed_pane=${navi_panes_left%%"$navi_newline"*}
        navi_panes_left=${navi_panes_left#*"$navi_newline"}
        navi_pane_process=${navi_listed_pane#* }
        navi_find_pane_agents "$1" "${navi_pane_process% *}"
        [ -n "$navi_agents" ] || continue
        navi_agent_pane=${navi_listed_pane%% *}
        navi_first_agent=${navi_agents%%"$navi_newline"*}
        navi_agent_panes="$navi_agent_panes${navi_agent_panes:+, }$navi_name:${navi_listed_pane##* } ${navi_first_agent##* }"
    done
}

# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: look/agents look/screen.awk
# changes: navi_agents navi_rules
# Finds the agents in a pane, and judges its screen by their rules.

# navi_find_pane_agents DESCRIPTION [PROCESS]: find the agents in the pane that was inspected, or below that process;
# see ops/look/agents.py. "" finds none.
navi_find_pane_agents() {
    navi_agents=
    [ -n "$1" ] || return 0
    navi_describe_agents "$1"
    navi_forget_processes
    navi_find_agents "${2-$navi_process}"
}

# navi_each_agent FUNCTION: call FUNCTION PROCESS PARENT STARTED STATE NAME for each agent that was found, until it
# succeeds. Fails if it never does.
navi_each_agent() {
    navi_agents_left=$navi_agents
    while [ -n "$navi_agents_left" ]; do
        navi_agent_line=${navi_agents_left%%"$navi_newline"*}
        navi_agents_left=${navi_agents_left#"$navi_agent_line"}
        navi_agents_left=${navi_agents_left#"$navi_newline"}
        set -f
        set -- "$1" $navi_agent_line
        set +f
        ! "$@" || return 0
        set -- "$1"
    done
    return 1
}

# navi_judge_screen NAME: set navi_rule_found to the status and the rule of the screen that was captured, or to "-", and
# navi_rule_text to the text that the rule found.
navi_judge_screen() {
    navi_rule_found=$(
        printf '%s capture %s %s\n%s\n%s end\n' "$navi_token" "$navi_process" "$1" "$navi_screen" "$navi_token" |
            navi_token=$navi_token navi_rules=$navi_rules LC_ALL=C awk "$navi_screen_awk"
    )
    navi_rule_found=${navi_rule_found#"$navi_token screen $navi_process "}
    navi_rule_text=
    case $navi_rule_found in *"$navi_newline"*) navi_rule_text=${navi_rule_found#*"$navi_newline"} ;; esac
    navi_rule_found=${navi_rule_found%%"$navi_newline"*}
    navi_rule_found=${navi_rule_found:--}
    case $navi_rule_text in *[![:space:]]*) ;; *) navi_rule_text= ;; esac
    while :; do case $navi_rule_text in ' '*) navi_rule_text=${navi_rule_text# } ;; *) break ;; esac done
}

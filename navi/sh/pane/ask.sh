# shellcheck shell=sh disable=SC2154
# needs: pane/agent_pane pane/address pane/question
# changes: navi_name
# ask.sh SOCKET TARGET NAME REGISTERED DIR AGENTS: prints what the agent in a pane asks. DIR has the status files,
# AGENTS describes agents.
navi_find_pane "$1" "$2" "$3" "$4"
navi_inspect_agent "$6"
navi_name=$navi_session_name
[ "$navi_is_dead" = 0 ] || navi_fail 1 "the pane of $navi_name is dead; nothing is asked there"
navi_find_pane_agents "$6"
[ -n "$navi_agents" ] || navi_fail 1 "no agent that navi knows runs in $navi_there, so nothing is asked there"
navi_read_question
[ -z "$navi_obstacle" ] || navi_fail 1 "$navi_obstacle"
[ -n "$navi_asked" ] || navi_fail 1 "nothing is asked in $navi_name"
navi_seal "$5"
navi_print_question

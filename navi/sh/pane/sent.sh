# shellcheck shell=sh disable=SC2034,SC2154
# needs: pane/agent_pane pane/calls pane/writer_lock pane/address
# sent.sh SOCKET TARGET NAME REGISTERED IDENTITY LOCK CALL AGENTS: reports what became of the call of that name
# (send.sh), whose caller lost its connection. Waits while it types. One that has typed nothing yet is cancelled, so
# that the answer stays true.
umask 077
navi_find_pane "$1" "$2" "$3" "$4"
navi_inspect_agent "$8"
navi_check_identity "$5"
navi_hold_pane "$6"
navi_find_call "$7"
[ -n "$navi_call_state" ] || navi_note_call "$7" cancelled ''
navi_let_go_pane
printf '%s call %s %s %s\n' "$navi_token" "$navi_call_state" "$navi_pane" "$navi_call_agent"

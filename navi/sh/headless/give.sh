# shellcheck shell=sh disable=SC2154
# needs: headless/runs headless/knowing lib/self
# give.sh DIR ID SESSION NUMBER SIZE TEXT: puts feedback for the agent with the conversation ID where its hook finds it,
# and reports whether the agent has it already. TEXT is the inside of a JSON string, of SIZE bytes. Any number of calls
# with one NUMBER are one feedback.
navi_find_runs "$1"
navi_know "$2" "$3" ''
navi_feedback=$navi_known/feedback/$4
if [ ! -f "$navi_feedback" ]; then
    navi_part=$navi_known/.$4.$navi_self
    printf '%s' "$6" 2>/dev/null >"$navi_part"
    if [ $(($(wc -c <"$navi_part"))) -ne "$5" ]; then
        rm -f "$navi_part"
        navi_fail_to_write "$navi_known" 'the feedback was not taken'
    fi
    ln "$navi_part" "$navi_feedback" 2>/dev/null
    rm -f "$navi_part"
    [ -f "$navi_feedback" ] || navi_fail_to_write "$navi_known" 'the feedback was not taken'
fi
navi_state=waiting
[ -s "$navi_feedback" ] || navi_state=delivered
printf '%s given %s\n' "$navi_token" "$navi_state"

# shellcheck shell=sh disable=SC2154
# needs: headless/runs
# forget.sh DIR ID: withdraws the feedback that the agent with the conversation ID has not got yet. What it has got
# stays known.
navi_find_runs "$1"
for navi_feedback in "$navi_runs/.conversations/$2/feedback"/*; do
    [ ! -s "$navi_feedback" ] || rm -f "$navi_feedback"
done
printf '%s forgotten\n' "$navi_token"

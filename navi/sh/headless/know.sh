# shellcheck shell=sh disable=SC2174,SC2154
# needs: headless/runs headless/knowing
# know.sh DIR ID SESSION RUN: notes that the conversation ID is that of SESSION, so that hooks and tail.sh know it. RUN
# is the run without a terminal that has it, as ID/GENERATION, or "".
navi_find_runs "$1"
navi_know "$2" "$3" "$4"
printf '%s known\n' "$navi_token"

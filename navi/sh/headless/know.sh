# shellcheck shell=sh disable=SC2174,SC2154
# needs: headless/runs headless/knowing
# know.sh DIR ID SESSION RUN: make the conversation ID known, as that of SESSION. RUN is the run without a terminal that
# has it, as ID/GENERATION, or "".
navi_find_runs "$1"
navi_know "$2" "$3" "$4"
printf '%s known\n' "$navi_token"

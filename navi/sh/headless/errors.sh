# shellcheck shell=sh disable=SC2034,SC2154
# needs: headless/folder headless/last_errors
# errors.sh DIR ID GENERATION: prints what the agent of a run has last printed to standard error.
navi_enter_run "$1" "$2" "$3"
navi_print_errors

# shellcheck shell=sh
# needs: session/create session/steps
# new_with_steps.sh: create a session and take steps in it; the arguments are those of navi_create.
navi_create "$@"

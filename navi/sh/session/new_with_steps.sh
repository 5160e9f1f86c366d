# shellcheck shell=sh
# needs: session/create session/steps
# new_with_steps.sh: creates a session, takes steps in it, and reports it; the arguments are those of navi_create.
navi_create "$@"

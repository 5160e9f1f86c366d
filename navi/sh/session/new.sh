# shellcheck shell=sh
# needs: session/create
# new.sh: creates a session in which no steps are taken, and reports it; the arguments are those of navi_create.

navi_take_steps() { :; }

navi_create "$@"

# shellcheck shell=sh
# needs: session/create
# new.sh: create a session in which no steps are taken; the arguments are those of navi_create.

navi_take_steps() { :; }

navi_create "$@"

# shellcheck shell=sh disable=SC2034
# Sets navi_self to the number of this process. $$ is the number of the shell above an operation, which may end before
# the operation or after it.
navi_self=$$
{ read -r navi_self navi_ignored </proc/self/stat; } 2>/dev/null

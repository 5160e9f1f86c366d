# shellcheck shell=sh disable=SC2034
# The number of our process, in navi_self: an operation runs below the shell that $$ is, and may end before it or after
# it.
navi_self=$$
{ read -r navi_self navi_ignored </proc/self/stat; } 2>/dev/null

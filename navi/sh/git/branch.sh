# shellcheck shell=sh disable=SC2154
# needs: lib/tmux
# branch.sh DIRECTORY: the branch that is checked out around a directory; nothing if there is none.
navi_expand "$1"
command -v git >/dev/null 2>&1 || exit 0
cd "$navi_expanded" 2>/dev/null || exit 0
navi_limited 5 git --no-optional-locks symbolic-ref --quiet --short HEAD 2>/dev/null
exit 0

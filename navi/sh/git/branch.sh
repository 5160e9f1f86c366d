# shellcheck shell=sh disable=SC2154
# needs: lib/tmux
# branch.sh DIRECTORY: prints the branch that is checked out in the repository around a directory. Prints nothing if
# there is no repository.
navi_expand "$1"
command -v git >/dev/null 2>&1 || exit 0
cd "$navi_expanded" 2>/dev/null || exit 0
navi_limited 5 git --no-optional-locks symbolic-ref --quiet --short HEAD 2>/dev/null
exit 0

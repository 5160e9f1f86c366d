# shellcheck shell=sh
# needs: lib/tmux
# Defines functions that run git so that it changes nothing, not even its own cache, and runs no program that the
# repository configures.

# navi_git SECONDS WORDS...: run git for so many seconds at most.
navi_git() {
    navi_git_seconds=$1
    shift
    navi_limited "$navi_git_seconds" git --no-pager --no-optional-locks -c core.fsmonitor=false -c core.quotePath=false "$@"
}

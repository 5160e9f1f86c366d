# shellcheck shell=sh disable=SC2154,SC2086
# pull_request.sh REPOSITORY BRANCH FIELDS: what GitHub knows of a branch's pull request, asked by the user's own gh.
command -v gh >/dev/null 2>&1 || navi_fail $navi_unavailable 'gh is not installed on this machine; it would show the pull request'
GH_PROMPT_DISABLED=1
GH_NO_UPDATE_NOTIFIER=1
NO_COLOR=1
export GH_PROMPT_DISABLED GH_NO_UPDATE_NOTIFIER NO_COLOR
navi_limited 20 gh pr view "$2" --repo "$1" --json "$3"

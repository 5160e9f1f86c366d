# shellcheck shell=sh
# needs: git/gh
# pull_request.sh REPOSITORY BRANCH FIELDS: what GitHub knows about a branch's pull request.
navi_gh pr view "$2" --repo "$1" --json "$3"

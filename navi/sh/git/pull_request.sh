# shellcheck shell=sh
# needs: git/gh
# pull_request.sh REPOSITORY BRANCH FIELDS: prints what GitHub knows about the pull request of a branch.
navi_gh pr view "$2" --repo "$1" --json "$3"

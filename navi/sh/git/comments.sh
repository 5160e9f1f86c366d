# shellcheck shell=sh disable=SC2154
# needs: git/gh
# comments.sh REPOSITORY NUMBER MOST: prints the comments and reviews of a pull request of HOST/OWNER/NAME, and the
# newest MOST comments on its lines, which `gh pr view` does not return.
printf '%s talk\n' "$navi_token"
navi_gh pr view "$2" --repo "$1" --json comments,reviews
printf '\n%s lines\n' "$navi_token"
navi_gh api --hostname "${1%%/*}" "repos/${1#*/}/pulls/$2/comments?per_page=$3&sort=created&direction=desc"

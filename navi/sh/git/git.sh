# shellcheck shell=sh disable=SC2154,SC2086
# needs: git/run lib/fail
# git.sh DIRECTORY MOST FORMAT: prints what git knows about a directory, and at most MOST lines of its difference to the
# last commit.

# Seconds that one question may take.
navi_git_patience=10

# navi_part KIND COMMAND...: a record with what a command of git prints.
navi_part() {
    printf '%s %s\n' "$navi_token" "$1"
    shift
    navi_git "$navi_git_patience" "$@" 2>/dev/null
    printf '\n'
}

# navi_find_remote: the URL of the remote that the branch follows, else of origin, else of the only one.
navi_find_remote() {
    navi_branch=$(navi_git "$navi_git_patience" symbolic-ref --quiet --short HEAD 2>/dev/null)
    navi_remote=$(navi_git "$navi_git_patience" config --get "branch.$navi_branch.remote" 2>/dev/null)
    case $navi_remote in '' | .) navi_remote=origin ;; esac
    navi_url=$(navi_git "$navi_git_patience" remote get-url "$navi_remote" 2>/dev/null) && return
    navi_remote=$(navi_git "$navi_git_patience" remote 2>/dev/null)
    navi_url=$(navi_git "$navi_git_patience" remote get-url "${navi_remote%%"$navi_newline"*}" 2>/dev/null)
}

LC_ALL=C
export LC_ALL
command -v git >/dev/null 2>&1 || navi_fail $navi_unavailable 'git was not found on the host; install it, or put it on the PATH of sh'
navi_expand "$1"
navi_cwd=$navi_expanded
cd "$navi_cwd" 2>/dev/null || navi_fail $navi_none "the directory $navi_cwd no longer exists, or can't be entered"
navi_reply=$(navi_git "$navi_git_patience" rev-parse --is-inside-work-tree 2>&1)
navi_git_code=$?
case $navi_git_code,$navi_reply in
0,true) ;;
0,*) navi_fail 1 "$navi_cwd is inside a repository, but has no files of it checked out" ;;
124,* | 137,* | 265,*) navi_fail $navi_late 'git does not answer; check the file system of the host' ;;
*'not a git repository'*) navi_fail 1 "$navi_cwd is not in a git repository" ;;
*) navi_fail 1 "git says: ${navi_reply%%"$navi_newline"*}" ;;
esac
navi_find_remote
printf '%s url %s\n' "$navi_token" "$navi_url"
navi_part root rev-parse --show-toplevel
navi_part status status --porcelain=v2 --branch --untracked-files=normal
navi_part commit log -1 --format="$3"
navi_part worktrees worktree list --porcelain
printf '%s difference\n' "$navi_token"
navi_git "$navi_git_patience" diff --no-ext-diff --no-textconv --no-color HEAD 2>/dev/null | head -n "$2"
exit 0

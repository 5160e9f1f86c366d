# shellcheck shell=sh disable=SC2154,SC2016
# needs: git/run session/changes.awk session/below.awk
# losses.sh SECONDS [DIRECTORY PROCESSES]...: prints for each session what git knows about its directory, asked for so
# many seconds at most, and the names of the processes below its own ones. It changes nothing.

# navi_uncommitted SECONDS: what git knows about the current directory, with git's status and its errors.
navi_uncommitted() {
    navi_git "$1" status --porcelain=v2 --branch --untracked-files=normal 2>&1
    printf '\nstatus %s\n' "$?"
}

LC_ALL=C
export LC_ALL
navi_allowed_each=$1
navi_everything=$(ps -A -o pid= -o ppid= -o comm= 2>/dev/null)
shift
while [ $# -gt 1 ]; do
    navi_expand "$1"
    printf '%s session\n' "$navi_token"
    if ! command -v git >/dev/null 2>&1; then
        printf 'problem git was not found on the host\n'
    elif [ -z "$1" ]; then
        printf 'problem its directory is unknown\n'
    elif ! cd "$navi_expanded" 2>/dev/null; then
        printf '%s\n' "problem its directory no longer exists, or can't be entered"
    else
        navi_uncommitted "$navi_allowed_each" | awk "$navi_changes_awk"
    fi
    printf '%s below\n' "$navi_token"
    [ -z "$navi_everything" ] || printf '%s\n' "$navi_everything" | navi_roots=$2 awk "$navi_below_awk"
    shift 2
done
exit 0

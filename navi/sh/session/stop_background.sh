# shellcheck shell=sh disable=SC2086,SC2154
# needs: lib/fail session/agent_path
# stop_background.sh PROGRAM VERB ID PROCESS STARTED: let an agent stop a session that has no terminal, and wait until
# its process has ended.

# navi_worker_lives PROCESS STARTED: whether that process runs. Another one may have its number by now, and one that
# nobody waits for has ended.
navi_worker_lives() {
    kill -0 "$1" || return
    [ "$2" != 0 ] && [ -r "/proc/$1/stat" ] || return 0
    read -r navi_worker_stat <"/proc/$1/stat" || return
    navi_worker_start=$2
    set -f
    # One word a field, the twentieth is its start.
    set -- ${navi_worker_stat##*") "}
    set +f
    [ "${20-}" = "$navi_worker_start" ] && [ "$1" != Z ]
} 2>/dev/null

navi_find_programs
command -v "$1" >/dev/null ||
    navi_fail $navi_unavailable "$1 is not on the host's PATH, nor where installers put it; link it in ~/.local/bin"
navi_stop_words=$("$1" "$2" "$3" 2>&1 </dev/null) || navi_fail 1 "$1 $2 $3 failed: $navi_stop_words"
navi_stop_tries=0
while navi_worker_lives "$4" "$5"; do
    [ "$((navi_stop_tries += 1))" -le 100 ] ||
        navi_fail $navi_late "$1 says that it stopped $3, but process $4 still runs after 10 s"
    sleep 0.1
done

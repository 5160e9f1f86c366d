# shellcheck shell=sh disable=SC2086,SC2154
# needs: lib/fail look/processes session/agent_path
# stop_background.sh PROGRAM VERB ID PROCESS STARTED: lets an agent stop a session that has no terminal, and waits until
# its process has ended.
navi_find_programs
command -v "$1" >/dev/null ||
    navi_fail $navi_unavailable "$1 is not on the host's PATH, nor where installers put it; link it in ~/.local/bin"
navi_stop_words=$("$1" "$2" "$3" 2>&1 </dev/null) || navi_fail 1 "$1 $2 $3 failed: $navi_stop_words"
navi_stop_tries=0
while navi_is_probably_still "$4" "$5"; do
    [ "$((navi_stop_tries += 1))" -le 100 ] ||
        navi_fail $navi_late "$1 says that it stopped $3, but process $4 still runs after 10 s"
    sleep 0.1
done

# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: headless/folder headless/server headless/state headless/stop
# changes: navi_exit_status navi_reason
# end.sh DIR ID GENERATION SECONDS: ends the agent of a run and proves that it has ended. The agent gets no more input,
# and has SECONDS to end by itself before it gets a signal.

navi_find_runs "$1"
if [ ! -d "$navi_runs/$2/$3" ]; then
    # Its files say no more whether it runs, but its runner has a session of tmux.
    navi_find_server
    navi_consult "$navi_headless_socket" has-session -t "=$2-$3"
    case $navi_word in
    none | absent) printf '%s ended lost - - -\n' "$navi_token" && exit ;;
    ok) navi_fail $navi_none "its files are gone from $navi_runs/$2/$3, and it runs; tmux -L navi-headless kill-session -t $2-$3 ends it" ;;
    *) navi_tmux_failed ;;
    esac
fi
navi_enter_run "$1" "$2" "$3"
navi_judge_run
case $navi_run_state in
elsewhere) navi_fail $navi_unavailable "another machine that shares this folder runs it; end it there" ;;
starting)
    # Its agent is about to be there.
    sleep 1
    ;;
esac
case $navi_run_state in
ended | lost | unstarted) ;;
*) navi_stop asked "$4" || navi_fail $navi_late "the agent still runs 5 s after SIGKILL; check its process on the host" ;;
esac
# The runner notes the exit right after the end.
navi_tenths=30
navi_judge_run
while [ "$navi_run_state" = ending ] && [ "$navi_tenths" -gt 0 ]; do
    navi_tenths=$((navi_tenths - 1))
    sleep 0.1
    navi_judge_run
done
case $navi_run_state in
running | starting) navi_fail $navi_late "the agent is $navi_run_state still; try again" ;;
ended) ;;
*) navi_exit_status='' navi_reason='' ;;
esac
navi_find_output_size
printf '%s ended %s %s %s %s\n' "$navi_token" "$navi_run_state" "${navi_exit_status:--}" "$navi_output_size" "${navi_reason:--}"

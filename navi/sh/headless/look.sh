# shellcheck shell=sh disable=SC2034,SC2154
# needs: headless/runs headless/state lib/disk
# changes: navi_exit_size navi_exit_status navi_reason
# look.sh DIR: prints what is known of each run of an agent without a terminal on this host, as records:
#   run ID GENERATION STATE SIZE FED POSTED DEAF STATUS LAST REASON
# SIZE is the log's. POSTED is the last input that is there without a gap. STATUS, LAST and REASON tell how it ended and
# how long the log was then: `-` where that is not known.

# navi_print_run ID GENERATION: the record of the run in the current folder.
navi_print_run() {
    navi_judge_run
    navi_read_fed
    navi_posted=$navi_fed
    while [ -f "in.d/$((navi_posted + 1))" ]; do
        navi_posted=$((navi_posted + 1))
    done
    navi_log_size=0
    [ ! -f log ] || navi_log_size=$(($(wc -c <log)))
    [ "$navi_run_state" = ended ] || navi_exit_status='' navi_exit_size='' navi_reason=''
    printf '%s run %s %s %s %s %s %s %s %s %s %s\n' "$navi_token" "$1" "$2" "$navi_run_state" "$navi_log_size" \
        "$navi_fed" "$navi_posted" "$navi_deaf" "${navi_exit_status:--}" "${navi_exit_size:--}" "${navi_reason:--}"
}

navi_find_runs "$1"
printf '%s runs\n' "$navi_token"
for navi_run_path in "$navi_runs"/*/[0-9]*/; do
    navi_run_path=${navi_run_path%/}
    navi_session=${navi_run_path%/*}
    navi_session=${navi_session##*/}
    case $navi_session,${navi_run_path##*/} in *[!A-Za-z0-9_-]*,* | *,*[!0-9]*) continue ;; esac
    cd "$navi_run_path" 2>/dev/null || continue
    navi_print_run "$navi_session" "${navi_run_path##*/}"
done
if [ -d "$navi_runs" ]; then
    navi_find_disk_trouble "$navi_runs" ''
    [ -z "$navi_disk_trouble" ] || printf '%s disk %s\n' "$navi_token" "$navi_disk_trouble"
fi

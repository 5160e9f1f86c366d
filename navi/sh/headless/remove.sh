# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: headless/runs headless/state lib/fail
# remove.sh DIR ID GENERATION RECEIVED: removes the folder of a run whose agent has ended, if its whole output has
# arrived, up to the byte RECEIVED of its log. A folder that does not exist counts as removed.

navi_find_runs "$1"
navi_run=$navi_runs/$2/$3
if cd "$navi_run" 2>/dev/null; then
    navi_judge_run
    case $navi_run_state in
    ended | lost | unstarted) ;;
    *) navi_fail 1 "the agent of $2 is $navi_run_state; end it first; nothing was removed" ;;
    esac
    navi_find_output_size
    [ "$navi_output_size" -le "$4" ] ||
        navi_fail $navi_late "$4 bytes of the output of $2 have arrived, but there are $navi_output_size; nothing was removed"
    # A feeder that its runner could not wake, as one that was killed, would wait for ever.
    { : >in.d/end; } 2>/dev/null
    navi_ring
    # Whoever is killed in the middle leaves a folder without a name of a run.
    mv "$navi_run" "$navi_runs/$2/old.$3" 2>/dev/null || navi_fail $navi_refused "$navi_run can't be moved away; check its permissions"
fi
if cd "$navi_runs/$2" 2>/dev/null; then
    # Its runner may write a last word meanwhile.
    { rm -rf "old.$3" || rm -rf "old.$3"; } 2>/dev/null ||
        navi_fail $navi_refused "$navi_runs/$2/old.$3 can't be removed; check its permissions"
    cd .. && rmdir "$2" 2>/dev/null
fi
printf '%s removed\n' "$navi_token"

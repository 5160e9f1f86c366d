# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: headless/runs lib/fail
# Defines the function that changes to the folder of a run.

# navi_enter_run DIR ID GENERATION: change to the folder of a run. Fails if there is none.
navi_enter_run() {
    navi_find_runs "$1"
    cd "$navi_runs/$2/$3" 2>/dev/null ||
        navi_fail $navi_none "there is no generation $3 of the headless session $2 on this host"
}

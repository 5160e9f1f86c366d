# shellcheck shell=sh disable=SC2034,SC2154
# needs: headless/process headless/write
# Defines functions that write down which process this shell is, so that other processes can tell later whether it still
# runs (process.sh).

# navi_find_own: the number of this shell in navi_own, also in a subshell, where $$ is another's.
navi_find_own() {
    navi_own=
    { read -r navi_own navi_unused </proc/self/stat; } 2>/dev/null
    [ -n "$navi_own" ] || navi_own=$(exec sh -c 'echo "$PPID"')
}

# navi_write_process FILE: write down which process this shell is.
navi_write_process() {
    navi_find_own
    navi_find_place
    navi_inspect_process "$navi_own"
    navi_write "$1" "$navi_own $navi_born $navi_group $navi_place_key"
}

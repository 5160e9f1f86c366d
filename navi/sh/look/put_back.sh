# shellcheck shell=sh disable=SC2154
# shares: navi_held
# needs: lib/process
# changes: navi_orphan_file
# Defines the function that puts back the status files that an interrupted clean-up has moved away.

# navi_restore: put back the file navi_held. A newer file under the old name wins over the one that comes back.
navi_restore() {
    ln "$navi_held" "./$navi_orphan_file" 2>/dev/null || [ -e "./$navi_orphan_file" ] || mv "$navi_held" "./$navi_orphan_file"
    rm -f "$navi_held"
}

# navi_put_back: put back the files that an interrupted look of this machine had moved away. Earlier versions of navi
# had it in the state folder itself.
navi_put_back() {
    cd "$navi_dir" 2>/dev/null || return
    for navi_held in .navi/gone.* ".navi/at/$navi_place_host@"*/gone.*; do
        [ -f "$navi_held" ] || continue
        navi_orphan_file=${navi_held##*/gone.}
        case $navi_held in
        # Of an earlier start of the machine every process has ended.
        .navi/gone.* | ".navi/at/$navi_place_host@${navi_place_boot%%.*}"*)
            navi_process_ended "${navi_orphan_file%%.*}" || continue
            ;;
        esac
        navi_orphan_file=${navi_orphan_file#*.}
        navi_restore
    done
}

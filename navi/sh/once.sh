# shellcheck shell=sh disable=SC2154
# look.sh DIR CLEANUP: one look, for hosts whose watch can't be had and for the command line.

navi_begin "$1" "$2"
navi_tell_clock
navi_files
navi_list
navi_clean
if [ -n "$navi_suspects" ]; then
    sleep 2
    navi_files
    navi_list
    navi_clean
    navi_files
fi
navi_out=$navi_out$navi_panes
navi_record files
navi_tell_files
navi_read_marks
navi_tell_marks
printf '%s' "$navi_out"

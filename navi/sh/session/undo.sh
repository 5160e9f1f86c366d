# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: session/bring_back
# changes: navi_kept
# undo.sh STARTER DIR KEEP VARIABLE=VALUE...: restores the session that kill.sh has kept as KEEP. If this shell is
# killed half-way, the next operation or look gives the session what is still kept (lib/recover_undo.sh).
navi_starter=$1
navi_enter "$2"
navi_kept=$navi_state/killed/$3
shift 3
[ -d "$navi_kept" ] || navi_fail $navi_none "this session can't be restored any more"
navi_read_kept
navi_note_undo "${navi_kept##*/}" || navi_fail_to_write "$navi_dir" 'nothing was restored'
trap navi_leave EXIT
if navi_find_group; then navi_join; else navi_start_again "$@"; fi
navi_give_all_back
navi_print_created

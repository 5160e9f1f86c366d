# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# needs: session/folder session/start registry/recover
# changes: navi_command_line navi_kept navi_name navi_shown_first navi_socket
# undo.sh STARTER DIR KEEP: restore the session that kill.sh has kept as KEEP. If this shell is killed half-way, the
# next operation or look gives the session what is still kept (state_folder.sh).

navi_starter=$1
navi_enter "$2"
navi_kept=$navi_state/killed/$3
[ -d "$navi_kept" ] || navi_fail $navi_none "this session can't be restored any more"
navi_read name
navi_name=$navi_kept_text
navi_read socket
navi_socket=$navi_kept_text
navi_read directory
navi_cwd=$navi_kept_text
[ -d "$navi_cwd" ] || navi_fail $navi_none "its directory $navi_cwd no longer exists; create it and try again"
navi_read line
navi_command_line=$navi_kept_text
navi_read more
navi_shown_first=
[ ! -s "$navi_kept/scrollback" ] || navi_shown_first=$navi_kept/scrollback
navi_more=$navi_kept_text
navi_read type
navi_note_undo "${navi_kept##*/}" || navi_fail 1 "the folder $navi_state can't be written to; nothing was restored"
trap navi_leave EXIT
navi_start "${navi_kept_text:-command}" "$navi_command_line" "$navi_more" '' "$navi_shown_first"
navi_give_back_files
[ ! -e "$navi_kept/registered" ] || ! navi_find_registry || navi_register
rm -f "$navi_journal"
navi_wake
printf '%s created %s\n%s name %s\n' "$navi_token" "$navi_started" "$navi_token" "$navi_name"

# shellcheck shell=sh disable=SC2154,SC2030,SC2031,SC2034,SC2086
# needs: session/folder session/identity session/registered_name registry/recover lib/recover_rename
# needs: hooks/status_file lib/disk
# changes: navi_current_name navi_events navi_former_name navi_gathered_events navi_journal navi_lock navi_maker
# changes: navi_new navi_old navi_status_name
# rename.sh DIR NEW SOCKET SERVER ID CREATED NAME FILE: renames a session in tmux, its status file, and the name within
# it. The new file is written first; the old one goes once tmux has renamed the session. If this shell is killed
# half-way, the next operation or look completes or undoes the rest (lib/recover_rename.sh).

# navi_lock_file: lock the status file; hooks leave their events beside it meanwhile.
navi_lock_file() {
    navi_file_tries=0
    until navi_make_lock "$navi_lock" || { navi_end_stale && navi_make_lock "$navi_lock"; }; do
        [ "$navi_lock_made" = no ] || return
        [ "$navi_file_tries" -lt 20 ] || return
        navi_file_tries=$((navi_file_tries + 1))
        sleep 0.1
    done 2>/dev/null
}

# navi_prepare: the text of the new file, with all that hooks have left until now, and the journal.
navi_prepare() {
    navi_old=
    navi_gathered_events=
    if [ -n "$navi_session_file" ] && [ -e "$navi_session_file" ]; then navi_write_new_file; fi
    navi_note_rename || [ -z "$navi_old" ] || navi_fail_to_write "$navi_dir" 'nothing was renamed'
}

# navi_write_new_file: write it neither where status files are nor into the lock, which must name its holder.
navi_write_new_file() {
    navi_old=${navi_session_file##*/}
    navi_old=${navi_old%.json}
    { [ -f "$navi_session_file" ] && [ -r "$navi_session_file" ]; } ||
        navi_fail 1 "the status file of $navi_old can't be read; nothing was renamed"
    navi_use "$navi_dir" "$navi_old" 2>/dev/null || navi_fail_to_write "$navi_dir" 'nothing was renamed'
    if ! navi_lock_file; then
        [ "$navi_lock_made" = no ] || navi_fail_to_write "$navi_dir" 'nothing was renamed'
        navi_fail $navi_late "the status file of $navi_old is being written; try again; nothing was renamed"
    fi
    trap navi_clear EXIT
    navi_gather 2>/dev/null
    navi_gathered_events=$navi_gathered
    # No event: the name is written with every change.
    navi_events=${navi_left:-none}
    navi_status_name=$navi_new
    navi_lock=$navi_here/renamed.$navi_self
    navi_merge >/dev/null 2>&1 || navi_fail_to_write "$navi_dir" 'nothing was renamed'
}

# navi_clear: remove what was prepared, because nothing was renamed.
navi_clear() {
    if [ -n "$navi_old" ]; then navi_take_rename_back; else rm -f "$navi_journal"; fi
}

umask 077
navi_enter "$1"
navi_new=$2
navi_maker=$navi_self@$navi_place_key
navi_journal=$navi_here/rename.$navi_self
shift 2
navi_set_target "$@"
navi_require_target
navi_former_name=$navi_name
LC_ALL=C
export LC_ALL
navi_taken=$(navi_tmux "$navi_socket" list-sessions -F '#{session_name}' 2>&1)
case $navi_newline$navi_taken$navi_newline in
*"$navi_newline$navi_new$navi_newline"*) navi_fail $navi_exists "there is a session $navi_new already" ;;
esac
navi_refuse_registered "$navi_new" 'nothing was renamed'
navi_prepare
trap navi_clear EXIT
if [ -n "$navi_old" ] && ! ln "$navi_here/renamed.$navi_self" "$navi_dir/$navi_new.json" 2>/dev/null; then
    [ -e "$navi_dir/$navi_new.json" ] || navi_fail_to_write "$navi_dir" 'nothing was renamed'
    navi_fail $navi_exists "there is a status file $navi_new.json already; nothing was renamed"
fi
navi_escape_format "$navi_new"
navi_consult "$navi_socket" rename-session -t "$navi_id" -- "$navi_escaped"
if [ "$navi_word" != ok ]; then
    case $navi_word,$navi_answer in
    *,'duplicate session'*) navi_fail $navi_exists "there is a session $navi_new already" ;;
    absent,*) navi_fail $navi_none "the session has ended" ;;
    *) navi_tmux_failed ;;
    esac
fi
trap - EXIT
navi_consult "$navi_socket" list-panes -s -t "$navi_id" -F '#{session_name}'
case $navi_word in
ok) ;;
# The journal stays: the next operation or look completes it as soon as tmux answers.
none | absent) navi_fail $navi_none "the session was renamed to $navi_new and has ended since" ;;
*) navi_tmux_failed ;;
esac
navi_current_name=${navi_answer%%"$navi_newline"*}
navi_finish_rename
navi_wake
printf '%s renamed %s\n' "$navi_token" "$navi_current_name"

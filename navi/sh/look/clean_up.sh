# shellcheck shell=sh disable=SC2154,SC2034
# needs: look/judge look/remove hooks/follow lib/journal lib/marks
# changes: navi_confirmed navi_touched
# Defines the function that removes (remove.sh) the status files of sessions that have ended (judge.sh).

# Seconds between the two looks that must agree. tmux does not list a session for a moment while it is made or renamed.
navi_doubt_lasts=0.3

# The files that were suspected at the last look, as lines of navi_known.
navi_suspects=

# navi_clean: judge the files by the last listing. One whose session has ended is suspected; it is removed if it was
# suspected, as it is now, at the look before, and if a further listing, after it was moved away, says the same.
# navi_touched says whether any file is not as it was.
navi_clean() {
    navi_before=$navi_suspects
    navi_suspects=
    navi_confirmed=
    navi_touched=no
    navi_judge_files
    [ "$navi_cleanup" = yes ] || return 0
    navi_each_file "$navi_renamed" navi_follow_session
    navi_each_file "$navi_ended" navi_suspect
    [ -z "$navi_confirmed" ] || navi_remove
}

# navi_suspect: remove the file of navi_orphan if it was suspected before.
navi_suspect() {
    case $navi_newline$navi_foreign in *"$navi_newline$navi_orphan$navi_newline"*) return ;; esac
    case $navi_newline$navi_before in
    *"$navi_newline$navi_orphan$navi_newline"*) navi_confirmed=$navi_confirmed$navi_orphan$navi_newline ;;
    *) navi_suspects=$navi_suspects$navi_orphan$navi_newline ;;
    esac
}

# navi_follow_session: a session that was renamed outside navi takes its file and its marks along. Where it has a new
# file already, the old one has ended.
navi_follow_session() {
    ! navi_has_ended || return 0
    case $navi_new_name in */*) return ;; esac
    navi_former_file=${navi_orphan_file%.json}
    if navi_follow "$navi_dir" "$navi_former_file" "$navi_new_name"; then
        navi_move_marks "$navi_former_file" "$navi_new_name" "$navi_where_socket" || :
        navi_note_moved
        navi_touched=yes
    elif navi_is_of_session "./$navi_new_name.json"; then
        navi_suspect
    fi
}

# navi_note_moved: a journal for the next request that has the registry (registry/recover.sh), unless one of an earlier
# name of the session waits for that.
navi_note_moved() {
    navi_moved_journal=$navi_here/moved.$navi_where_server.${navi_where_session#?}
    [ ! -e "$navi_moved_journal" ] || return 0
    navi_created=${navi_panes#*"$navi_token pane $navi_where_server	$navi_where_session	"}
    # version, dead, process, created
    navi_created=${navi_created#*	*	*	}
    navi_write_journal moving "$navi_where_socket" "$navi_where_server $navi_where_session ${navi_created%%	*}" '' \
        "$navi_former_file" "$navi_new_name" '' && mv "$navi_journal" "$navi_moved_journal"
} 2>/dev/null

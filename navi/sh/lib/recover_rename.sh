# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: lib/journal lib/lock_files lib/marks lib/tmux
# expects: navi_move_entry
# shares: navi_current_name navi_former_name navi_gathered_events navi_new navi_old
# changes: navi_id navi_identity navi_socket
# Defines functions for renaming a session: they write its journal, complete what the journal says, and finish an
# operation that was killed half-way.

# navi_note_rename: the journal of renaming the session navi_former_name with the status file navi_old ("" for none).
navi_note_rename() {
    navi_write_journal rename "$navi_socket" "$navi_identity" "$navi_old" "$navi_former_name" "$navi_new" "$navi_gathered_events"
}

# navi_recover_rename: tmux knows whether it was done. Fails if tmux does not answer.
navi_recover_rename() {
    navi_read_rename
    navi_id=${navi_identity#* }
    navi_consult "$navi_socket" list-panes -s -t "${navi_id%% *}" -F '#{pid} #{session_id} #{session_created} #{session_name}'
    navi_current_name=${navi_answer%%"$navi_newline"*}
    case $navi_word,$navi_current_name in
    "ok,$navi_identity $navi_former_name") navi_take_rename_back ;;
    "ok,$navi_identity "*)
        navi_current_name=${navi_current_name#"$navi_identity "}
        navi_finish_rename
        ;;
    ok,* | none,* | absent,*) navi_take_rename_back ;;
    *) return 1 ;;
    esac
}

# navi_read_rename: what the journal of renaming a session says.
navi_read_rename() {
    navi_socket=$navi_1
    navi_identity=$navi_2
    navi_old=$navi_3
    navi_former_name=$navi_4
    navi_new=$navi_5
    navi_gathered_events=$navi_6
}

# navi_holds_old: whether the lock of the old status file is still the one of the renaming. If not, the file belongs to
# another session by now.
navi_holds_old() {
    navi_read_owner "$navi_state/lock.$navi_old" && [ "$navi_lock_owner" = "$navi_maker" ]
}

# navi_take_rename_back: remove the new file if it is the one that was made, and restore everything as before.
navi_take_rename_back() {
    navi_find_made renamed
    [ ! "$navi_made" -ef "$navi_dir/$navi_new.json" ] || rm -f "$navi_dir/$navi_new.json"
    ! navi_holds_old || rm -f "$navi_state/lock.$navi_old"
    rm -f "$navi_made" "$navi_journal"
}

# navi_finish_rename: give the session's name navi_current_name to its status file, its events and its marks. Every step
# may be repeated. Of two names for one file the old one goes before its lock, and the journal goes last.
navi_finish_rename() {
    navi_find_made renamed
    if [ -n "$navi_old" ]; then
        # A clean-up may have taken it, when tmux had no such session yet.
        [ -e "$navi_dir/$navi_new.json" ] || [ -e "$navi_dir/$navi_current_name.json" ] ||
            ln "$navi_made" "$navi_dir/$navi_new.json"
        [ "$navi_current_name" = "$navi_new" ] || [ ! -e "$navi_dir/$navi_new.json" ] ||
            mv "$navi_dir/$navi_new.json" "$navi_dir/$navi_current_name.json"
        set --
        for navi_path in $navi_gathered_events; do
            set -- "$@" "$navi_state/event.$navi_old.$navi_path"
        done
        ! navi_holds_old || set -- "$@" "$navi_dir/$navi_old.json" "$navi_state/lock.$navi_old"
        [ $# -eq 0 ] || rm -f "$@"
        for navi_path in "$navi_state/event.$navi_old."*; do
            [ ! -e "$navi_path" ] ||
                mv "$navi_path" "$navi_state/event.$navi_current_name.${navi_path#"$navi_state/event.$navi_old."}"
        done
    fi
    navi_move_marks "$navi_former_name" "$navi_current_name" "$navi_socket"
    navi_move_entry
    navi_find_made renamed
    rm -f "$navi_made" "$navi_journal"
}

# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: lib/journal lib/marks lib/tmux
# expects: navi_recover_entry
# shares: navi_kept navi_namesake navi_registered navi_session_file
# changes: navi_added navi_current_name navi_identity navi_name navi_patience navi_socket
# Defines functions for ending a session: they write its journal, complete what the journal says, and finish an
# operation that was killed half-way.

# navi_note_kill: the journal of ending the session navi_name with the status file navi_session_file; what brings it
# back is to stand in navi_kept ("" for nothing).
navi_note_kill() {
    navi_write_journal kill "$navi_socket" "$navi_identity" "$navi_name" "${navi_session_file##*/}" "${navi_kept##*/}" "$navi_registered"
}

# navi_recover_kill: tmux knows whether it was done; as long as not all was kept, it was not. Fails if tmux does not
# answer.
navi_recover_kill() {
    navi_read_kill
    navi_ask_for_name || return
    if [ "$navi_living" = yes ] || { [ -n "$navi_kept" ] && [ ! -e "$navi_kept/scrollback" ]; }; then
        rm -rf ${navi_kept:+"$navi_kept"} "$navi_journal"
        return
    fi
    navi_finish_kill || return
    if [ "$navi_registered" = yes ]; then navi_recover_entry; else rm -f "$navi_journal"; fi
}

# navi_read_kill: what the journal of ending a session says.
navi_read_kill() {
    navi_socket=$navi_1
    navi_identity=$navi_2
    navi_name=$navi_3
    navi_session_file=${navi_4:+$navi_dir/$navi_4}
    case $navi_5 in '' | .* | */*) navi_kept= ;; *) navi_kept=$navi_state/killed/$navi_5 ;; esac
    navi_registered=$navi_6
}

# navi_ask_for_name: whether the session navi_identity lives (navi_living), its name (navi_current_name), and
# whether another one has the name navi_name (navi_namesake). Fails if tmux does not tell.
navi_ask_for_name() {
    navi_living=no
    navi_namesake=no
    case ${navi_hung-} in *"=$navi_socket$navi_newline"*) return 1 ;; esac
    # A look waits for it.
    navi_patience=1
    navi_consult "$navi_socket" list-sessions -F '#{pid} #{session_id} #{session_created} #{session_name}'
    case $navi_word in none) return 0 ;; ok) ;; *) return 1 ;; esac
    set -f
    IFS=$navi_newline
    for navi_alive in $navi_answer; do
        unset IFS
        navi_unnamed=${navi_alive#"$navi_identity "}
        if [ "$navi_unnamed" != "$navi_alive" ]; then
            navi_living=yes
            navi_current_name=$navi_unnamed
            continue
        fi
        navi_unnamed=${navi_alive#* }
        navi_unnamed=${navi_unnamed#* }
        [ "${navi_unnamed#* }" != "$navi_name" ] || navi_namesake=yes
    done
    unset IFS
    set +f
}

# navi_drop_note: remove the note of the session navi_identity: the session is not lost.
navi_drop_note() {
    navi_dropped_note=${navi_identity#* }
    navi_dropped_note=${navi_identity%% *}.${navi_dropped_note%% *}
    case $navi_dropped_note in *.\$[0-9]*) navi_dropped_note=${navi_dropped_note%%.*}.${navi_dropped_note#*.?} ;; *) return 0 ;; esac
    [ ! -e "$navi_here/session.$navi_dropped_note" ] || rm -f "$navi_here/session.$navi_dropped_note"
    [ ! -e "$navi_here/left.$navi_dropped_note" ] || rm -f "$navi_here/left.$navi_dropped_note"
}

# navi_finish_kill: the session has ended: its status file goes to what is kept, its marks go. Every step may be
# repeated. The journal goes with the file where nothing else is to be done. Fails with 2 where that is not known yet.
navi_finish_kill() {
    navi_drop_note
    set --
    if [ -z "$navi_session_file" ] || [ ! -e "$navi_session_file" ]; then
        :
    elif [ -n "$navi_kept" ] && [ "$navi_session_file" -ef "$navi_kept/status.json" ]; then
        set -- "$navi_session_file"
    else
        navi_put_away_changed || return
    fi
    # Events that hooks left and that are not written yet would bring the file back.
    navi_stem=${navi_session_file##*/}
    for navi_unwritten_event in "$navi_state/event.${navi_stem%.json}."*; do
        [ ! -e "$navi_unwritten_event" ] || [ "${navi_namesake-}" = yes ] || set -- "$@" "$navi_unwritten_event"
    done
    [ "$navi_registered" = yes ] || [ -z "$navi_kept" ] || [ -s "$navi_kept/marks" ] || set -- "$@" "$navi_journal"
    [ $# -eq 0 ] || rm -f "$@" || return 1
    navi_drop_marks
}

# navi_put_away_changed: the status file is not as it was before the end. It stays if it may be that of another session
# of the name.
navi_put_away_changed() {
    [ -n "${navi_namesake-}" ] || navi_ask_for_name || return 2
    [ "$navi_namesake" = no ] || return 0
    if [ -n "$navi_kept" ]; then mv -f "$navi_session_file" "$navi_kept/status.json"; else rm -f "$navi_session_file"; fi || return 1
}

# navi_drop_marks: those that are kept; where nothing is kept all of the name, unless another session has that by now.
navi_drop_marks() {
    if [ -z "$navi_kept" ]; then
        [ "${navi_namesake-}" = yes ] || navi_move_marks "$navi_name" '' "$navi_socket" || :
        return 0
    fi
    [ -s "$navi_kept/marks" ] || return 0
    navi_lock_marks || return 2
    navi_read_kept_marks
    navi_added=
    navi_edit_marks
    navi_unlock_marks
}

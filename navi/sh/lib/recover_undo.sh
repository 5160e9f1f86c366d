# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/journal lib/marks lib/place lib/tmux
# expects: navi_recover_restored
# changes: navi_added navi_id navi_kept navi_name navi_socket
# Defines functions for bringing back a session that was killed: they write its journal, give the session back what was
# kept, and finish an operation that was killed half-way.

# navi_read FILE: the text of what is kept, line ends at its end included, in navi_kept_text.
navi_read() {
    navi_kept_text=$(cat "$navi_kept/$1" 2>/dev/null && printf x)
    navi_kept_text=${navi_kept_text%x}
}

# navi_note_undo KEEP: the journal of bringing back what is kept there.
navi_note_undo() {
    navi_write_journal undo "$1" "$(date +%s)" '' '' '' ''
}

# navi_recover_undo: the session has what is still kept of it, and its entry in the registry. Fails if tmux does not
# tell.
navi_recover_undo() {
    navi_find_restored || return
    [ -z "$navi_id" ] || navi_give_back
    [ ! -s "$navi_kept/restores" ] || navi_forget_restored
    if [ -n "$navi_id" ] && [ -e "$navi_kept/registered" ]; then navi_recover_restored; else rm -f "$navi_journal"; fi
}

# navi_forget_restored: the note of a session that was lost goes if it is back (restore.sh).
navi_forget_restored() {
    navi_read restores
    case $navi_kept_text in *..* | .*) return ;; esac
    [ -z "$navi_id" ] || rm -f "$navi_state/at/$navi_kept_text"
    case $navi_id in ?*) [ ! -e "$navi_kept/registered" ] || return 0 ;; esac
    rm -rf "$navi_kept"
}

# navi_find_restored: in navi_id the session that the journal of bringing back is about: one of its name that has begun
# since; "" if there is none. Fails if tmux does not tell.
navi_find_restored() {
    navi_id=
    case $navi_1 in '' | .* | */*) return 0 ;; esac
    navi_kept=$navi_state/killed/$navi_1
    navi_read name
    navi_name=$navi_kept_text
    navi_read socket
    navi_socket=$navi_kept_text
    navi_consult "$navi_socket" list-sessions -F '#{session_created} #{session_id} #{session_name}'
    case $navi_word in
    none) ;;
    ok)
        set -f
        IFS=$navi_newline
        for navi_session_line in $navi_answer; do
            unset IFS
            navi_after_created=${navi_session_line#* }
            [ "${navi_after_created#* }" != "$navi_name" ] || [ "${navi_session_line%% *}" -lt "$navi_2" ] ||
                navi_id=${navi_after_created%% *}
        done
        unset IFS
        set +f
        ;;
    *) return 1 ;;
    esac
}

# navi_give_back: the session navi_id has what was kept of it: what it runs, status file, marks.
navi_give_back() {
    navi_read type
    navi_given_type=${navi_kept_text:-command}
    navi_read line
    navi_escape "$navi_kept_text"
    navi_tmux "$navi_socket" set-option -q -t "$navi_id" @navi_type "$navi_given_type" \; \
        set-option -q -t "$navi_id" @navi_line "$navi_escaped"
    navi_renew_place "$navi_id"
    navi_give_back_files
}

# navi_renew_place ID: make the kept status file name the session ID, which was restored. By the place of the one that
# was killed, clean-up would take it for the file of a session that has ended.
navi_renew_place() {
    [ -f "$navi_kept/status.json" ] || return 0
    navi_consult "$navi_socket" display-message -p -t "$1:" '"server":#{pid},"session":"#{session_id}","pane":"#{pane_id}"'
    [ "$navi_word" = ok ] || return 0
    navi_find_place
    navi_renewed="\"place\":{\"host\":\"$navi_place_host\",\"boot\":\"$navi_place_boot\",\\1,$navi_answer}"
    navi_renewed_record="\"host\":\"$navi_place_host\",\"boot\":\"$navi_place_boot\",\"server\":${navi_answer#*:}"
    navi_renewed_record="${navi_renewed_record%%,\"session*},\"pane\"${navi_answer##*\"pane\"}"
    if sed -e "s|\"host\":\"[^\"]*\",\"boot\":\"[^\"]*\",\"server\":[0-9]*,\"pane\":\"[^\"]*\"|$navi_renewed_record|g" -e "s|\"place\":{\"host\":\"[^\"]*\",\"boot\":\"[^\"]*\",\(\"socket\":\"[^\"]*\"\),\"server\":[0-9]*,\"session\":\"[^\"]*\",\"pane\":\"[^\"]*\"}|$navi_renewed|" \
        <"$navi_kept/status.json" >"$navi_kept/status.new" && [ -s "$navi_kept/status.new" ]; then
        mv -f "$navi_kept/status.new" "$navi_kept/status.json"
    else
        rm -f "$navi_kept/status.new"
    fi
} 2>/dev/null

# navi_give_back_files: give it its status file and marks back. A status file that it has got meanwhile stays.
navi_give_back_files() {
    if [ -f "$navi_kept/status.json" ] && [ ! -e "$navi_dir/$navi_name.json" ]; then
        ln "$navi_kept/status.json" "$navi_dir/$navi_name.json" 2>/dev/null ||
            mv "$navi_kept/status.json" "$navi_dir/$navi_name.json"
    fi
    [ -s "$navi_kept/marks" ] && navi_lock_marks || return 0
    navi_read_kept_marks
    navi_added=$navi_dropped
    navi_edit_marks
    navi_unlock_marks
}

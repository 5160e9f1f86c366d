# shellcheck shell=sh disable=SC2034,SC2154,SC2174,SC3013
# needs: lib/tmux lib/lock_files
# expects: navi_has_registry navi_recover_entry navi_recover_restored navi_move_entry
# shares: navi_added navi_current_name navi_dropped navi_former_name navi_gathered_events navi_journal navi_kept
# shares: navi_maker navi_namesake navi_new navi_old navi_registered navi_session_file
# changes: navi_answer navi_id navi_identity navi_name navi_patience navi_socket
# The state folder navi_state beside the status files: bookmarks and tags, and in navi_here the journals of operations of
# this machine that were killed half-way. The name of each ends in the number of the process that made it, so the next
# operation or look can see whether that process still runs. If it doesn't, an operation that had reached tmux is
# completed, and any other is undone.

# navi_open_state: make the state folder where there is none. Fails if it can't be written to.
navi_open_state() {
    navi_make_here 2>/dev/null
    [ -w "$navi_state" ] && [ -w "$navi_here" ]
}

# navi_recover: complete or undo operations that were killed: of this start of the machine, of earlier ones, and of
# earlier versions of navi, which named no place; and end the lock of one. If there are none, this takes only builtins.
navi_recover() {
    [ ! -f "$navi_state/marks.lock" ] || navi_end_dead_lock "$navi_state/marks.lock"
    navi_recover_in "$navi_here" "@$navi_place_key"
    for navi_earlier in "$navi_state/at/$navi_place_host@"*; do
        if [ -d "$navi_earlier" ] && navi_is_earlier "${navi_earlier##*/at/}"; then
            navi_recover_in "$navi_earlier" "@${navi_earlier##*/at/}"
            rmdir "$navi_earlier" 2>/dev/null
        fi
    done
    navi_recover_in "$navi_state" ''
}

# navi_recover_in FOLDER @PLACE: what processes of that place left in a folder.
navi_recover_in() {
    for navi_path in "$1"/*.[0-9]*; do
        case ${navi_path#"$1/"} in
        # They wait for anybody who has the registry; two who do the same do no harm.
        entry.* | moved.* | restored.*)
            ! navi_has_registry || (navi_recover_one "$navi_path") >/dev/null 2>&1
            continue
            ;;
        rename.* | undo.* | kill.* | begun.* | renamed.* | start.* | recent.* | marks.* | hung.* | taken.* | moving.*) ;;
        # Our own watch; and what was counted, of a session whose id is a number.
        watch.* | stamp.*) [ "${navi_path##*.}" != "$navi_self" ] || continue ;;
        tokens.*) [ -n "$2" ] || continue ;;
        *) continue ;;
        esac
        navi_ended "${navi_path##*.}$2" || continue
        case ${navi_path#"$1/"} in
        rename.* | undo.* | kill.* | begun.*) (navi_recover_one "$navi_path") >/dev/null 2>&1 ;;
        renamed.*) [ -e "$1/rename.${navi_path##*.}" ] || rm -f "$navi_path" ;;
        *) rm -f "$navi_path" ;;
        esac
    done
}

# navi_recover_one JOURNAL: complete or undo the operation of a journal. The journal is ours once its name has our
# number; if tmux does not answer, it is given back for another process to try.
navi_recover_one() {
    LC_ALL=C
    export LC_ALL
    umask 077
    navi_make_here
    navi_kind=${1##*/}
    navi_kind=${navi_kind%%.*}
    navi_journal=$navi_here/$navi_kind.$navi_self
    [ "$1" = "$navi_journal" ] || mv "$1" "$navi_journal" || return
    navi_read_journal || { rm -f "$navi_journal" && return; }
    "navi_recover_$navi_kind" && return
    navi_made=$1
    # What it has made is kept as long as it has its own name.
    [ "$navi_kind" != rename ] || navi_find_made rename
    mv "$navi_journal" "$navi_made"
}

# navi_pass_on KIND: the journal becomes one of that KIND, for the next request that has the registry.
navi_pass_on() {
    navi_find_made "$1"
    mv "$navi_journal" "$navi_made"
}

# navi_find_made KIND: in navi_made, the file of that kind that the process navi_maker made; an earlier version of navi
# named no place.
navi_find_made() {
    case $navi_maker in
    *@*) navi_made=$navi_state/at/${navi_maker#*@}/$1.${navi_maker%%@*} ;;
    *) navi_made=$navi_state/$1.$navi_maker ;;
    esac
}

# navi_read_journal: its lines, in navi_maker (the owner that began it) and navi_1 to navi_6; fails if it is not
# whole.
navi_read_journal() {
    {
        read -r navi_maker && IFS= read -r navi_1 && IFS= read -r navi_2 && IFS= read -r navi_3 &&
            IFS= read -r navi_4 && IFS= read -r navi_5 && IFS= read -r navi_6 && read -r navi_mark_line
    } <"$navi_journal" && [ "$navi_mark_line" = whole ]
}

# navi_write_journal KIND LINE...: six lines, before anything is done that may have to be recovered. (Only its owner
# can read the folder.)
navi_write_journal() {
    navi_make_here
    navi_journal=$navi_here/$1.$navi_self
    shift
    printf '%s\n' "$navi_self@$navi_place_key" "$@" whole >"$navi_journal" && return
    rm -f "$navi_journal"
    return 1
} 2>/dev/null

# ---- starting

# navi_note_begun: the journal of starting a session on navi_socket, in navi_begun; "" where it can't be written. Until it
# has settled, the session keeps its pane if it dies, so that navi can report why, and has the mark @navi_starting.
navi_note_begun() {
    navi_other_journal=${navi_journal-}
    navi_begun=
    ! navi_write_journal begun "$navi_socket" '' '' '' '' '' || navi_begun=$navi_journal
    navi_journal=$navi_other_journal
}

# navi_let_pane_go ID: from now on the session ends with its process.
navi_let_pane_go() {
    navi_consult "$navi_socket" set-option -w -u -t "$1:" remain-on-exit \; set-option -q -u -t "$1" @navi_starting
}

# navi_recover_begun: let the panes go of sessions that navi_maker was starting. Fails if tmux does not tell.
navi_recover_begun() {
    navi_socket=$navi_1
    navi_patience=1
    navi_consult "$navi_socket" list-panes -a -F '#{@navi_starting} #{pane_dead} #{session_id}'
    case $navi_word in none) navi_answer= ;; ok) ;; *) return 1 ;; esac
    for navi_marked_id in $(printf '%s\n' "$navi_answer" | sed -n "s|^$navi_maker \([01]\) |\1|p"); do
        case $navi_marked_id in
        1*) navi_tmux "$navi_socket" kill-session -t "${navi_marked_id#?}" ;;
        *) navi_let_pane_go "${navi_marked_id#?}" ;;
        esac
    done
    rm -f "$navi_journal"
}

# ---- renaming

# navi_note_rename: the journal of renaming the session navi_former_name with the status file navi_old ("" for none).
navi_note_rename() {
    navi_write_journal rename "$navi_socket" "$navi_identity" "$navi_old" "$navi_former_name" "$navi_new" "$navi_gathered_events"
}

# navi_recover_rename: tmux knows whether it was done. Fails if tmux does not tell.
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

# navi_holds_old: whether the lock of the old status file is still that of the renaming: else the file is another's.
navi_holds_old() {
    navi_read_owner "$navi_state/lock.$navi_old" && [ "$navi_lock_owner" = "$navi_maker" ]
}

# navi_take_rename_back: the new file goes if it is the one that was made, and everything is as before.
navi_take_rename_back() {
    navi_find_made renamed
    [ ! "$navi_made" -ef "$navi_dir/$navi_new.json" ] || rm -f "$navi_dir/$navi_new.json"
    ! navi_holds_old || rm -f "$navi_state/lock.$navi_old"
    rm -f "$navi_made" "$navi_journal"
}

# navi_finish_rename: the session is called navi_current_name: so are its status file, its events and its marks. Every
# step bears being done twice. Of two names for one file the old one goes before its lock, and the journal goes last.
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
    navi_move_marks "$navi_former_name" "$navi_current_name"
    navi_move_entry
    navi_find_made renamed
    rm -f "$navi_made" "$navi_journal"
}

# ---- ending

# navi_note_kill: the journal of ending the session navi_name with the status file navi_session_file; what brings it
# back is to stand in navi_kept ("" for nothing).
navi_note_kill() {
    navi_write_journal kill "$navi_socket" "$navi_identity" "$navi_name" "${navi_session_file##*/}" "${navi_kept##*/}" "$navi_registered"
}

# navi_recover_kill: tmux knows whether it was done; as long as not all was kept, it was not. Fails if tmux does not
# tell.
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

# navi_ask_for_name: whether the session navi_identity lives (navi_living) and how it is called (navi_current_name), and
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

# navi_drop_note: the note of the session navi_identity goes: it did not get lost.
navi_drop_note() {
    navi_dropped_note=${navi_identity#* }
    navi_dropped_note=${navi_identity%% *}.${navi_dropped_note%% *}
    case $navi_dropped_note in *.\$[0-9]*) navi_dropped_note=${navi_dropped_note%%.*}.${navi_dropped_note#*.?} ;; *) return 0 ;; esac
    [ ! -e "$navi_here/session.$navi_dropped_note" ] || rm -f "$navi_here/session.$navi_dropped_note"
    [ ! -e "$navi_here/left.$navi_dropped_note" ] || rm -f "$navi_here/left.$navi_dropped_note"
}

# navi_finish_kill: the session has ended: its status file goes to what is kept, its marks go. Every step bears being
# done twice. The journal goes with the file where nothing else is to be done. Fails with 2 where that is not known yet.
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
    # What hooks left and nobody has written yet would bring the file back.
    navi_stem=${navi_session_file##*/}
    for navi_path in "$navi_state/event.${navi_stem%.json}."*; do
        [ ! -e "$navi_path" ] || [ "${navi_namesake-}" = yes ] || set -- "$@" "$navi_path"
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
        [ "${navi_namesake-}" = yes ] || navi_move_marks "$navi_name" '' || :
        return 0
    fi
    [ -s "$navi_kept/marks" ] || return 0
    navi_lock_marks || return 2
    navi_read_kept_marks
    navi_added=
    navi_edit_marks
    navi_unlock_marks
}

# ---- bringing back

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
        for navi_mark_line in $navi_answer; do
            unset IFS
            navi_unnamed=${navi_mark_line#* }
            [ "${navi_unnamed#* }" != "$navi_name" ] || [ "${navi_mark_line%% *}" -lt "$navi_2" ] ||
                navi_id=${navi_unnamed%% *}
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

# navi_renew_place ID: the status file that is kept names from now on the session ID, which was restored. By the place of
# the one that was killed, clean-up would take it for the file of a session that has ended.
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

# navi_give_back_files: what has come in their place meanwhile stays.
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

# navi_read_kept_marks: the lines that were kept, in navi_dropped.
navi_read_kept_marks() {
    navi_dropped=
    while IFS= read -r navi_mark_line; do
        navi_dropped="$navi_dropped$navi_name	$navi_mark_line$navi_newline"
    done <"$navi_kept/marks"
}

# ---- marks

# navi_lock_marks: have the file of marks for us alone, within two seconds. Where that can't be written at all, there is
# nothing to wait for.
navi_lock_marks() {
    navi_marks_tries=0
    until navi_make_lock "$navi_state/marks.lock"; do
        [ "$navi_lock_made" = no ] || return
        navi_free_marks && continue
        [ "$navi_marks_tries" -lt 20 ] || return
        navi_marks_tries=$((navi_marks_tries + 1))
        sleep 0.1
    done
}

navi_unlock_marks() { rm -f "$navi_state/marks.lock"; }

# navi_free_marks: remove the lock of somebody who has ended. One that stays empty was made by somebody who was killed in
# that moment.
navi_free_marks() {
    [ "$navi_marks_tries" -lt 15 ] || [ -s "$navi_state/marks.lock" ] || rm -f "$navi_state/marks.lock"
    navi_end_dead_lock "$navi_state/marks.lock"
}

# navi_edit_marks: with the lock held, take the lines navi_dropped out and put the lines navi_added in, all at once.
navi_edit_marks() {
    navi_kept_marks=
    [ ! -f "$navi_state/marks" ] || while IFS= read -r navi_mark_line; do
        case $navi_newline$navi_dropped in *"$navi_newline$navi_mark_line$navi_newline"*) continue ;; esac
        navi_kept_marks=$navi_kept_marks$navi_mark_line$navi_newline
    done <"$navi_state/marks"
    navi_write_marks "$navi_kept_marks$navi_added"
}

# navi_write_marks TEXT: with the lock held, replace the file.
navi_write_marks() {
    navi_make_here 2>/dev/null
    (umask 077 && printf '%s' "$1" >"$navi_here/marks.$navi_self") 2>/dev/null && mv -f "$navi_here/marks.$navi_self" "$navi_state/marks"
}

# navi_move_marks FROM TO: what is marked of a session is from now on of the name TO, or gone where that is empty; what
# it was stands in navi_moved. Without marks nothing is done.
navi_move_marks() {
    navi_moved=
    [ -f "$navi_state/marks" ] && navi_lock_marks || return
    navi_kept_marks=
    while IFS= read -r navi_mark_line; do
        case $navi_mark_line in
        "$1	"*)
            navi_moved=$navi_moved${navi_mark_line#"$1	"}$navi_newline
            [ -n "$2" ] || continue
            navi_mark_line="$2	${navi_mark_line#"$1	"}"
            ;;
        esac
        navi_kept_marks=$navi_kept_marks$navi_mark_line$navi_newline
    done <"$navi_state/marks"
    [ -z "$navi_moved" ] || navi_write_marks "$navi_kept_marks"
    navi_unlock_marks
} 2>/dev/null

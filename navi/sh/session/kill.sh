# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2174
# needs: session/folder session/identity registry/recover lib/recover_kill session/named_server lib/disk lib/note
# changes: navi_answer navi_kept navi_namesake navi_registered
# kill.sh DIR KEEP LINE MORE SOCKET SERVER ID CREATED NAME FILE: ends a session and puts its status file away. What undo
# needs is kept in .navi/killed/KEEP: LINE is the command to run then, unless navi started the session and knows its
# command; MORE follows it; where MORE has {session_id}, the note of the session may know it (look/notes.sh). If this
# shell is killed half-way, the next operation or look completes or undoes the rest (lib/recover_kill.sh).

# navi_prepare: write the journal, and then what is kept. If the folder can't be written to, only undo is lost.
navi_prepare() {
    navi_kept=
    [ "$navi_target_state" = gone ] || [ -z "$navi_keep" ] || ! navi_open_state || navi_kept=$navi_state/killed/$navi_keep
    navi_note_kill || navi_kept=
    [ -z "$navi_kept" ] || navi_keep && return
    rm -rf "$navi_kept"
    navi_kept=
    navi_note_kill
} 2>/dev/null

# navi_find_unkept: in navi_unkept, why nothing was kept of a living session, "" if it was kept or need not be.
navi_find_unkept() {
    navi_unkept=
    [ -z "$navi_kept" ] && [ -n "$navi_keep" ] && [ "$navi_target_state" = same ] || return 0
    navi_find_disk_trouble "$navi_dir"
    navi_unkept=$navi_disk_trouble
}

# navi_keep: write down what is needed to start it again. Its text follows when it ends, and its status file is kept
# under a second name, which shows later whether it has changed. The empty text, which comes last, shows that everything
# is there.
navi_keep() {
    mkdir -p -m 700 "$navi_state/killed" "$navi_kept" || return
    # One request for all; only the path, which comes last, can hold a line end.
    navi_kept_facts=$(navi_tmux "$navi_socket" display-message -p -t "$navi_id:" \
        "#{remain-on-exit} #{session_group_size} #{session_group}$navi_newline#{@navi_type}$navi_newline#{@navi_line}$navi_newline#{pane_current_path}")
    case $navi_kept_facts in on*) printf '' >"$navi_kept/keep" || return ;; esac
    navi_kept_group=${navi_kept_facts%%"$navi_newline"*}
    navi_kept_facts=${navi_kept_facts#*"$navi_newline"}
    navi_kept_type=${navi_kept_facts%%"$navi_newline"*}
    navi_kept_facts=${navi_kept_facts#*"$navi_newline"}
    [ -z "${navi_kept_facts%%"$navi_newline"*}" ] || navi_command_line=${navi_kept_facts%%"$navi_newline"*}
    printf '%s' "$navi_kept_type" >"$navi_kept/type" &&
        printf '%s' "$navi_command_line" >"$navi_kept/line" &&
        printf '%s' "$navi_more" >"$navi_kept/more" &&
        printf '%s' "${navi_kept_facts#*"$navi_newline"}" >"$navi_kept/directory" &&
        printf '%s' "$navi_name" >"$navi_kept/name" &&
        printf '%s' "$navi_socket" >"$navi_kept/socket" &&
        navi_note_marks && printf '%s' "$navi_marked" >"$navi_kept/marks" || return
    [ "$navi_registered" = no ] || printf '' >"$navi_kept/registered" || return
    case ${navi_kept_group#* } in
    ' '* | '1 '*) ;;
    *) printf '%s' "${navi_kept_group#* * }" >"$navi_kept/group" || return ;;
    esac
    [ -z "$navi_session_file" ] || [ ! -e "$navi_session_file" ] || ln "$navi_session_file" "$navi_kept/status.json" || :
    printf '' >"$navi_kept/scrollback"
}

# navi_fill_more: the conversation in navi_more that only the note knows; without it nothing is resumed.
navi_fill_more() {
    case $navi_more in *'{session_id}'*) ;; *) return 0 ;; esac
    navi_note=${navi_identity#* }
    navi_note=${navi_note%% *}
    navi_read_note "$navi_here/session.${navi_identity%% *}.${navi_note#?}" || navi_clear_note
    if [ -n "$navi_note_conversation" ]; then
        navi_more=${navi_more%%'{session_id}'*}$navi_note_conversation${navi_more#*'{session_id}'}
    else
        navi_more=
    fi
}

# navi_note_marks: the session's bookmark and tags, in navi_marked.
navi_note_marks() {
    navi_marked=
    [ ! -f "$navi_state/marks" ] || while IFS= read -r navi_marked_line; do
        case $navi_marked_line in "$navi_name	"*) ;; *) continue ;; esac
        navi_marked_line=${navi_marked_line#"$navi_name	"}
        ! navi_is_mark_of "$navi_socket" "$navi_marked_line" || navi_marked=$navi_marked$navi_marked_line$navi_newline
    done <"$navi_state/marks"
}

# navi_end: end the session. The same call of tmux captures its text, so that nothing of it is missing.
navi_end() {
    if [ -n "$navi_kept" ]; then
        navi_answer=$(navi_tmux "$navi_socket" capture-pane -p -S - -t "$navi_id:" \; kill-session -t "$navi_id" \
            2>&1 >"$navi_kept/scrollback")
    else
        navi_answer=$(navi_tmux "$navi_socket" kill-session -t "$navi_id" 2>&1)
    fi
    navi_verdict $? "$navi_answer"
    case $navi_word in ok | none | absent) navi_prove_end ;; *) navi_tmux_failed ;; esac
}

# navi_prove_end: tmux is asked again: it says "killed" of a session only after tmux no longer has it.
navi_prove_end() {
    navi_consult "$navi_socket" list-panes -s -t "$navi_id" -F '#{pid} #{session_id} #{session_created}'
    case $navi_word,$navi_answer in
    none,* | absent,* | *,'server exited unexpectedly' | *,'lost server') ;;
    "ok,$navi_identity"*)
        rm -rf ${navi_kept:+"$navi_kept"} "$navi_journal"
        navi_fail 1 "tmux accepted the kill of $navi_name, but the session still exists"
        ;;
    ok,*) ;;
    *) navi_tmux_failed ;;
    esac
}

# navi_forget: delete what was kept more than a week ago, if there is much.
navi_forget() {
    set -- "$navi_state"/killed/*
    [ $# -lt 50 ] || find "$navi_state/killed" -type d -mtime +7 -prune -exec rm -rf {} + 2>/dev/null || :
}

# navi_check_named: only the status file is known, and its session may live: on another machine, or on a tmux server
# that could not be asked when the sessions were listed.
navi_check_named() {
    navi_find_named_session "$navi_session_file"
    case $navi_named in
    elsewhere) navi_fail 1 "the status file of $navi_name is of another machine, where its session may live; kill it there" ;;
    lives) navi_fail $navi_late "$navi_name lives on the tmux server $navi_named_socket; list the sessions again" ;;
    unreachable)
        navi_fail $navi_late "the tmux server of $navi_name runs (process $navi_named_server) and can't be reached at" \
            "$navi_named_socket, so its session may live; nothing was removed"
        ;;
    failed) navi_tmux_failed ;;
    esac
}

umask 077
navi_enter "$1"
navi_keep=$2
navi_command_line=$3
navi_more=$4
shift 4
navi_set_target "$@"
[ -n "$navi_id" ] || [ ! -f "$navi_session_file" ] || navi_check_named
navi_check_target
[ "$navi_target_state" != other ] || navi_require_target
navi_registered=no
case $2,$1,$navi_id in
# It was found with the registry.
named,,?*) navi_registered=$navi_entry ;;
*) ! navi_is_registered || navi_registered=yes ;;
esac
navi_fill_more
navi_prepare
navi_find_unkept
navi_namesake=
if [ "$navi_target_state" = same ]; then navi_end; elif [ -z "$navi_id" ]; then navi_namesake=no; fi
navi_finish_kill 2>/dev/null
case $? in
0)
    [ "$navi_registered" = no ] || navi_change_registry "drop	$navi_name"
    [ ! -e "$navi_journal" ] || rm -f "$navi_journal"
    ;;
1) navi_fail 1 "the session has ended, but its status file $navi_session_file can't be removed" ;;
esac
navi_wake
printf '%s killed %s\n' "$navi_token" "${navi_kept##*/}"
[ -z "$navi_unkept" ] || printf '%s unkept %s\n' "$navi_token" "$navi_unkept"
navi_forget

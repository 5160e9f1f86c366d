# shellcheck shell=sh disable=SC2015,SC2034,SC2086,SC2154,SC2174
# needs: session/bring_back session/confirm session/taken lib/process lib/note lib/variable_names
# changes: navi_cleans_up navi_doomed navi_identity navi_kept navi_name navi_needed_then navi_socket
# restore.sh STARTER DIR AGENTS KEY KEEP CONVERSATION LINE MORE WORD VARIABLE=VALUE...: brings back the lost session of
# the note KEY (look/notes.sh): it starts LINE and MORE, whose program is WORD, in its directory. CONVERSATION is the
# one that MORE resumes. .navi/killed/KEEP holds what is needed meanwhile: if this shell is killed half-way, the next
# operation or look completes or undoes the rest. The note goes when the session is back.

# navi_refuse_living: refuse if the session lives: its server may run again, or still.
navi_refuse_living() {
    navi_serves "$navi_note_server" || return 0
    navi_consult "$navi_note_socket" list-panes -s -t "$navi_note_session" -F '#{pid} #{session_id} #{session_created}'
    case $navi_word,$navi_answer in
    "ok,$navi_note_server $navi_note_session $navi_note_created"*) navi_fail $navi_exists "the session $navi_note_name has not ended" ;;
    ok,* | none,* | absent,*) ;;
    *) navi_tmux_failed ;;
    esac
}

# navi_note_runs: whether the agent of the note still runs: some go on without a terminal. None outlives its machine.
navi_note_runs() {
    [ -n "$navi_note_process" ] && [ "${navi_note%/*}" = "$navi_here" ] && navi_is_still "$navi_note_process" "$navi_note_started"
}

# navi_refuse_unproven: refuse if the system does not report when a process was started: another agent may have its
# number.
navi_refuse_unproven() {
    [ "$navi_has_files" = no ] && [ -n "$navi_note_process" ] && [ "${navi_note%/*}" = "$navi_here" ] || return 0
    ! navi_may_be_agent "$navi_note_process" "$navi_note_started" ||
        navi_fail $navi_late "its agent may still run without a terminal, as process $navi_note_process; end that if it is so, and try again"
}

# navi_end_orphan: end the agent of the note. Its terminal is gone with its server, so nobody can use it any more.
navi_end_orphan() {
    navi_refuse_unproven
    for navi_signal in TERM KILL; do
        navi_note_runs || return 0
        kill "-$navi_signal" "$navi_note_process" 2>/dev/null
        navi_end_tries=50
        while navi_note_runs && [ "$navi_end_tries" -gt 0 ]; do
            navi_end_tries=$((navi_end_tries - 1))
            sleep 0.1
        done
    done
    ! navi_note_runs ||
        navi_fail $navi_late "its agent, process $navi_note_process, still runs without a terminal 5 s after SIGKILL; nothing was started"
}

# navi_keep_note: what the note says, as a kill would have kept it.
navi_keep_note() {
    mkdir -p -m 700 "$navi_state/killed" "$navi_kept" &&
        printf '%s' "$1" >"$navi_kept/restores" &&
        printf '%s' "${navi_note_type:-${navi_note_agent:+agent}}" >"$navi_kept/type" &&
        printf '%s' "$2" >"$navi_kept/line" &&
        printf '%s' "$3" >"$navi_kept/more" &&
        printf '%s' "$navi_note_directory" >"$navi_kept/directory" &&
        printf '%s' "$navi_note_name" >"$navi_kept/name" &&
        printf '%s' "$navi_note_socket" >"$navi_kept/socket" || return
    navi_name=$navi_note_name
    navi_socket=$navi_note_socket
    navi_identity="$navi_note_server $navi_note_session $navi_note_created"
    ! navi_is_registered || printf '' >"$navi_kept/registered"
} 2>/dev/null

# navi_leave_restore: remove, however it ended, what is needed only meanwhile.
navi_leave_restore() {
    navi_restore_status=$?
    navi_unlock_conversation
    [ -n "$navi_is_back" ] || rm -rf "$navi_kept"
    (exit "$navi_restore_status")
    navi_leave
}

# navi_prove_resumed: it is back only if its agent has not ended at once.
navi_prove_resumed() {
    [ -n "$navi_wanted_conversation" ] || return 0
    set -f
    set -- $navi_new_session
    set +f
    navi_keep_conversation
    navi_confirm "${navi_started_pane%% *}" "$4" "$navi_note_agent" "$navi_wanted_conversation" "$navi_kept/line"
    [ "$navi_confirmed" != ended ] || {
        navi_doomed=$navi_started_id
        navi_fail 1 "$navi_note_agent has ended at once; it printed: ${navi_answer% }; nothing was restored; --anew starts a new conversation in its directory"
    }
    printf '%s confirmed %s\n' "$navi_token" "$navi_confirmed"
}

# navi_print_missing_variables: the names of those that its agent had and that its pane's process does not have now.
navi_print_missing_variables() {
    set -f
    set -- $navi_new_session
    set +f
    [ -n "$navi_note_environment" ] && [ -r "/proc/${navi_confirm_process:-$4}/environ" ] || return 0
    navi_find_variable_names "/proc/${navi_confirm_process:-$4}/environ"
    navi_missing_variables=
    for navi_variable_name in $navi_note_environment; do
        case $navi_variable_name in TMUX* | SSH_* | *PWD | SHLVL | _ | NAVI_* | TERM_PROGRAM* | XDG_* | DBUS_* | LC_* | MAIL | LINES | COLUMNS) continue ;; esac
        case " $navi_variable_names" in *" $navi_variable_name "*) ;; *) navi_missing_variables="$navi_missing_variables $navi_variable_name" ;; esac
    done
    [ -z "$navi_missing_variables" ] || printf '%s lacks %s\n' "$navi_token" "${navi_missing_variables# }"
}

umask 077
navi_starter=$1
navi_enter "$2"
navi_describe_agents "$3"
navi_note=$navi_state/at/$4
navi_kept=$navi_state/killed/$5
navi_wanted_conversation=$6
navi_is_back=
case $4 in *..* | */*/* | .*) navi_fail $navi_usage "there is no lost session $4" ;; esac
navi_read_note "$navi_note" ||
    navi_fail $navi_none 'it was restored or dismissed since; list the lost sessions again'
[ "${4%@*}" = "$navi_place_host" ] ||
    navi_fail 1 "it was lost on ${4%%:*}, another machine that uses the folder, too; restore it there"
[ -z "$6" ] || [ "$6" = "$navi_note_conversation" ] ||
    navi_fail $navi_late 'its conversation is another one by now; list the lost sessions again'
navi_refuse_living
[ -d "$navi_note_directory" ] ||
    navi_fail $navi_none "its directory ${navi_note_directory:-is not known, which} no longer exists; create it and try again; nothing was lost"
trap navi_leave_restore EXIT
navi_open_state || navi_fail_to_write "$navi_dir" 'nothing was restored'
if [ -n "$6" ]; then
    navi_lock_conversation "$6"
    [ -n "$navi_has_files" ] || navi_find_files
    navi_end_orphan
    navi_refuse_taken "$6" "$navi_note"
    navi_read_note "$navi_note"
fi
navi_keep_note "$4" "$7" "$8" || navi_fail_to_write "$navi_dir" 'nothing was restored'
navi_needed_then=$9
shift 9
case $navi_note_socket in */*) [ -d "${navi_note_socket%/*}" ] || mkdir -p -m 700 "${navi_note_socket%/*}" ;; esac 2>/dev/null
navi_read_kept
navi_note_undo "${navi_kept##*/}" || navi_fail_to_write "$navi_dir" 'nothing was restored'
navi_cleans_up=yes
navi_start_again "$@"
navi_prove_resumed
navi_is_back=yes
rm -f "$navi_note"
navi_give_all_back
navi_print_missing_variables
navi_print_created
rm -rf "$navi_kept"

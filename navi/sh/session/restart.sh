# shellcheck shell=sh disable=SC2016,SC2034,SC2086,SC2154
# needs: session/folder session/identity session/first_file session/confirm session/taken registry/absent
# needs: lib/note lib/shells
# changes: navi_not_taken_by
# restart.sh STARTER DIR AGENTS AGENT ID LINE MORE WORD ANEW PANE SOCKET SERVER SESSION CREATED NAME FILE: ends the
# agent of a session and starts it again in its conversation, in the same pane and with the environment that it had.
# MORE resumes the conversation ID, which the agent in PANE has ("" if that is not known); where it has {session_id},
# only the note of the session knows which (look/notes.sh).

# navi_find_running: set navi_old_agent to the agent of that name that the session shows, or that of the PANE ("" if it
# does not run), and find its pane, as it is or was.
navi_find_running() {
    navi_old_agent=
    navi_old_pane=
    navi_consult "$navi_socket" list-panes -s -t "$navi_id" -F '#{window_active}#{pane_active} #{pane_id} #{pane_pid} #{pane_dead} #{pane_current_path}'
    [ "$navi_word" = ok ] || navi_tmux_failed
    navi_session_panes=$(printf '%s\n' "$navi_answer" | sort -r)
    case $navi_session_panes in *" $navi_wanted_pane "*) ;; *) navi_wanted_pane= ;; esac
    navi_forget_processes
    set -f
    IFS=$navi_newline
    for navi_session_pane in $navi_session_panes; do
        unset IFS
        set +f
        [ -n "$navi_old_agent" ] || navi_look_for_agent $navi_session_pane
        set -f
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_look_for_agent SHOWN PANE PROCESS DEAD PATH...
navi_look_for_agent() {
    case $2 in %*) ;; *) return ;; esac
    [ -z "$navi_wanted_pane" ] || [ "$2" = "$navi_wanted_pane" ] || return 0
    if [ "$2" = "${navi_note_pane:-${navi_old_pane:-$2}}" ]; then
        navi_old_pane=$2
        navi_old_process=$3
        navi_old_dead=$4
        navi_cwd=${navi_session_pane#* * * * }
    fi
    navi_find_agents "$3"
    navi_old_agents=$navi_agents
    while [ -n "$navi_old_agents" ]; do
        navi_old_line=${navi_old_agents%%"$navi_newline"*}
        navi_old_agents=${navi_old_agents#*"$navi_newline"}
        case $navi_old_line in
        *' 0 '*" $navi_restart_agent")
            navi_old_agent=${navi_old_line%% *}
            navi_old_pane=$2
            navi_old_process=$3
            navi_old_dead=$4
            navi_cwd=${navi_session_pane#* * * * }
            navi_old_helpers=$navi_helpers
            return
            ;;
        esac
    done
}

# navi_complete_line: what the note knows of the line. The agent of a session that has none is started by its name.
navi_complete_line() {
    if [ -z "$navi_command_line" ]; then
        navi_command_line=$navi_restart_agent
        if navi_find_described "resume	$navi_restart_agent	"; then navi_more=$navi_described; else navi_anew=yes; fi
        [ -z "$navi_anew" ] || navi_more=
    fi
    [ "$navi_note_agent" = "$navi_restart_agent" ] || return 0
    case $navi_note_type,$navi_note_line in
    agent,?*) navi_command_line=$navi_note_line ;;
    *) navi_command_line=$navi_command_line${navi_note_options:+" ${navi_note_options# }"} ;;
    esac
    navi_needed=${navi_command_line%% *}
    case $navi_needed in *[!A-Za-z0-9_./+@~-]*) navi_needed= ;; esac
}

# navi_know_conversation: set navi_wanted_conversation to the one that MORE resumes.
navi_know_conversation() {
    [ -z "$navi_anew" ] || return 0
    case $navi_more in *'{session_id}'*) ;; *) [ -z "$navi_wanted_conversation" ] || return 0 ;; esac
    [ -z "$navi_wanted_conversation" ] && [ "$navi_note_agent" = "$navi_restart_agent" ] &&
        navi_wanted_conversation=$navi_note_conversation
    [ -n "$navi_wanted_conversation" ] ||
        navi_fail $navi_none "the conversation of $navi_restart_agent in $navi_name is not known; nothing was ended; start it anew with --anew, or send it its own command to resume"
    case $navi_more in *'{session_id}'*) navi_more=${navi_more%%'{session_id}'*}$navi_wanted_conversation${navi_more#*'{session_id}'} ;; esac
}

# navi_refuse_others: fail if another program runs in its pane: it would end with the pane's shell. A shell that begins
# may run something for a moment.
navi_refuse_others() {
    [ "$navi_old_dead" = 0 ] && [ "$navi_old_process" != "${navi_old_agent:-0}" ] || return 0
    navi_other_tries=25
    while navi_find_other; do
        navi_other_tries=$((navi_other_tries - 1))
        [ "$navi_other_tries" -gt 0 ] ||
            navi_fail 1 "$navi_other_name (process $navi_other_process) runs in its pane, too, and would end; end it first; nothing was changed"
        sleep 0.2
    done
}

# navi_find_other: whether something runs in the pane that is neither its shell nor the agent, nor runs that: the pane's
# own process or a child of it, in navi_other_process, with its name in navi_other_name.
navi_find_other() {
    navi_recognize "$navi_old_process" 2>/dev/null || return
    navi_other_process=$navi_old_process
    navi_name_other
    [ -n "$navi_old_agent" ] || navi_is_shell "${navi_other_name#-}" || return 0
    navi_find_below "$navi_old_process" 2>/dev/null
    for navi_other_process in $navi_children_found; do
        navi_find_agents "$navi_other_process"
        case $navi_newline$navi_agents in *"$navi_newline${navi_old_agent:-none} "*) continue ;; esac
        navi_read_process "$navi_other_process" 2>/dev/null || continue
        navi_name_other
        case $navi_process_state in [ZX]*) ;; *) return 0 ;; esac
    done
    return 1
}

# navi_name_other: set navi_other_name to the name of the process that was read last; where a system reports only
# arguments, to the first.
navi_name_other() {
    navi_other_name=${navi_program_comm:-${navi_listed_arguments%% *}}
    navi_other_name=${navi_other_name##*/}
}

# navi_save_environment: NAME='VALUE' of the agent, in navi_old_environment, except what tmux and the shell set anew.
navi_save_environment() {
    navi_old_environment=
    [ -n "$navi_old_agent" ] && [ -r "/proc/$navi_old_agent/environ" ] || return 0
    navi_old_environment=$(tr '\n\000' '\001\n' <"/proc/$navi_old_agent/environ" |
        grep -a '^[A-Za-z_][A-Za-z0-9_]*=' | grep -av '^\(TMUX\|TMUX_PANE\|PWD\|OLDPWD\|SHLVL\|_\|LINES\|COLUMNS\|NAVI_[A-Z]*\)=')
} 2>/dev/null

# navi_end_old: end it, and prove that it has ended. A suspended one must be continued for that.
navi_end_old() {
    [ -n "$navi_old_agent" ] || return 0
    for navi_signal in TERM CONT KILL; do
        navi_find_old_processes || return 0
        for navi_old_one in $navi_old_processes; do kill "-$navi_signal" "${navi_old_one%:*}" 2>/dev/null; done
        [ "$navi_signal" != TERM ] || continue
        navi_end_tries=100
        while [ "$navi_end_tries" -gt 0 ]; do
            navi_find_old_processes || return 0
            navi_end_tries=$((navi_end_tries - 1))
            sleep 0.1
        done
    done
    navi_fail $navi_late "process $navi_old_agent ($navi_restart_agent) has not ended 10 s after SIGKILL; nothing was started"
}

# navi_note_old_processes: set navi_old_processes to the agent and the processes that belong to it, as PROCESS:STARTED.
navi_note_old_processes() {
    navi_old_processes=
    for navi_old_one in $navi_old_agent $navi_old_helpers; do
        navi_old_one=${navi_old_one#*:}
        ! navi_read_process "$navi_old_one" 2>/dev/null || navi_old_processes="$navi_old_processes $navi_old_one:$navi_process_started"
    done
}

# navi_find_old_processes: those that have not ended, in navi_old_processes. Fails if there are none.
navi_find_old_processes() {
    navi_still_there=
    for navi_old_one in $navi_old_processes; do
        ! navi_is_probably_still "${navi_old_one%:*}" "${navi_old_one#*:}" || navi_still_there="$navi_still_there $navi_old_one"
    done
    navi_old_processes=$navi_still_there
    [ -n "$navi_old_processes" ]
}

# navi_respawn VARIABLE=VALUE...: start the line in its pane. Until it has settled the pane stays if it dies.
navi_respawn() {
    navi_type=$(navi_tmux "$navi_socket" display-message -p -t "$navi_id:" '#{@navi_type}' 2>/dev/null)
    navi_line_now="$navi_command_line${navi_more:+ $navi_more}"
    navi_ends=
    case $navi_type in '' | shell | agent) ;; *) navi_ends=yes ;; esac
    navi_shown_first=
    navi_open_mark
    navi_write_first "$@"
    navi_clear_title "$navi_old_pane" "$navi_restart_agent"
    # The next server on this socket begins again with the same ids of panes.
    navi_is_behind "$navi_socket" "${navi_identity%% *}" ||
        navi_fail 1 "$navi_restart_agent has ended, and the tmux server of $navi_name is no longer at its socket; nothing was started"
    navi_tmux "$navi_socket" respawn-pane -k -t "$navi_old_pane" -- sh -c "$navi_first_reader" navi-start "$navi_first" ||
        navi_fail 1 "tmux can't start anything in the pane $navi_old_pane; $navi_restart_agent has ended; navi restart $navi_name starts it again"
    navi_new_process=$(navi_tmux "$navi_socket" display-message -p -t "$navi_old_pane" '#{pane_pid}')
}

# navi_respawn_with_environment: the variables that the agent had, as the arguments of navi_respawn.
navi_respawn_with_environment() {
    set --
    navi_control=$(printf '\001')
    set -f
    IFS=$navi_newline
    for navi_old_variable in $navi_old_environment; do
        unset IFS
        case $navi_old_variable in
        *"$navi_control"*) navi_old_variable=$(printf '%s' "$navi_old_variable" | tr '\001' '\n') ;;
        esac
        set -- "$@" "$navi_old_variable"
        IFS=$navi_newline
    done
    unset IFS
    set +f
    navi_respawn "$@"
}

# navi_keep_pane: its pane stays when its process ends, as long as we are at it. What it was is in navi_kept_pane.
navi_keep_pane() {
    navi_kept_pane=$(navi_tmux "$navi_socket" show-options -wqv -t "$navi_old_pane" remain-on-exit)
    navi_tmux "$navi_socket" set-option -w -t "$navi_old_pane" remain-on-exit on || navi_tmux_failed
}

navi_leave_restart() {
    navi_restart_status=$?
    navi_unlock_conversation
    if [ -z "${navi_kept_pane-}" ]; then
        navi_tmux "$navi_socket" set-option -w -u -t "$navi_old_pane" remain-on-exit 2>/dev/null
    else
        navi_tmux "$navi_socket" set-option -w -t "$navi_old_pane" remain-on-exit "$navi_kept_pane" 2>/dev/null
    fi
    [ -z "${navi_mark-}" ] || rm -f "$navi_mark"
    [ "$navi_restart_status" = 0 ] || [ -z "${navi_first-}" ] || rm -f "$navi_first"
    exit "$navi_restart_status"
}

# navi_await_found: wait for the word of the pane's shell that it has found the program.
navi_await_found() {
    navi_found_waits=8
    while [ "$navi_found_waits" -gt 0 ]; do
        case $(navi_limited 1 head -n 1 <&4 2>/dev/null) in
        missing)
            navi_await_end
            navi_fail $navi_unavailable "the host's shell can't find $navi_needed; $navi_restart_agent has ended in $navi_name"
            ;;
        found) return ;;
        esac
        navi_found_waits=$((navi_found_waits - 1))
    done
}

# navi_await_end: wait until the pane's process has ended. Only until navi_leave_restart does the pane stay then.
navi_await_end() {
    navi_end_tries=50
    while [ "$navi_end_tries" -gt 0 ]; do
        case $(navi_tmux "$navi_socket" display-message -p -t "$navi_old_pane" '#{pane_dead}' 2>/dev/null) in 1) return ;; esac
        navi_end_tries=$((navi_end_tries - 1))
        sleep 0.1
    done
}

# navi_print_restarted: print the result. It is proven that the old agent has ended.
navi_print_restarted() {
    [ -n "$navi_wanted_conversation" ] || { printf '%s restarted anew\n' "$navi_token" && return; }
    navi_keep_conversation
    navi_confirm "$navi_old_pane" "$navi_new_process" "$navi_restart_agent" "$navi_wanted_conversation" "$navi_mark"
    [ "$navi_confirmed" != ended ] ||
        navi_fail 1 "$navi_restart_agent was ended, and has ended again after its start; it printed: ${navi_answer% }"
    printf '%s restarted %s\n' "$navi_token" "$navi_confirmed"
}

umask 077
navi_starter=$1
navi_enter "$2"
navi_describe_agents "$3"
navi_restart_agent=$4
navi_wanted_conversation=$5
navi_command_line=$6
navi_more=$7
navi_needed=$8
navi_anew=$9
navi_wanted_pane=${10}
shift 10
navi_set_target "$@"
navi_require_target
[ -n "$navi_has_files" ] || navi_find_files
navi_note_key=${navi_identity#* }
navi_note_key=${navi_identity%% *}.${navi_note_key%% *}
navi_note_key=${navi_note_key%%.*}.${navi_note_key#*.?}
navi_note=$navi_here/session.$navi_note_key
[ -f "$navi_note" ] || navi_note=$navi_here/left.$navi_note_key
navi_read_note "$navi_note" || navi_clear_note
[ -n "$navi_restart_agent" ] || navi_restart_agent=$navi_note_agent
navi_find_running
case $navi_restart_agent,$navi_old_pane,$navi_note_pane in
,* | *,,) navi_fail $navi_none "no agent is known that ran in $navi_name; nothing was changed" ;;
*,,*) navi_fail $navi_none "the pane in which $navi_restart_agent ran in $navi_name is gone; nothing was changed; start it again by hand" ;;
esac
navi_note_old_processes
navi_complete_line
navi_know_conversation
navi_refuse_others
navi_save_environment
navi_open_state || navi_fail_to_write "$navi_dir" 'nothing was ended'
if [ -n "$navi_wanted_conversation" ]; then
    navi_lock_conversation "$navi_wanted_conversation"
    trap navi_unlock_conversation EXIT
    navi_not_taken_by=$navi_old_processes
    navi_refuse_taken "$navi_wanted_conversation" "$navi_note"
    navi_not_taken_by=
fi
navi_keep_pane
trap navi_leave_restart EXIT
navi_end_old
[ -z "$navi_wanted_conversation" ] || navi_refuse_taken "$navi_wanted_conversation" "$navi_note"
navi_respawn_with_environment
navi_await_found
navi_print_restarted
navi_wake

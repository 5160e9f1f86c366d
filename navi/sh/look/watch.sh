# shellcheck shell=sh disable=SC2154,SC2034,SC3013,SC3028,SC3045,SC2174
# needs: look/look look/sessions look/server_runs look/files look/clean_up look/evidence look/notes look/background
# needs: look/pace registry/absent
# changes: navi_evidence_is_new navi_hung navi_known navi_ms_since_activity navi_ms_since_answer navi_ms_since_list
# changes: navi_ms_since_news navi_ms_since_probe navi_ms_since_question navi_ms_since_run navi_ms_since_screens
# changes: navi_odd_step navi_out navi_output navi_panes_rest navi_patience navi_processes navi_shown navi_stamps
# changes: navi_state_unfinished navi_state_word navi_tick navi_ticker navi_woken_by
# watch.sh DIR CLEANUP FORMAT AGENTS: prints what changes, as long as somebody reads it. Between two looks only builtins
# run. They compare the processor time of servers and the times of files. Only where those have changed or are not
# known, they compare processes, terminals and how much programs have printed. A line on standard input (or in its FIFO
# in the state folder) starts the next look at once. The end of standard input ends the watch.

# navi_open_watch: a private place for the FIFO and the time stamp, beside the status files where there are any.
navi_open_watch() {
    navi_watch_folder=$navi_here
    if [ ! -d "$navi_dir" ] || ! navi_make_here 2>/dev/null || [ ! -w "$navi_here" ]; then
        navi_watch_folder=$(mktemp -d "${TMPDIR:-/tmp}/navi-watch.XXXXXX" 2>/dev/null) || return 1
        navi_own_folder=yes
    fi
    navi_wake=$navi_watch_folder/watch.$$
    navi_stamp=$navi_watch_folder/stamp.$$
    navi_state_stamp=$navi_watch_folder/stamp.states.$$
    navi_next_state_stamp=$navi_watch_folder/stamp.later.$$
    navi_background_stamp=$navi_watch_folder/stamp.background.$$
    navi_stamps=$navi_watch_folder/stamp
    rm -f "$navi_wake"
    (umask 077 && mkfifo "$navi_wake" && : >"$navi_stamp" && : >"$navi_state_stamp" && : >"$navi_background_stamp") 2>/dev/null && exec 3<>"$navi_wake"
}

# navi_close_watch: remove everything and end.
navi_close_watch() {
    trap - EXIT
    rm -f "$navi_wake" "$navi_stamp" "$navi_state_stamp" "$navi_next_state_stamp" "$navi_background_stamp" \
        "$navi_stamps.0.$$" "$navi_stamps.1.$$"
    [ "$navi_own_folder" = yes ] && rmdir "$navi_watch_folder"
    kill "$navi_relay" "$navi_ticker" 2>/dev/null
    exit 0
}

# navi_open_relay: what arrives on standard input goes into the FIFO, so that one read waits for everything.
navi_open_relay() {
    exec 4<&0
    (
        trap 'exit 0' TERM
        while read -r navi_woken_by; do printf '%s\n' "$navi_woken_by"; done
        printf 'bye\n'
    ) <&4 >&3 2>/dev/null &
    navi_relay=$!
    exec 4<&- </dev/null
}

# navi_wait: until time has passed or something wakes the watch, which counts as a step as well.
navi_wait() {
    navi_woken_by=tick
    if [ "$navi_limit" = yes ]; then
        IFS= read -r -t "$navi_tick" navi_woken_by <&3 || navi_woken_by=tick
    else
        IFS= read -r navi_woken_by <&3
    fi
    navi_count
    navi_asked=no
    case $navi_woken_by in
    poll) navi_asked=yes ;;
    'awake '*) navi_ask_again "${navi_woken_by#awake }" ;;
    bye) exit 0 ;;
    esac
}

# navi_probe: see whether the servers that hung answer again, in the background, where they delay nothing.
navi_probe() {
    [ "$navi_ms_since_probe" -ge "$navi_probe_every" ] || return
    navi_ms_since_probe=0
    set -f
    IFS=$navi_newline
    for navi_hung_server in $navi_hung; do
        unset IFS
        navi_probe_server "${navi_hung_server#=}" >&3 2>/dev/null &
    done
    unset IFS
    set +f
}

# navi_probe_server SOCKET: wake the watch if it answers before the next one is sent, whatever it says. So one always
# waits, and the watch hears of it at once.
navi_probe_server() {
    navi_patience=5
    navi_tmux "$1" list-sessions </dev/null >/dev/null 2>&1
    navi_verdict $? ''
    [ "$navi_word" = hung ] || printf 'awake %s\n' "$1"
}

# navi_ask_again SOCKET: a server that hung answers again, so it is asked at once, and from now on as any other.
navi_ask_again() {
    case $navi_hung in *"$navi_newline=$1$navi_newline"*) ;; *) return ;; esac
    navi_hung=${navi_hung%%"=$1$navi_newline"*}${navi_hung#*"$navi_newline=$1$navi_newline"}
    navi_ms_since_list=$navi_list_every
}

# navi_files_moved: whether a status file may have changed since the stamp. Equal times count as changed,
# because some shells compare whole seconds.
navi_files_moved() {
    if [ ! -d "$navi_dir" ]; then
        [ -n "$navi_sums$navi_odd" ]
        return
    fi
    [ "$navi_stamp" -nt "$navi_dir" ] || return 0
    [ ! -e "$navi_dir/.navi/marks" ] || [ "$navi_stamp" -nt "$navi_dir/.navi/marks" ] || return 0
    for navi_watch_path in "$navi_dir"/*.json "$navi_dir"/.[!.]*.json; do
        [ "$navi_stamp" -nt "$navi_watch_path" ] || [ ! -f "$navi_watch_path" ] || return 0
    done
    return 1
}

# navi_list_is_due: whether the servers have done something since the last listing, and it is time to see what.
navi_list_is_due() {
    [ -n "$navi_times" ] && [ "$navi_listing_holds" = no ] && [ "$navi_ms_since_list" -ge "$navi_list_after" ]
}

# navi_list_less_often LISTED: listings that find nothing new follow each other ever more slowly, for as long as servers
# have work, and also where they rest. After news, and after a rest, they come soon again.
navi_list_less_often() {
    if [ "$navi_listed" != "$1" ]; then
        navi_list_after=$navi_list_soon
        navi_ask_after=$navi_ask_soon
        return
    fi
    [ $((2 * navi_list_after)) -gt "$navi_list_every" ] || navi_list_after=$((2 * navi_list_after))
    navi_ask_after=$((2 * navi_ask_after))
    [ "$navi_ask_after" -le "$navi_ask_every" ] || navi_ask_after=$navi_ask_every
}

# navi_see_servers: what the servers have done. Where one has run, the panes are no longer known to be at rest.
navi_see_servers() {
    navi_compare_times
    if [ "$navi_servers_rest" = no ]; then
        navi_ms_since_run=0
        navi_panes_rest=no
    elif [ "$navi_ms_since_run" -ge "$navi_rest_long" ]; then
        navi_list_after=$navi_list_soon
    fi
}

# navi_panes_moved: whether a pane may have come or gone: its process has ended, or the list of terminals has changed.
# Terminals are also opened by people who have nothing to do with tmux, so those are believed once a second.
navi_panes_moved() {
    if [ "$navi_ms_since_list" -ge "$navi_terminals_every" ]; then
        set -- /dev/pts/[0-9]*
        [ "$*" = "$navi_terminals" ] || return 0
    fi
    # While the watch is quick, every other time will do.
    [ "$navi_step" -gt 500 ] || [ "$navi_odd_step" = yes ] || return
    for navi_watched_process in $navi_processes; do
        kill -0 "$navi_watched_process" || return 0
    done 2>/dev/null
    return 1
}

# navi_states_are_quiet: whether the state files, and the folders in which they come and go, are older than their stamp,
# so that there is nothing to read.
navi_states_are_quiet() { navi_are_older "$navi_state_stamp" "$navi_state_folders$navi_state_paths"; }

# navi_states_moved: read the state files that may have changed since their stamp, and those that were not whole;
# whether any has changed. A pane whose agent reports another state shows something else.
navi_states_moved() {
    navi_states_changed=no
    [ -n "$navi_unfinished_states" ] || ! navi_states_are_quiet || return
    navi_states_to_read=$navi_unfinished_states
    # What changes from now on is new at the next turn.
    : >"$navi_next_state_stamp"
    set -f
    IFS=$navi_newline
    for navi_moved_state in $navi_state_files; do
        navi_watch_path=${navi_moved_state#* * }
        [ "$navi_state_stamp" -nt "$navi_watch_path" ] && [ -f "$navi_watch_path" ] && continue
        if [ -f "$navi_watch_path" ]; then
            navi_unfinished_tries=0
        else
            eval "[ -n \"\${navi_state_text_${navi_moved_state%% *}-}\" ]" || continue
        fi
        navi_states_to_read=$navi_states_to_read$navi_moved_state$navi_newline
    done
    unset IFS
    set +f
    navi_watch_path=$navi_state_stamp
    navi_state_stamp=$navi_next_state_stamp
    navi_next_state_stamp=$navi_watch_path
    [ -z "$navi_states_to_read" ] || navi_read_states
    [ "$navi_states_changed" = yes ]
}

# navi_read_states: read the files of navi_states_to_read.
navi_read_states() {
    navi_unfinished_states=
    navi_unfinished_tries=$((navi_unfinished_tries + 1))
    set -f
    IFS=$navi_newline
    for navi_moved_state in $navi_states_to_read; do
        unset IFS
        navi_state_unfinished=no
        if navi_read_state "${navi_moved_state%% *}"; then
            navi_states_changed=yes
            navi_evidence_is_new=yes
            navi_moved_state=${navi_moved_state#* }
            eval "navi_due_${navi_moved_state%% *}=moved; navi_rests_${navi_moved_state%% *}=0"
        elif [ "$navi_state_unfinished" = yes ] && [ "$navi_unfinished_tries" -lt 20 ]; then
            navi_unfinished_states=$navi_unfinished_states$navi_moved_state$navi_newline
        fi
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_output_moved: whether a pane with an agent has put out anything since it was last looked at. navi_screens_wait is
# "yes" if only its screen is to be looked at once more. That is asked about twice a second; and what puts out more and
# more is looked at once a second.
navi_output_moved() {
    navi_screens_wait=no
    [ "$navi_ms_since_screens" -ge "$navi_see_every" ] || return
    [ "$navi_step" -gt 500 ] || [ "$navi_odd_step" = yes ] || return
    navi_some_moved=no
    set -f
    IFS=$navi_newline
    for navi_checked_pane in $navi_agent_panes; do
        unset IFS
        set +f
        navi_check_output "${navi_checked_pane%% *}"
    done
    unset IFS
    set +f
    [ "$navi_some_moved" = no ] || return 0
    # All was looked at while no server ran: there is nothing more to see until one does.
    [ "$navi_screens_wait$navi_odd_step" != noyes ] || navi_panes_rest=$navi_servers_rest
    return 1
}

# navi_check_output PANE: where the agent itself reports that it works or rests, its output tells nothing more, but that
# of the shell around it does: the agent has been suspended, or has ended. Every other time will do for that.
navi_check_output() {
    eval "navi_output_before=\$navi_output_$1; navi_moved_before=\$navi_due_$1; navi_shown=\$navi_shown_of_$1"
    navi_state_word=
    [ -z "$navi_shown" ] || eval "navi_state_word=\${navi_state_word_$navi_shown-}"
    case $navi_state_word,$navi_shown in
    "working,$1" | "idle,$1") navi_output=$navi_output_before ;;
    working,* | idle,*)
        [ "$navi_odd_step" = yes ] || return 0
        navi_count_output "$1"
        # The pane's own process comes first.
        case "$navi_output_before " in "$navi_output "*) navi_output=$navi_output_before ;; esac
        ;;
    *) eval "navi_count_output \$navi_outputs_of_$1" ;;
    esac
    if [ "$navi_output" != "$navi_output_before" ]; then
        navi_some_moved=yes
        eval "navi_output_$1=\$navi_output; navi_due_$1=moved"
    elif [ -n "$navi_moved_before" ] && [ "$navi_state_word" != working ]; then
        eval "[ -z \"\$navi_name_of_$1\" ] || navi_screens_wait=yes"
    fi
}

# navi_note_terminals: remember which terminals there are.
navi_note_terminals() {
    set -- /dev/pts/[0-9]*
    navi_terminals=$*
}

# navi_look_at_files: send the status files, if they differ from those sent before or somebody asks. Sets navi_file_news
# to what the next answer says of them. If they are looked at again before it is sent, it is written anew: it may call
# unchanged only what has been received (navi_received).
navi_look_at_files() {
    : >"$navi_stamp"
    navi_files
    navi_read_marks
    [ "$navi_sums$navi_odd$navi_marks" = "$navi_sent_files" ] && [ "$navi_asked" = no ] && return
    navi_sent_files=$navi_sums$navi_odd$navi_marks
    navi_other_news=$navi_out
    navi_out=
    navi_known=$navi_received
    navi_record files
    navi_record_files
    navi_record_marks
    navi_file_news=$navi_out
    navi_out=$navi_other_news
    # Its session has just begun: both are sent together.
    [ "$navi_appeared" = no ] || navi_ms_since_list=$navi_list_every
}

# navi_look_at_panes: list what tmux has, if that is not known, clean up, and send the answers if they differ from those
# sent before.
navi_look_at_panes() {
    navi_ms_since_list=0
    if navi_may_spare_listing; then
        navi_add_children
    else
        navi_ms_since_question=0
        navi_panes_rest=no
        navi_listed_before_that=$navi_listed
        navi_list_anew
        navi_list_less_often "$navi_listed_before_that"
    fi
    navi_note_agents
    navi_look_at_screens yes
    navi_record_agents
    navi_note_sessions
    navi_note_terminals
    navi_recover
    navi_sweep_holders
    navi_clean
    [ "$navi_touched" = no ] || navi_look_at_files
    navi_send_panes
    if [ "$navi_ms_since_question" -eq 0 ]; then navi_end_listing; else navi_go_on_holding; fi
}

# navi_may_spare_listing: whether a listing would find nothing new. A request, or a suspicion, always gets a real
# listing.
navi_may_spare_listing() {
    [ "$navi_asked$navi_suspects" = no ] && [ "$navi_ms_since_question" -lt "$navi_ask_after" ] && navi_keeps_listing
}

# navi_send_panes: send what tmux has, and what agents do, if anything is not as it was sent before.
navi_send_panes() {
    [ "$navi_panes$navi_evidence$navi_lost_sessions" != "$navi_sent_panes" ] || return 0
    navi_sent_panes=$navi_panes$navi_evidence$navi_lost_sessions
    navi_out=$navi_out$navi_sent_panes
}

# navi_add_activity: the times of the last output change all the time: they are sent with other news, or after a while.
navi_add_activity() {
    [ "$navi_activity" != "$navi_sent_activity" ] || return 0
    navi_has_news || [ "$navi_ms_since_activity" -ge "$navi_heartbeat" ] || return 0
    navi_sent_activity=$navi_activity
    navi_ms_since_activity=0
    navi_out=$navi_out$navi_activity
}

# navi_look_again: look a second time at what was suspected, once that has been sent.
navi_look_again() {
    sleep "$navi_doubt_lasts"
    ! navi_files_moved || navi_look_at_files
    navi_look_at_panes
    if navi_has_news; then
        navi_add_activity
        navi_record_clock
        navi_send_answer
    fi
}

# navi_has_news: whether there is anything to send.
navi_has_news() { [ -n "$navi_file_news$navi_out" ]; }

# navi_send_answer: print what was collected as one answer; the end if nobody listens.
navi_send_answer() {
    printf '%s begin\n%s%s end 0\n' "$navi_token" "$navi_file_news$navi_out" "$navi_token" || exit 0
    navi_ms_since_answer=0
    navi_file_news=
    navi_received=$navi_known
    navi_out=
}

# navi_are_panes_new: whether there is something new in panes, or whether panes may have come or gone, which takes a
# server some time: without that, a new terminal is none of theirs.
navi_are_panes_new() {
    navi_screens_wait=no
    [ "$navi_panes_rest" = no ] || return
    { [ "$navi_listing_holds" = no ] && navi_panes_moved; } || navi_output_moved
}

# navi_turn: compare, look where something changed, send what is new.
navi_turn() {
    navi_recover_events
    if [ "$navi_asked" = yes ] || navi_files_moved; then navi_look_at_files; fi
    ! navi_states_moved || navi_ms_since_screens=$navi_see_every
    navi_see_servers
    if [ "$navi_asked" = yes ] || [ "$navi_ms_since_list" -ge "$navi_list_every" ] || navi_list_is_due || navi_are_panes_new; then
        navi_ms_since_screens=0
        navi_look_at_panes
    elif [ "$navi_states_changed$navi_screens_wait" != nono ]; then
        navi_ms_since_screens=0
        navi_look_at_screens no
        navi_record_agents
        navi_send_panes
        navi_go_on_holding
    fi
    if [ "$navi_asked" = yes ] || navi_background_moved; then navi_look_at_background; fi
    ! navi_has_news || navi_ms_since_news=0
    navi_add_activity
    if navi_has_news || [ "$navi_asked" = yes ] || [ "$navi_ms_since_answer" -ge "$navi_heartbeat" ]; then
        navi_record_clock
        navi_send_answer
    fi
}

navi_begin "$1" "$2" "$3"
navi_describe_agents "$4"
navi_own_folder=
navi_relay=
navi_ticker=
if ! navi_open_watch; then
    [ "$navi_own_folder" = yes ] && rm -rf "$navi_watch_folder"
    printf '%s begin\n%s unwatchable no FIFO can be made in %s\n%s end 0\n' \
        "$navi_token" "$navi_token" "$navi_watch_folder" "$navi_token"
    exit 0
fi
trap navi_close_watch EXIT
trap 'exit 0' HUP INT TERM PIPE
# Nothing reads it while the watch runs, and a full pipe would stop it.
exec 2>/dev/null
navi_open_relay
if navi_reads_with_limit; then navi_limit=yes; else navi_limit=no; fi
navi_tick=
navi_odd_step=no
navi_read_counter
navi_list_after=$navi_list_soon
navi_ask_after=$navi_ask_soon
navi_sent_activity=
navi_unfinished_states=
navi_unfinished_tries=0
navi_states_changed=no
navi_screens_wait=no
navi_sent_files=
navi_file_news=
navi_received=
navi_sent_panes=
navi_processes=
navi_terminals=
navi_asked=yes
while :; do
    navi_choose_pace
    navi_turn
    [ -z "$navi_suspects" ] || navi_look_again
    [ "$navi_hung" = "$navi_newline" ] || navi_probe
    navi_wait
done

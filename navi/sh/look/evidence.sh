# shellcheck shell=sh disable=SC2034,SC2154
# needs: look/agents look/state_files look/screens
# shares: navi_evidence_is_new navi_output navi_shown navi_state_word
# changes: navi_agents navi_roots navi_state_unfinished
# Defines functions that report about agents in panes: which agents run, what they report about themselves, and what
# their panes show.

# The records: agents, states and screens of each pane with an agent; and whether anything of that is new.
navi_evidence=
navi_evidence_is_new=no

# The panes with agents, as lines "PROCESS ID SOCKET". Of each, variables that end in its process keep the agents and
# their helpers, the one that is shown and its name, the processes whose output counts and how much they have put out,
# the state files, the screen, and whether that is to be looked at: "moved" since it was last looked at, or "again",
# because what was put out last may not have been on it.
navi_agent_panes=

# The state files of their agents, as lines "PROCESS PANE PATH", their paths alone, and the folders that hold them.
navi_state_files=
navi_state_paths=
navi_state_folders=

# navi_each_agent PANE FUNCTION: call it for each agent of a pane, with process, parent, start, state and name.
navi_each_agent() {
    eval "navi_agents=\${navi_agents_of_$1-}"
    while [ -n "$navi_agents" ]; do
        navi_agent=${navi_agents%%"$navi_newline"*}
        navi_agents=${navi_agents#*"$navi_newline"}
        navi_agent_name=${navi_agent#* * * * }
        # shellcheck disable=SC2086 # four words
        "$2" ${navi_agent%" $navi_agent_name"} "$navi_agent_name"
    done
}

# ---- what there is

# navi_note_agents: find the agents in all panes of the last listing.
navi_note_agents() {
    [ -n "$navi_programs" ] || return 0
    navi_forget_processes
    navi_roots=$navi_processes
    navi_agent_panes_before=$navi_agent_panes
    navi_agent_panes=
    navi_state_files=
    navi_state_paths_before=$navi_state_paths
    navi_state_paths=
    set -f
    IFS=$navi_newline
    for navi_pane_line in $navi_pane_list; do
        unset IFS
        set +f
        navi_rests_on "${navi_pane_line%% *}" && continue
        navi_find_agents "${navi_pane_line%% *}"
        [ -z "$navi_agents" ] || navi_note_pane "${navi_pane_line%% *}"
    done 2>/dev/null
    unset IFS
    set +f
    [ "$navi_agent_panes" = "$navi_agent_panes_before" ] || navi_forget_panes
    [ "$navi_state_paths" = "$navi_state_paths_before" ] || navi_note_state_folders
}

# navi_note_state_folders: each of them once.
navi_note_state_folders() {
    navi_state_folders=
    set -f
    IFS=$navi_newline
    for navi_noted_path in $navi_state_paths; do
        case $navi_newline$navi_state_folders in
        *"$navi_newline${navi_noted_path%/*}$navi_newline"*) ;;
        *) navi_state_folders=$navi_state_folders${navi_noted_path%/*}$navi_newline ;;
        esac
    done
    unset IFS
    set +f
}

# navi_rests_on PANE: whether its only agent still runs and has rested, by its own report, since before navi last looked
# for processes below it. Then it has started none since, and this slow look is skipped: at most seven times in a row,
# because a program that it left in the background may start an agent.
navi_rests_on() {
    eval "navi_rests=\${navi_rests_$1-0}; navi_shown=\${navi_shown_of_$1-}"
    case $navi_rests in [1-7]) ;; *) return 1 ;; esac
    read -r navi_stat_process navi_stat_name navi_stat_state navi_stat_rest <"$navi_proc/$navi_shown/stat" || return
    eval "navi_agents=\$navi_agents_of_$1; navi_rests_$1=\$((navi_rests + 1))"
    navi_rest_started=${navi_agents#* * }
    case $navi_stat_name,$navi_stat_state,$navi_stat_rest in
    *'),'[!TtZX]','*" ${navi_rest_started%% *} "*) navi_keep_pane "$1" ;;
    *) return 1 ;;
    esac
}

# navi_begin_rest PANE: after a look below its agents, whether it rests until its agent reports something else.
navi_begin_rest() {
    eval "navi_shown=\$navi_shown_of_$1; navi_rests_$1=0"
    [ "$navi_shown,${navi_agents%%"$navi_newline"*}$navi_newline$navi_helpers" = "${navi_agents%% *},$navi_agents" ] || return 0
    eval "[ \"\${navi_state_word_$navi_shown-}\" != idle ] || navi_rests_$1=1"
}

# navi_keep_pane PANE: it has agents, as at the last look.
navi_keep_pane() {
    navi_agent_panes=$navi_agent_panes$navi_pane_line$navi_newline
    eval "navi_state_files=\$navi_state_files\$navi_states_of_$1; navi_state_paths=\$navi_state_paths\$navi_paths_of_$1"
}

# navi_note_pane PANE: keep what was found; if it is not as it was, the screen is to be looked at.
navi_note_pane() {
    eval "navi_agents_before=\${navi_agents_of_$1-}; navi_helpers_before=\${navi_helpers_of_$1-}"
    [ "$navi_agents$navi_helpers" = "$navi_agents_before$navi_helpers_before" ] || navi_renew_pane "$1"
    navi_begin_rest "$1"
    navi_keep_pane "$1"
}

navi_renew_pane() {
    eval "navi_agents_of_$1=\$navi_agents; navi_helpers_of_$1=\$navi_helpers; navi_screen_of_$1=; navi_due_$1=moved"
    navi_evidence_is_new=yes
    navi_forget_agents "$1" "$navi_agents_before"
    navi_shown=
    navi_shown_name=
    navi_outputs=$1
    navi_states=
    navi_paths=
    navi_renewed_pane=$1
    navi_each_agent "$1" navi_note_agent_in_pane
    eval "navi_shown_of_$1=\$navi_shown; navi_name_of_$1=\$navi_shown_name; navi_outputs_of_$1=\$navi_outputs"
    eval "navi_states_of_$1=\$navi_states; navi_paths_of_$1=\$navi_paths; navi_output_$1="
}

# navi_note_agent_in_pane PROCESS PARENT STARTED STATE NAME: where it reports its state, which is read at once. A pane
# shows its first agent that is neither suspended nor in the tool of another; if that has rules, its name is kept.
navi_note_agent_in_pane() {
    navi_find_state_file "$1" "$3" "$5"
    if [ -n "$navi_state_path" ]; then
        navi_states="$navi_states$1 $navi_renewed_pane $navi_state_path$navi_newline"
        navi_paths=$navi_paths$navi_state_path$navi_newline
        navi_read_state "$1" || :
    fi
    [ "$2,$4,$navi_shown" = 0,runs, ] || return 0
    navi_shown=$1
    [ "$1" = "$navi_renewed_pane" ] || navi_outputs="$navi_outputs $1"
    for navi_helper in $navi_helpers; do
        case $navi_helper in "$1:"*) navi_outputs="$navi_outputs ${navi_helper#*:}" ;; esac
    done
    case $navi_screen_kinds in *"$navi_newline$5$navi_newline"*) navi_shown_name=$5 ;; esac
}

# navi_forget_agents PANE LINES: what was read of those agents of LINES that are not there any more.
navi_forget_agents() {
    eval "navi_agents_now=\$navi_newline\${navi_agents_of_$1-}"
    navi_agents_gone=$2
    while [ -n "$navi_agents_gone" ]; do
        navi_agent_gone=${navi_agents_gone%% *}
        navi_agents_gone=${navi_agents_gone#*"$navi_newline"}
        case $navi_agents_now in *"$navi_newline$navi_agent_gone "*) ;; *) navi_forget_state "$navi_agent_gone" ;; esac
    done
}

# navi_forget_panes: those that have no agent any more.
navi_forget_panes() {
    navi_evidence_is_new=yes
    set -f
    IFS=$navi_newline
    for navi_pane_line in $navi_agent_panes_before; do
        unset IFS
        case $navi_newline$navi_agent_panes in
        *"$navi_newline${navi_pane_line%% *} "*) ;;
        *) navi_forget_pane "${navi_pane_line%% *}" ;;
        esac
    done
    unset IFS
    set +f
}

navi_forget_pane() {
    eval "navi_agents_before=\${navi_agents_of_$1-}"
    unset "navi_agents_of_$1" "navi_helpers_of_$1" "navi_shown_of_$1" "navi_name_of_$1" "navi_outputs_of_$1" \
        "navi_states_of_$1" "navi_paths_of_$1" "navi_screen_of_$1" "navi_output_$1" "navi_due_$1" "navi_rests_$1"
    navi_forget_agents "$1" "$navi_agents_before"
}

# ---- screens

# navi_look_at_screens LISTED: judge the screens that are to be looked at; after a listing ("yes"), these are also those
# whose output can't be counted.
navi_look_at_screens() {
    navi_screens_due=
    set -f
    IFS=$navi_newline
    for navi_pane_line in $navi_agent_panes; do
        unset IFS
        navi_add_due "${navi_pane_line%% *}" "$1"
    done 2>/dev/null
    unset IFS
    set +f
    [ -z "$navi_screens_due" ] || navi_capture "$navi_screens_due"
}

# navi_add_due PANE LISTED: note the pane of navi_pane_line if it is to be looked at. What it has put out is counted
# before. Where nothing is to be seen, or the agent reports that it works, what it showed before is forgotten.
navi_add_due() {
    eval "navi_due_now=\$navi_due_$1; navi_shown=\$navi_shown_of_$1; navi_shown_name=\$navi_name_of_$1"
    navi_state_word=
    [ -z "$navi_shown" ] || eval "navi_state_word=\${navi_state_word_$navi_shown-}"
    if [ -z "$navi_shown_name" ] || [ "$navi_state_word" = working ]; then
        navi_set_screen "$1" ''
        [ -z "$navi_shown_name" ] || eval "navi_due_$1=moved"
        return
    fi
    eval "navi_output=\$navi_output_$1"
    case $2,$navi_output in yes,*unknown*) eval "navi_due_now=moved; navi_due_$1=moved" ;; esac
    [ -n "$navi_due_now" ] || return 0
    navi_output_then=$navi_output
    eval "navi_count_output \$navi_outputs_of_$1"
    # tmux may not have seen by now what has just been put out.
    [ "$navi_output" = "$navi_output_then" ] || eval "navi_due_$1=moved"
    eval "navi_output_$1=\$navi_output"
    navi_screens_due=$navi_screens_due$navi_pane_line'	'$navi_shown_name$navi_newline
}

# navi_note_screen PANE RULE TEXT: what a pane shows. While it works, the text may count the seconds, which is no news.
navi_note_screen() {
    eval "navi_due_now=\$navi_due_$1; navi_screen=\$navi_screen_of_$1"
    case $navi_due_now in moved) eval "navi_due_$1=again" ;; *) eval "navi_due_$1=" ;; esac
    case $2,$navi_screen in "working "*,"$2$navi_newline"*) return ;; esac
    navi_set_screen "$1" "$2$navi_newline${3:+$3$navi_newline}"
}

navi_set_screen() {
    eval "navi_screen=\$navi_screen_of_$1"
    [ "$2" != "$navi_screen" ] || return 0
    eval "navi_screen_of_$1=\$2"
    navi_evidence_is_new=yes
}

# navi_count_output PROCESS...: set navi_output to how much each has written, as words, "unknown" where it can't be
# read. Programs with threads write eight bytes to wake one of them, even at rest: such a write does not count.
navi_count_output() {
    navi_output=
    for navi_output_process; do
        navi_writes=
        {
            read -r navi_output_word && read -r navi_output_word navi_written &&
                read -r navi_output_word && read -r navi_output_word navi_writes
        } <"$navi_proc/$navi_output_process/io"
        if [ -n "$navi_writes" ]; then
            navi_output="$navi_output $((navi_written - 8 * navi_writes))"
        else
            navi_output="$navi_output unknown"
        fi
    done
}

# ---- records

# navi_record_agents: the records, in navi_evidence, if they are not as they were.
navi_record_agents() {
    [ "$navi_evidence_is_new" = yes ] || return 0
    navi_evidence_is_new=no
    navi_evidence=
    set -f
    IFS=$navi_newline
    for navi_pane_line in $navi_agent_panes; do
        unset IFS
        set +f
        navi_record_agents_of "${navi_pane_line%% *}"
    done
    unset IFS
    set +f
}

navi_record_agents_of() {
    navi_evidence_pane=$1
    navi_evidence_states=
    navi_each_agent "$1" navi_record_agent
    eval "navi_screen=\$navi_screen_of_$1"
    navi_evidence=$navi_evidence$navi_evidence_states${navi_screen:+"$navi_token screen $1 $navi_screen"}
}

navi_record_agent() {
    navi_evidence="$navi_evidence$navi_token agent $navi_evidence_pane $1 $2 $3 $4 $5$navi_newline"
    eval "navi_state_text=\${navi_state_text_$1-}"
    [ -z "$navi_state_text" ] ||
        navi_evidence_states="$navi_evidence_states$navi_token state $1$navi_newline$navi_state_text$navi_newline"
}

# navi_see_agents: all of it, for a single look. A file that is not whole is read once more.
navi_see_agents() {
    navi_note_agents
    if [ "$navi_state_unfinished" = yes ]; then
        sleep 0.1
        navi_read_states_again
    fi
    navi_look_at_screens yes
    navi_record_agents
}

navi_read_states_again() {
    set -f
    IFS=$navi_newline
    for navi_state_line in $navi_state_files; do
        unset IFS
        navi_read_state "${navi_state_line%% *}" || :
    done
    unset IFS
    set +f
    navi_state_unfinished=no
}

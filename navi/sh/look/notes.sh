# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: look/evidence look/conversation look/noted.awk lib/note lib/process lib/variable_names
# changes: navi_identified_line
# Defines functions that note what restoring a session needs while the session lives. The note is a file beside the
# status files, for each session that has an agent or was made by navi. So navi knows what a reboot or the end of a tmux
# server has ended, and can bring it back. The file is called session.SERVER.NUMBER, or left.… if its agent has ended
# and the session goes on, or ended.… if the session has ended while its server went on. lib/note.sh describes its
# lines.

# What was last compared, and what was last noted, as lines of noted.awk.
navi_noted_of=
navi_noted=

# The records of the sessions that were lost.
navi_lost_sessions=

# navi_find_conversations: a line "PANE AGENT STARTED KIND ID" for each agent that is in no tool of another, in
# navi_agents_with_ids. The one that its pane shows comes first.
navi_find_conversations() {
    navi_agents_with_ids=
    set -f
    IFS=$navi_newline
    for navi_identified_line in $navi_agent_panes; do
        unset IFS
        set +f
        navi_identified_pane=${navi_identified_line%% *}
        eval "navi_first_agent=\${navi_shown_of_$navi_identified_pane-}"
        navi_each_agent "$navi_identified_pane" navi_identify_conversation
        set -f
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_identify_conversation PROCESS PARENT STARTED STATE NAME
navi_identify_conversation() {
    [ "$2" = 0 ] || return 0
    navi_find_conversation "$1" "$3" "$5"
    navi_identified="$navi_identified_pane $1 $3 $5 $navi_conversation$navi_newline"
    if [ "$1" = "$navi_first_agent" ]; then
        navi_agents_with_ids=$navi_identified$navi_agents_with_ids
    else
        navi_agents_with_ids=$navi_agents_with_ids$navi_identified
    fi
}

# navi_note_sessions: note what the last listing shows. Where there is no folder of status files, nothing is kept.
navi_note_sessions() {
    [ -d "$navi_dir" ] || return 0
    navi_find_conversations
    navi_name_notes
    [ "$navi_noted_of" != "$navi_panes$navi_agents_with_ids$navi_named_notes" ] || return 0
    navi_list_notes
    navi_noted_before=$navi_noted
    navi_noted=$(printf '%s%s agents\n%s%s noted\n%s' "$navi_panes" "$navi_token" "$navi_agents_with_ids" "$navi_token" "$navi_notes" |
        navi_note_mark=$navi_token awk "$navi_noted_awk")
    navi_each_noted_line
    navi_name_notes
    navi_noted_of=$navi_panes$navi_agents_with_ids$navi_named_notes
    navi_find_lost_sessions
} 2>/dev/null

# navi_name_notes: all notes of this machine in navi_named_notes: a restore removes one when all else has been seen.
navi_name_notes() {
    set -- "$navi_state/at/$navi_place_host@"*/session.*.* "$navi_here"/left.*.* "$navi_here"/ended.*.*
    navi_named_notes=$*
}

# navi_list_notes: the files of notes of this start of the machine, a line each, in navi_notes.
navi_list_notes() {
    navi_notes=
    for navi_note in "$navi_here"/session.*.* "$navi_here"/left.*.*; do
        [ ! -f "$navi_note" ] || navi_notes=$navi_notes${navi_note##*/}$navi_newline
    done
}

# navi_each_noted_line: do what each line of navi_noted says that was not there before.
navi_each_noted_line() {
    set -f
    IFS=$navi_newline
    for navi_noted_line in $navi_noted; do
        case $navi_newline$navi_noted_before$navi_newline in *"$navi_newline$navi_noted_line$navi_newline"*) continue ;; esac
        unset IFS
        set +f
        navi_take_note
        set -f
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

navi_take_note() {
    navi_split_noted "$navi_noted_line"
    navi_note=$navi_here/session.$navi_noted_key
    case $navi_noted_word in
    note) navi_write_note ;;
    left) mv "$navi_note" "$navi_here/left.$navi_noted_key" ;;
    gone) navi_note_end ;;
    esac
}

# navi_split_noted LINE: its word, its key "SERVER.NUMBER" and the rest, in navi_noted_…. The shell reads a tab as a
# blank, so empty fields would be lost.
navi_split_noted() {
    navi_noted_word=${1%%	*}
    navi_noted_rest=${1#*	}
    navi_noted_server=${navi_noted_rest%%	*}
    navi_noted_rest=${navi_noted_rest#*	}
    navi_noted_session=${navi_noted_rest%%	*}
    navi_noted_rest=${navi_noted_rest#*	}
    navi_noted_key=$navi_noted_server.${navi_noted_session#?}
    case $navi_noted_key in *[!0-9.]* | .* | *.) navi_noted_word= ;; esac
}

# navi_next_field: the next field of the line, in navi_field.
navi_next_field() {
    navi_field=${navi_noted_rest%%	*}
    navi_noted_rest=${navi_noted_rest#*	}
}

# navi_write_note: write what noted.awk found, and what only tmux and the agent's process know. A conversation that was
# known of the same process stays known.
navi_write_note() {
    navi_read_note "$navi_here/session.$navi_noted_key"
    navi_noted_process_before="$navi_note_process $navi_note_started $navi_note_agent"
    navi_conversation_before=$navi_note_conversation
    navi_clear_note
    navi_next_field && navi_note_created=$navi_field
    navi_next_field && navi_note_pane=$navi_field
    navi_next_field && navi_note_process=$navi_field
    navi_next_field && navi_note_started=$navi_field
    navi_next_field && navi_note_agent=$navi_field
    navi_next_field && navi_note_conversation=$navi_field
    [ -n "$navi_note_conversation" ] || [ "$navi_noted_process_before" != "$navi_note_process $navi_note_started $navi_note_agent" ] ||
        navi_note_conversation=$navi_conversation_before
    navi_next_field && navi_noted_own=$navi_field
    navi_next_field && navi_note_socket=$navi_field
    navi_next_field && navi_note_name=$navi_field
    navi_note_directory=$navi_noted_rest
    navi_note_server=$navi_noted_server
    navi_note_session=$navi_noted_session
    navi_note_time=$navi_now
    [ "$navi_noted_own" != 1 ] || navi_ask_line
    [ -z "$navi_note_process" ] || navi_read_process_words
    navi_make_here
    navi_save_note "$navi_here/session.$navi_noted_key" && rm -f "$navi_here/left.$navi_noted_key"
}

# navi_ask_line: what a session of navi's own runs.
navi_ask_line() {
    navi_ask_line=$(navi_tmux "$navi_note_socket" display-message -p -t "$navi_note_session:" "#{@navi_type}$navi_newline#{@navi_line}" </dev/null)
    navi_note_type=${navi_ask_line%%"$navi_newline"*}
    case $navi_ask_line in *"$navi_newline"*) navi_note_line=${navi_ask_line#*"$navi_newline"} ;; esac
}

# navi_read_process_words: the options that the agent will get again, and the names of its variables.
navi_read_process_words() {
    navi_find_variable_names "$navi_proc/$navi_note_process/environ"
    navi_note_environment=$navi_variable_names
    navi_note_options=
    navi_wanted_option=
    set -f
    IFS=$navi_newline
    for navi_option_word in $(tr '\000\n' '\n ' <"$navi_proc/$navi_note_process/cmdline"); do navi_sort_option; done
    unset IFS
    set +f
}

# navi_sort_option: keep navi_option_word if it is such an option, or the value of the one before.
navi_sort_option() {
    if [ -n "$navi_wanted_option" ]; then
        case $navi_option_word in -* | *[!A-Za-z0-9_./+@:,=~-]*) ;; *) navi_note_options="$navi_note_options $navi_wanted_option $navi_option_word" ;; esac
        navi_wanted_option=
        return
    fi
    case $navi_newline$navi_rules in
    *"${navi_newline}keep	$navi_note_agent	$navi_option_word$navi_newline"*) navi_note_options="$navi_note_options $navi_option_word" ;;
    *"${navi_newline}keep	$navi_note_agent	$navi_option_word=$navi_newline"*) navi_wanted_option=$navi_option_word ;;
    *"${navi_newline}keep	$navi_note_agent	${navi_option_word%%=*}=$navi_newline"*)
        case $navi_option_word in *[!A-Za-z0-9_./+@:,=~-]*) ;; *) navi_note_options="$navi_note_options $navi_option_word" ;; esac
        ;;
    esac
}

# navi_note_end: a session is not listed. It has ended if its server has answered; if its server has ended, it was lost,
# and its note says so by its name alone.
navi_note_end() {
    case $navi_answered in
    *" $navi_noted_server "*)
        for navi_note in "$navi_here/session.$navi_noted_key" "$navi_here/left.$navi_noted_key"; do
            [ ! -f "$navi_note" ] || mv "$navi_note" "$navi_here/ended.$navi_noted_key"
        done
        ;;
    esac
}

# navi_find_lost_sessions: those whose servers have ended, and those of earlier starts of this machine, in
# navi_lost_sessions. Notes that are older than 30 days go.
navi_find_lost_sessions() {
    navi_lost_sessions=
    for navi_note in "$navi_here"/session.*.* "$navi_here"/left.*.* "$navi_here"/ended.*.*; do
        navi_note_is_lost || continue
        navi_record_lost_session "$navi_place_key"
    done
    for navi_earlier_place in "$navi_state/at/$navi_place_host@"*; do
        navi_is_earlier "${navi_earlier_place##*/at/}" || continue
        for navi_note in "$navi_earlier_place"/session.*.*; do
            [ ! -f "$navi_note" ] || navi_record_lost_session "${navi_earlier_place##*/at/}"
        done
    done
}

# navi_note_is_lost: whether navi_note is of a session that was lost with its server, which has ended.
navi_note_is_lost() {
    [ -f "$navi_note" ] || return
    case ${navi_note##*/} in
    session.*) ;;
    *)
        navi_drop_old_note
        return 1
        ;;
    esac
    navi_noted_server=${navi_note##*/session.}
    navi_noted_server=${navi_noted_server%%.*}
    case $navi_answered in *" $navi_noted_server "*) return 1 ;; esac
    ! navi_serves "$navi_noted_server"
}

# navi_record_lost_session PLACE: the record of navi_note.
navi_record_lost_session() {
    ! navi_drop_old_note || return 0
    navi_read_text "$navi_note" 16384 || return 0
    navi_lost_sessions="$navi_lost_sessions$navi_token lostsession $1/${navi_note##*/}$navi_newline$navi_state_text$navi_newline"
}

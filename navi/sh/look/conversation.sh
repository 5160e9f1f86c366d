# shellcheck shell=sh disable=SC2034,SC2086,SC2125,SC2154,SC2231,SC3013
# needs: look/agents look/process_start look/state_files look/newest_conversation.awk look/hooked_conversation.awk
# needs: look/started_at.awk
# shares: navi_identified_line
# changes: navi_threads
# Defines functions that find the conversation of an agent in a pane, by the agent's own id: in its state file, in files
# that name its process, in the status files of hooks, in the newest file of its folder if no other agent of its kind
# runs there, and in the arguments that it was started with. A conversation that none of them names is unknown.

# For each agent, a variable whose name ends in its process keeps "STARTED VERSION ID": VERSION changes when there may
# be something new that takes a program to read.

# navi_find_conversation PROCESS STARTED NAME: the id in navi_conversation, "" if it is not known.
navi_find_conversation() {
    navi_conversation=
    eval "navi_state_text=\${navi_state_text_$1-}"
    # 0: this system does not report when a process was started.
    case $2,$navi_state_text in 0,?* | *"\"procStart\":\"$2\""* | *"\"procStart\":$2,"*)
        navi_find_state_field sessionId
        navi_conversation=$navi_state_field
        ;;
    esac
    [ -n "$navi_conversation" ] || navi_find_in_files "$@"
    case $navi_conversation in [!A-Za-z0-9]* | *[!A-Za-z0-9_-]*) navi_conversation= ;; esac
    [ ${#navi_conversation} -le 100 ] || navi_conversation=
}

# navi_find_in_files PROCESS STARTED NAME: the same from other files than its state file.
navi_find_in_files() {
    navi_transcript=
    ! navi_find_described "transcript	$3	" || navi_transcript=$navi_described
    navi_list_transcripts "$1"
    navi_files_version=$navi_sums$navi_transcript_version
    eval "navi_known_conversation=\${navi_conversation_of_$1-}; navi_known_version=\${navi_conversation_version_$1-}"
    if [ "${navi_known_conversation%% *}" = "$2" ] && [ "$navi_known_version" = "$navi_files_version" ]; then
        navi_conversation=${navi_known_conversation#* }
        return
    fi
    navi_read_files "$@"
    [ -n "$navi_conversation" ] || [ "${navi_known_conversation%% *}" != "$2" ] ||
        navi_conversation=${navi_known_conversation#* }
    eval "navi_conversation_of_$1=\$2' '\$navi_conversation; navi_conversation_version_$1=\$navi_files_version"
}

navi_read_files() {
    case $navi_transcript in *'{pid}'*) navi_find_held "$1" "$2" ;; esac
    [ -n "$navi_conversation" ] || navi_find_hooked "$3"
    case $navi_transcript in '' | *'{pid}'*) ;; *) [ -n "$navi_conversation" ] || navi_find_newest "$@" ;; esac
    [ -n "$navi_conversation" ] || navi_find_in_arguments "$1" "$3"
}

# ---- files of the agent

# navi_list_transcripts PROCESS: set navi_transcript_version to the number of files that navi_transcript describes and
# the last of them, and navi_transcript_before and navi_transcript_after to what surrounds the id in their names.
navi_list_transcripts() {
    navi_transcript_version=
    [ -n "$navi_transcript" ] || return 0
    navi_transcript_mark=${navi_transcript#*	*	*	}
    navi_transcript_files=${navi_transcript%"	$navi_transcript_mark"}
    navi_place_state_file "$1" "$navi_transcript_files"
    navi_transcript_files=${navi_transcript_files#*	*	}
    navi_transcript_before=${navi_transcript_files%%'{session_id}'*}
    navi_transcript_after=${navi_transcript_files#*'{session_id}'}
    # The names of the newest come last.
    navi_transcript_glob=${navi_transcript_after%%'{pid}'*}*
    case $navi_transcript_after in *'{pid}'*) ;; *) navi_transcript_glob=$navi_transcript_after ;; esac
    set -- "$navi_state_folder/"$navi_transcript_before*$navi_transcript_glob
    eval "navi_transcript_version=\$#:\${$#}"
}

# navi_find_held PROCESS STARTED: of the files that name the process, or the program that it started below itself, the
# newest counts. The process is in a file's name, or in a line that has the mark; then an earlier process had it if the
# file says so.
navi_find_held() {
    navi_held_file=
    navi_held_since=0
    ! navi_find_start "$2" || navi_held_since=$navi_wanted_since
    case $navi_transcript_after in
    *'{pid}'*) ;;
    *)
        navi_find_marked "$1"
        return
        ;;
    esac
    eval "navi_helpers_now=\${navi_helpers_of_${navi_identified_line%% *}-}"
    navi_find_held_by "$1"
    for navi_held_helper in $navi_helpers_now; do
        case $navi_held_helper in "$1:"*) navi_find_held_by "${navi_held_helper#*:}" ;; esac
    done
}

navi_find_held_by() {
    navi_held_after=${navi_transcript_after%%'{pid}'*}$1${navi_transcript_after#*'{pid}'}
    for navi_transcript_file in "$navi_state_folder/"$navi_transcript_before*"$navi_held_after"; do navi_note_held; done
}

# navi_find_marked PROCESS: find it by the mark. Where no file is of the process itself, its child or grandchild has the
# conversation; what runs in its tools is further down.
navi_find_marked() {
    navi_held_after=$navi_transcript_after
    navi_marked_level=$1
    for navi_marked_depth in 1 2 3; do
        navi_marked_below=
        for navi_marked_process in $navi_marked_level; do
            navi_find_marked_by "$navi_marked_process"
            navi_threads=2
            navi_find_below "$navi_marked_process" 2>/dev/null
            navi_marked_below="$navi_marked_below $navi_children_found"
        done
        [ -z "$navi_held_file" ] || break
        navi_marked_level=$navi_marked_below
    done
}

navi_find_marked_by() {
    set -- "${navi_transcript_mark%%'{pid}'*}$1${navi_transcript_mark#*'{pid}'}"
    navi_marked_files=$(grep -lsF -e "$1" -- "$navi_state_folder/"$navi_transcript_before*"$navi_held_after")
    set -f
    IFS=$navi_newline
    for navi_transcript_file in $navi_marked_files; do ! navi_is_of_now || navi_note_held; done
    unset IFS
    set +f
}

# navi_is_of_now: whether the process that the file names began no later than it says, if it does.
navi_is_of_now() {
    navi_marked_since=$(awk "$navi_started_at_awk" "$navi_transcript_file" 2>/dev/null)
    [ -z "$navi_marked_since" ] || [ $((navi_marked_since + 2)) -ge "$navi_held_since" ]
}

navi_note_held() {
    [ -f "$navi_transcript_file" ] || return 0
    [ -z "$navi_held_file" ] || [ "$navi_transcript_file" -nt "$navi_held_file" ] || return 0
    navi_held_file=$navi_transcript_file
    navi_conversation=${navi_held_file%"$navi_held_after"}
    navi_conversation=${navi_conversation##*/}
    navi_conversation=${navi_conversation#"${navi_transcript_before##*/}"}
}

# navi_find_newest PROCESS STARTED NAME: the newest file of the agent's folder since its start, unless another agent of
# its kind runs there, too.
navi_find_newest() {
    navi_is_alone_there "$1" "$3" || return 0
    navi_find_start "$2" || return 0
    navi_wanted_folder=$(readlink "$navi_proc/$1/cwd" | sed 's/[\\"]/\\&/g')
    navi_wanted_before=${navi_transcript_before##*/}
    set -- "$navi_state_folder/"$navi_transcript_before*$navi_transcript_after
    if [ $# -gt 40 ]; then
        # Folders have names that tell no time, but what is in use was written last.
        IFS=$navi_newline
        set -f
        # shellcheck disable=SC2012,SC2046 # their agents make these names, a line each
        set -- $(ls -t -- "$@" 2>/dev/null | head -n 40)
        set +f
        unset IFS
    fi
    navi_conversation=$(
        export navi_wanted_folder navi_wanted_since navi_wanted_before
        navi_wanted_mark=$navi_transcript_mark navi_wanted_after=$navi_transcript_after awk "$navi_newest_conversation_awk" "$@"
    )
}

# navi_is_alone_there PROCESS NAME: whether no other agent of that name that is in a pane works in the same folder.
navi_is_alone_there() {
    navi_lone_agent=$1
    navi_lone_name=$2
    navi_other_agents=
    for navi_other_pane in $navi_pane_list; do
        eval "navi_other_agents=\$navi_other_agents\${navi_agents_of_${navi_other_pane%%[!0-9]*}-}"
    done
    set -f
    IFS=$navi_newline
    for navi_other_agent in $navi_other_agents; do
        case $navi_other_agent in
        "$navi_lone_agent "*) ;;
        *" $navi_lone_name") [ ! "$navi_proc/${navi_other_agent%% *}/cwd" -ef "$navi_proc/$navi_lone_agent/cwd" ] || navi_lone_agent= ;;
        esac
    done
    unset IFS
    set +f
    [ -n "$navi_lone_agent" ]
} 2>/dev/null

# ---- what hooks and arguments say

# navi_find_hooked NAME: what a status file says of the agent of that name in the pane of navi_identified_line.
navi_find_hooked() {
    [ -n "$navi_sums" ] || return 0
    navi_hooked_pane=${navi_identified_line#* }
    navi_hooked_socket=${navi_hooked_pane#* }
    navi_hooked_server=${navi_known_servers%%" $navi_hooked_socket$navi_newline"*}
    [ "$navi_hooked_server" != "$navi_known_servers" ] || return 0
    navi_hooked_server=${navi_hooked_server##*"$navi_newline"}
    navi_wanted_place="\"server\":$navi_hooked_server,\"pane\":\"${navi_hooked_pane%% *}\""
    navi_conversation=$(
        cd "$navi_dir" || exit
        grep -hsF -- "$navi_wanted_place" ./*.json |
            navi_wanted_place=$navi_wanted_place navi_wanted_agent=$1 awk "$navi_hooked_conversation_awk"
    )
}

# navi_find_in_arguments PROCESS NAME: the conversation that the agent was asked to resume. An agent may hide its own
# arguments; then the line of the shell that started it has them, where that was navi (session/first_process.sh).
navi_find_in_arguments() {
    navi_find_described "resume	$2	" || return 0
    navi_resume_words=$navi_described
    navi_read_arguments "$1" 2>/dev/null
    navi_find_in_words
    [ -n "$navi_conversation" ] || navi_find_in_line "$1" 2>/dev/null
}

# navi_find_in_line PROCESS: what the line of the shell above it has.
navi_find_in_line() {
    case $navi_described in *' {session_id}') ;; *) return 0 ;; esac
    IFS= read -r navi_above_stat <"$navi_proc/$1/stat" || return 0
    navi_above_stat=${navi_above_stat##*') '}
    navi_above_stat=${navi_above_stat#* }
    navi_above_line=$(tr '\000' '\n' <"$navi_proc/${navi_above_stat%% *}/cmdline")
    navi_resume_words=" ${navi_described%' {session_id}'} "
    case $navi_above_line in
    *NAVI_MARK*"$navi_resume_words"*)
        navi_conversation=${navi_above_line##*"$navi_resume_words"}
        navi_conversation=${navi_conversation#\'}
        navi_conversation=${navi_conversation%%[!A-Za-z0-9_-]*}
        ;;
    esac
}

# navi_find_in_words: what navi_arguments have.
navi_find_in_words() {
    case $navi_resume_words in
    *' {session_id}')
        navi_resume_words=$navi_newline${navi_resume_words%' {session_id}'}$navi_newline
        ;;
    *) navi_resume_words=$navi_newline${navi_resume_words%'{session_id}'} ;;
    esac
    case $navi_newline$navi_arguments in
    *"$navi_resume_words"*)
        navi_conversation=${navi_arguments#*"$navi_resume_words"}
        navi_conversation=${navi_conversation%%"$navi_newline"*}
        ;;
    esac
}

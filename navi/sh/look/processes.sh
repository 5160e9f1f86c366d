# shellcheck shell=sh disable=SC2034,SC2154
# needs: lib/tmux look/descendants.awk
# shares: navi_roots navi_threads
# Defines functions that find what the system knows about a process, and which processes are below it. Where /proc shows
# everything, they start no program.

# Tests look elsewhere.
navi_proc=/proc

navi_roots=
navi_no_list=yes
navi_listed_processes=

# navi_read_process PROCESS: its name, state, start and number of threads, in navi_program_comm, navi_process_state,
# navi_process_started and navi_threads; navi_program_mark changes when it runs another program. Fails if it is gone.
navi_read_process() {
    navi_listed_arguments=
    [ "$navi_has_files" = yes ] || { navi_read_listed "$1" && return || return; }
    navi_program_comm=
    navi_stack=
    # 28 fields of stat(5). The place of its stack in its memory changes with each exec.
    read -r navi_unused navi_program_comm navi_process_state navi_unused navi_unused navi_unused navi_unused navi_unused navi_unused \
        navi_unused navi_unused navi_unused navi_unused navi_unused navi_unused navi_unused navi_unused navi_unused navi_unused navi_threads \
        navi_unused navi_process_started navi_unused navi_unused navi_unused navi_unused navi_unused navi_stack navi_unused <"$navi_proc/$1/stat"
    case $navi_program_comm,$navi_stack in
    '('*'),'[0-9]*)
        navi_program_comm=${navi_program_comm#'('}
        navi_program_comm=${navi_program_comm%')'}
        navi_program_mark="$navi_process_started $navi_stack $navi_program_comm"
        ;;
    *) navi_read_odd_name "$1" ;;
    esac
}

# navi_read_odd_name PROCESS: the same of one whose name has blanks or line ends.
navi_read_odd_name() {
    navi_agent_stat=
    while IFS= read -r navi_stat_line; do navi_agent_stat=$navi_agent_stat$navi_stat_line; done <"$navi_proc/$1/stat"
    navi_program_comm=${navi_agent_stat#*" ("}
    navi_program_comm=${navi_program_comm%") "*}
    set -f
    # shellcheck disable=SC2086 # one word a field
    set -- ${navi_agent_stat##*") "}
    set +f
    [ $# -ge 20 ] || return
    navi_process_state=$1
    navi_threads=${18}
    navi_process_started=${20}
    navi_program_mark="$navi_process_started ${26-} $navi_program_comm"
}

# navi_is_still PROCESS STARTED: whether it runs and is still that process: numbers are reused, so an unknown start (0)
# proves nothing. A zombie has ended.
navi_is_still() {
    [ "${2:-0}" != 0 ] && navi_read_process "$1" 2>/dev/null && [ "$navi_process_started" = "$2" ] || return
    case $navi_process_state in [ZX]*) return 1 ;; esac
}

# navi_is_probably_still PROCESS STARTED: the same, but where the system does not report when it started, being alive is
# enough.
navi_is_probably_still() {
    kill -0 "$1" 2>/dev/null || return
    [ -n "$navi_has_files" ] || navi_find_files
    [ "$navi_has_files" = no ] || navi_is_still "$1" "$2"
}

# navi_list_processes PROCESS: the processes below those of navi_roots, or else below PROCESS, as ps knows them, for
# systems that do not tell which are below one: in navi_listed_N, as "CHILDREN STATE ARGUMENTS".
navi_list_processes() {
    [ -n "$navi_no_list" ] || return 0
    navi_no_list=
    navi_process_lines=$(ps -A -ww -o pid= -o ppid= -o stat= -o args= 2>/dev/null |
        LC_ALL=C navi_roots="${navi_roots:-$1}" awk "$navi_descendants_awk")
    set -f
    IFS=$navi_newline
    for navi_process_line in $navi_process_lines; do
        navi_listed_process=${navi_process_line%% *}
        eval "navi_listed_$navi_listed_process=\${navi_process_line#* }"
        navi_listed_processes="$navi_listed_processes $navi_listed_process"
    done
    unset IFS
    set +f
}

# navi_forget_list: ask ps anew for the next one.
navi_forget_list() {
    navi_no_list=yes
    for navi_listed_process in $navi_listed_processes; do unset "navi_listed_$navi_listed_process"; done
    navi_listed_processes=
}

# navi_read_listed PROCESS: the same from the list of processes, which does not tell when one was started.
navi_read_listed() {
    navi_list_processes "$1"
    navi_program_comm=
    navi_process_started=0
    navi_threads=1
    eval "navi_listed_arguments=\${navi_listed_$1-}"
    [ -n "$navi_listed_arguments" ] || return
    navi_listed_arguments=${navi_listed_arguments#* }
    navi_process_state=${navi_listed_arguments%% *}
    navi_listed_arguments=${navi_listed_arguments#* }
    navi_program_mark="0 $navi_listed_arguments"
}

# navi_find_files: whether the system shows processes, and those below them, in files.
navi_find_files() {
    navi_has_files=no
    [ ! -r "$navi_proc/$$/task/$$/children" ] || navi_has_files=yes
}
navi_has_files=

# navi_find_below PROCESS: the processes below it, in navi_children_found. Each thread of a process can have some.
navi_find_below() {
    navi_children_found=
    if [ "$navi_has_files" = no ]; then
        navi_list_processes "$1"
        eval "navi_children_found=\${navi_listed_$1-}"
        navi_children_found=${navi_children_found%% *}
        IFS=,
        # shellcheck disable=SC2086 # one word a process
        set -- $navi_children_found
        unset IFS
        navi_children_found="$*"
        [ "$navi_children_found" != - ] || navi_children_found=
    elif [ "$navi_threads" = 1 ]; then
        read -r navi_children_found <"$navi_proc/$1/task/$1/children"
    else
        for navi_thread in "$navi_proc/$1/task"/*/children; do
            navi_children_of_thread=
            read -r navi_children_of_thread <"$navi_thread"
            navi_children_found="$navi_children_found $navi_children_of_thread"
        done
    fi
}

# shellcheck shell=sh disable=SC2034,SC2154,SC3045
# needs: lib/shells lib/tmux look/processes
# shares: navi_agents navi_rules
# Defines functions that find the agents in a pane: processes below the pane's own one whose programs have the names of
# agents. Where /proc shows everything, finding a process that is known already starts no program.

# ---- what agents are

# navi_describe_agents TEXT: the description of agents (ops/look/agents.py).
navi_describe_agents() {
    navi_rules=$1
    navi_programs=
    navi_state_kinds=
    navi_background_kinds=
    navi_screen_kinds=$navi_newline
    set -f
    IFS=$navi_newline
    for navi_rule_line in $1; do
        case $navi_rule_line in
        'program	'*) navi_programs=$navi_programs${navi_rule_line#*	}$navi_newline ;;
        'state	'*) navi_state_kinds=$navi_state_kinds${navi_rule_line#*	}$navi_newline ;;
        'background	'*) navi_background_kinds=$navi_background_kinds${navi_rule_line#*	}$navi_newline ;;
        'screen	'*)
            navi_rule_line=${navi_rule_line#*	}
            navi_screen_kinds=$navi_screen_kinds${navi_rule_line%%	*}$navi_newline
            ;;
        esac
    done
    unset IFS
    set +f
}

# navi_find_described START: what follows START in the first line of the description that begins with it, in
# navi_described. START ends with a tab. Fails where there is no such line.
navi_find_described() {
    navi_described=$navi_newline$navi_rules
    case $navi_described in *"$navi_newline$1"*) ;; *) return 1 ;; esac
    navi_described=${navi_described#*"$navi_newline$1"}
    navi_described=${navi_described%%"$navi_newline"*}
}

# navi_match NAME...: set navi_agent_kind to the agent whose program has one of these names; to "" if none has. The
# first line of the description wins.
navi_match() {
    navi_agent_kind=
    set -f
    IFS=$navi_newline
    for navi_program_line in $navi_programs; do
        navi_glob=${navi_program_line#*	}
        for navi_program_name; do
            # shellcheck disable=SC2254 # it is a glob
            case $navi_program_name in $navi_glob) navi_agent_kind=${navi_program_line%%	*} && break 2 ;; esac
        done
    done
    unset IFS
    set +f
}

# ---- the names of a process

# navi_read_arguments PROCESS: the first words of its command line in navi_arguments, a line each. A line end within a
# word does not count.
navi_read_arguments() {
    navi_arguments=
    if [ -z "${BASH_VERSION-}" ]; then
        navi_arguments=$(head -c 4000 "$navi_proc/$1/cmdline" | tr '\000\n' '\n ')
        return
    fi
    navi_count_of_words=0
    while [ "$navi_count_of_words" -lt 24 ] && { IFS= read -r -d '' navi_argument || [ -n "$navi_argument" ]; }; do
        navi_arguments=$navi_arguments${navi_argument%%"$navi_newline"*}$navi_newline
        navi_count_of_words=$((navi_count_of_words + 1))
    done <"$navi_proc/$1/cmdline"
}

# navi_find_names WORD...: by a command line, the name of the program in navi_program_base, and that of the script that
# it interprets in navi_script_base. navi_wraps is "yes" where a shell runs a script.
navi_find_names() {
    navi_script_base=
    navi_wraps=no
    navi_program_base=${1-}
    navi_program_base=${navi_program_base#-}
    navi_program_base=${navi_program_base##*/}
    [ $# -gt 1 ] || return 0
    shift
    case $navi_program_base in
    node | nodejs | bun | deno) navi_skip_options node "$@" ;;
    python | python[23]* | pypy*) navi_skip_options python "$@" ;;
    perl | ruby | env) navi_skip_options "$navi_program_base" "$@" ;;
    *)
        navi_interprets_shell "$navi_program_base" || return 0
        navi_skip_options shell "$@"
        ;;
    esac
    navi_script_base=${navi_script_base##*/}
    case $navi_script_base in *.js | *.mjs | *.cjs | *.ts | *.py) navi_script_base=${navi_script_base%.*} ;; esac
}

# navi_interprets_shell NAME: whether that program runs scripts of a shell. login takes the name of a user.
navi_interprets_shell() { [ "$1" != login ] && navi_is_shell "$1"; }

# navi_skip_options INTERPRETER WORD...: the script that it was given, in navi_script_base; text of a program is none.
navi_skip_options() {
    navi_interpreter=$1
    shift
    while [ $# -gt 0 ]; do
        case $navi_interpreter,$1 in
        python,-m) navi_script_base=${2-} && return ;;
        python,-m?*) navi_script_base=${1#-m} && return ;;
        shell,-c | shell,-[!-]*c | python,-c | node,-e | node,-p | node,-pe | node,--eval* | node,--print*) return ;;
        perl,-*[eE] | ruby,-*e) return ;;
        *,--) ;;
        shell,[-+]o | shell,--rcfile | shell,--init-file | python,-[WXQ] | perl,-I | ruby,-I | env,-[uCS] | \
            node,-r | node,--require | node,--import | node,--loader | node,--experimental-loader | node,-C | \
            node,--conditions) [ $# -lt 2 ] || shift ;;
        *,-* | shell,+* | env,*=* | node,run | node,x) ;;
        *)
            navi_script_base=$1
            [ "$navi_interpreter" != shell ] || navi_wraps=yes
            return
            ;;
        esac
        shift
    done
}

# navi_is_plain PROCESS: whether its first argument is its name and it interprets no script, which can be seen without a
# program: shells read a command line as one word, because they drop the bytes between its words.
navi_is_plain() {
    [ ${#navi_program_comm} -lt 15 ] || return
    navi_joined_arguments=
    IFS= read -r navi_joined_arguments <"$navi_proc/$1/cmdline"
    case $navi_joined_arguments in "$navi_program_comm" | "-$navi_program_comm") return 0 ;; esac
    ! navi_interprets_shell "$navi_program_comm" || return
    case $navi_program_comm in
    node | nodejs | bun | deno | python* | pypy* | perl | ruby | env) return 1 ;;
    esac
    case $navi_joined_arguments in "$navi_program_comm"*) return 0 ;; esac
    return 1
}

# navi_identify PROCESS: what agent it is, in navi_agent_kind.
navi_identify() {
    if [ -n "$navi_listed_arguments" ]; then
        set -f
        # shellcheck disable=SC2086 # words
        navi_find_names $navi_listed_arguments
        set +f
    elif navi_is_plain "$1"; then
        navi_find_names "$navi_program_comm"
    else
        navi_read_arguments "$1"
        set -f
        IFS=$navi_newline
        # shellcheck disable=SC2086 # one word a line
        set -- $navi_arguments
        unset IFS
        set +f
        navi_find_names "$@"
    fi
    # One without a name has none that a description could know.
    navi_match "${navi_program_base:-/}" "${navi_script_base:-/}" "${navi_program_comm:-/}"
}

# ---- what a process is

# navi_forget_processes: a new look at processes begins.
navi_forget_processes() {
    navi_forget_list
    [ "$navi_count_known" -gt 2000 ] || return 0
    for navi_known_process in $navi_known_processes; do unset "navi_process_$navi_known_process"; done
    navi_known_processes=
    navi_count_known=0
}
navi_known_processes=
navi_count_known=0

# navi_recognize PROCESS: set navi_agent_kind to the agent that it is, remembered as long as it runs the same program.
# Fails if it has ended.
navi_recognize() {
    navi_read_process "$1" || return
    case $navi_process_state in [ZX]*) return 1 ;; esac
    eval "navi_known_as=\${navi_process_$1-}"
    if [ "${navi_known_as#*	*	}" = "$navi_program_mark" ]; then
        navi_wraps=${navi_known_as%%	*}
        navi_agent_kind=${navi_known_as#*	}
        navi_agent_kind=${navi_agent_kind%%	*}
        return
    fi
    navi_identify "$1"
    eval "navi_process_$1=\$navi_wraps'	'\$navi_agent_kind'	'\$navi_program_mark"
    [ -n "$navi_known_as" ] || navi_known_processes="$navi_known_processes $1"
    [ -n "$navi_known_as" ] || navi_count_known=$((navi_count_known + 1))
}

# ---- agents

# navi_may_be_agent PROCESS STARTED: whether it runs and is still that process; where the system does not report when a
# process was started, whether it is an agent.
navi_may_be_agent() {
    navi_is_probably_still "$1" "$2" || return
    [ "$navi_has_files" = yes ] || { navi_recognize "$1" && [ -n "$navi_agent_kind" ]; }
} 2>/dev/null

# navi_find_agents PROCESS: the agents at and below that process of a pane, in navi_agents, as lines "PROCESS PARENT
# STARTED STATE NAME": PARENT is the agent in whose tool one runs, 0 for none; STATE is runs or suspended. An agent
# whose program is a process of its own below the same agent is one: navi_helpers has such, as words "AGENT:PROCESS".
navi_find_agents() {
    navi_agents=
    navi_helpers=
    case $1 in '' | *[!0-9]*) return ;; esac
    [ -n "$navi_has_files" ] || navi_find_files
    navi_level=$1:0:no
    navi_depth=0
    navi_visited=0
    while [ -n "$navi_level" ] && [ "$navi_depth" -le 8 ]; do
        navi_level_below=
        for navi_node in $navi_level; do
            [ "$navi_visited" -lt 200 ] || break 2
            navi_visited=$((navi_visited + 1))
            navi_visit "${navi_node%%:*}" "${navi_node#*:}"
        done
        navi_level=$navi_level_below
        navi_depth=$((navi_depth + 1))
    done
} 2>/dev/null

# navi_visit PROCESS AGENT:IS_ABOVE: note it if it is an agent, and what is below it. AGENT is the next one above, which
# is its parent if IS_ABOVE is "yes".
navi_visit() {
    navi_recognize "$1" || return 0
    navi_above=${2%:*}
    navi_is_above=${2#*:}
    if [ -n "$navi_agent_kind" ]; then
        eval "navi_known_as=\${navi_process_$navi_above-}"
        navi_is_copy || case $navi_is_above,$navi_known_as in
        "yes,no	$navi_agent_kind	"*) navi_helpers="$navi_helpers $navi_above:$1" ;;
        "yes,yes	$navi_agent_kind	"*) navi_replace_wrapper "$1" ;;
        *) navi_note_agent "$1" "$navi_above" ;;
        esac
        navi_is_above=yes
    else
        navi_is_above=no
    fi
    navi_find_below "$1"
    for navi_child_process in $navi_children_found; do
        navi_level_below="$navi_level_below $navi_child_process:$navi_above:$navi_is_above"
    done
}

# navi_is_copy: whether the agent above it has only just forked it: a copy that runs no program of its own yet has its
# stack at the same place, too. The subshell of a script is such a copy for as long as it runs.
navi_is_copy() {
    [ "$navi_is_above$navi_has_files" = yesyes ] || return
    navi_copied=${navi_known_as##*	}
    navi_copied=${navi_copied#* }
    [ "${navi_copied%% *}" != 0 ] && [ "$navi_copied" = "${navi_program_mark#* }" ]
}

# navi_note_agent PROCESS PARENT: what runs below it is below it.
navi_note_agent() {
    case $navi_process_state in [Tt]*) navi_runs="suspended" ;; *) navi_runs=runs ;; esac
    navi_agents="$navi_agents$1 $2 $navi_process_started $navi_runs $navi_agent_kind$navi_newline"
    navi_above=$1
}

# navi_replace_wrapper PROCESS: a script of the agent's name has started it, and waits for it.
navi_replace_wrapper() {
    case $navi_newline$navi_agents in
    *"$navi_newline$navi_above "*) ;;
    *)
        navi_note_agent "$1" "$navi_above"
        return
        ;;
    esac
    navi_agents_behind=$navi_newline$navi_agents
    navi_agents=${navi_agents_behind%%"$navi_newline$navi_above "*}
    navi_agents_behind=${navi_agents_behind#*"$navi_newline$navi_above "}
    navi_agents=${navi_agents#"$navi_newline"}${navi_agents:+$navi_newline}${navi_agents_behind#*"$navi_newline"}
    navi_note_agent "$1" "${navi_agents_behind%% *}"
}

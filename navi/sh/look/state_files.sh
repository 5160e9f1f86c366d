# shellcheck shell=sh disable=SC2034,SC2088,SC2154,SC3045
# needs: look/agents
# shares: navi_state_text navi_state_unfinished
# Defines functions that read the files in which agents write their own state, one JSON object in a line. Agents rewrite
# them in place, so for a moment only a part may be there. Then what was read last stays valid until all of it is there.

# Whether a file was not whole.
navi_state_unfinished=no

# navi_find_state_file PROCESS STARTED NAME: in navi_state_path where that agent writes, "" for nowhere. That is
# remembered for as long as it runs.
navi_find_state_file() {
    eval "navi_state_key=\${navi_state_key_$1-}; navi_state_path=\${navi_state_path_$1-}"
    [ "$navi_state_key" != "$2 $3" ] || return 0
    navi_state_path=
    ! navi_find_described "state	$3	" || navi_place_state_file "$1" "$navi_described"
    eval "navi_state_key_$1=\$2' '\$3; navi_state_path_$1=\$navi_state_path; navi_state_text_$1=; navi_state_word_$1="
}

# navi_place_state_file PROCESS FIELDS: FIELDS are folder, variable and file of a line of the description. The folder is
# below the home of that process.
navi_place_state_file() {
    navi_state_folder=${2%%	*}
    navi_state_file=${2#*	}
    navi_state_variable=${navi_state_file%%	*}
    navi_state_file=${navi_state_file#*	}
    case $navi_state_variable in *[!A-Za-z0-9_]*) navi_state_variable= ;; esac
    navi_agent_home=
    navi_agent_folder=
    navi_read_environment "$1"
    case $navi_agent_home in /*) ;; *) navi_agent_home=$HOME ;; esac
    case $navi_state_folder in '~/'*) navi_state_folder=$navi_agent_home/${navi_state_folder#??} ;; esac
    case $navi_agent_folder in /*) navi_state_folder=$navi_agent_folder ;; esac
    navi_state_path=$navi_state_folder/${navi_state_file%%"{pid}"*}$1${navi_state_file#*"{pid}"}
    case $navi_state_path in *"$navi_newline"*) navi_state_path= ;; esac
}

# navi_read_environment PROCESS: its home in navi_agent_home, and what its variable navi_state_variable is in
# navi_agent_folder. Where it can't be read, both are "". Our own needs no program.
navi_read_environment() {
    if [ "$1" = $$ ]; then
        navi_agent_home=$HOME
        [ -z "$navi_state_variable" ] || eval "navi_agent_folder=\${$navi_state_variable-}"
        return
    fi
    if [ -z "${BASH_VERSION-}" ]; then
        navi_environment=$(tr '\000\n' '\n ' <"$navi_proc/$1/environ" | grep -a "^HOME=\|^$navi_state_variable=")
        IFS=$navi_newline
        for navi_environment_word in $navi_environment; do navi_note_variable; done
        unset IFS
        return
    fi
    while IFS= read -r -d '' navi_environment_word; do navi_note_variable; done <"$navi_proc/$1/environ"
} 2>/dev/null

navi_note_variable() {
    case $navi_environment_word in
    "HOME="*) navi_agent_home=${navi_environment_word#HOME=} ;;
    "${navi_state_variable:-=}="*) navi_agent_folder=${navi_environment_word#*=} ;;
    esac
}

# navi_read_state PROCESS: read its file again; fails if nothing is new. bash needs no program.
navi_read_state() {
    eval "navi_state_path=\${navi_state_path_$1-}; navi_state_before=\${navi_state_text_$1-}"
    [ -n "$navi_state_path" ] || return
    if navi_read_text "$navi_state_path" 8192 && [ -f "$navi_state_path" ]; then
        navi_state_text=${navi_state_text%%"$navi_newline"*}
        case $navi_state_text in '{'*'}') ;; *) navi_state_unfinished=yes && return 1 ;; esac
    fi
    [ "$navi_state_text" != "$navi_state_before" ] || return
    eval "navi_state_text_$1=\$navi_state_text"
    navi_understand_state "$1"
} 2>/dev/null

# navi_read_text PATH BYTES: set navi_state_text to the contents of a file. Fails for a larger one, of which nothing is
# kept.
navi_read_text() {
    navi_state_text=
    [ -f "$1" ] && [ -r "$1" ] || return 0
    if [ -n "${BASH_VERSION-}" ]; then
        IFS= read -r -d '' -n "$(($2 + 1))" navi_state_text <"$1"
    else
        navi_state_text=$(head -c "$(($2 + 1))" "$1" | tr -d '\000')
    fi
    [ ${#navi_state_text} -le "$2" ] || { navi_state_text= && return 1; }
} 2>/dev/null

# navi_understand_state PROCESS: set navi_state_word_PROCESS to the status that its file reports, if the file is of this
# process, in the words of the description.
navi_understand_state() {
    eval "navi_state_key=\$navi_state_key_$1"
    navi_understood=
    navi_find_state_field procStart
    case ${navi_state_key%% *} in 0 | "$navi_state_field") navi_translate_state "$1" "${navi_state_key#* }" ;; esac
    eval "navi_state_word_$1=\$navi_understood"
}

# navi_translate_state PROCESS NAME: the status that the file of that agent reports, in navi_understood.
navi_translate_state() {
    navi_find_state_field pid
    [ "$navi_state_field" = "$1" ] || return 0
    navi_find_state_field status
    navi_find_described "word	$2	$navi_state_field	" || return 0
    navi_understood=$navi_described
    case $navi_understood in permission | waiting) ;; *) return 0 ;; esac
    navi_find_state_field waitingFor
    ! navi_find_described "detail	$2	$navi_state_field	" || navi_understood=$navi_described
}

# navi_find_state_field NAME: that field of navi_state_text, in navi_state_field; "" if there is none.
navi_find_state_field() {
    navi_state_field=
    case $navi_state_text in *"\"$1\":"*) ;; *) return 0 ;; esac
    navi_state_field=${navi_state_text#*"\"$1\":"}
    navi_state_field=${navi_state_field# }
    case $navi_state_field in
    '"'*)
        navi_state_field=${navi_state_field#?}
        navi_state_field=${navi_state_field%%'"'*}
        ;;
    *) navi_state_field=${navi_state_field%%[!0-9]*} ;;
    esac
}

# navi_forget_state PROCESS: it has ended.
navi_forget_state() { unset "navi_state_key_$1" "navi_state_path_$1" "navi_state_text_$1" "navi_state_word_$1"; }

# shellcheck shell=sh disable=SC2034,SC2154,SC3013
# needs: look/agents look/state_files look/record
# changes: navi_out
# Defines functions that report sessions that agents run without a terminal. Each process of such an agent has a state
# file, which names its job, and the job has a file, which says what the agent needs. A session is reported as long as
# its process runs.

# The records, and what they were when they were sent.
navi_background=
navi_sent_background=

# What changes when a session does: folders and files, a line each, and processes, as words PROCESS:STARTED.
navi_background_paths=
navi_background_processes=

# navi_find_background: read what there is.
navi_find_background() {
    navi_background="$navi_token background$navi_newline"
    navi_background_paths=
    navi_background_processes=
    set -f
    IFS=$navi_newline
    for navi_background_kind in $navi_background_kinds; do
        unset IFS
        set +f
        navi_find_background_of "${navi_background_kind%%	*}" "${navi_background_kind#*	}"
    done
    unset IFS
    set +f
}

# navi_find_background_of NAME FIELDS: FIELDS are kind, field and file of a line of the description.
navi_find_background_of() {
    navi_find_described "state	$1	" || return 0
    navi_place_state_file $$ "$navi_described"
    [ -n "$navi_state_path" ] && [ -d "${navi_state_path%/*}" ] || return 0
    navi_background_folder=$navi_state_folder
    navi_background_paths=$navi_background_paths${navi_state_path%/*}$navi_newline
    navi_list_workers "${2%%	*}"
    set -f
    IFS=$navi_newline
    for navi_background_path in $navi_worker_files; do
        unset IFS
        set +f
        [ ${#navi_background} -lt 500000 ] || return 0
        navi_find_worker "$1" "$2"
    done
    unset IFS
    set +f
}

# navi_list_workers KIND: set navi_worker_files to the state files that can be of this kind. A shell that needs programs
# to read a file asks one for all: most files are of agents in terminals. A file that is not a regular one could block
# it.
navi_list_workers() {
    navi_worker_kind=$1
    navi_worker_files=
    set --
    for navi_worker_file in "${navi_state_path%/*}"/*.json; do
        [ ! -f "$navi_worker_file" ] || set -- "$@" "$navi_worker_file"
    done
    [ $# -gt 0 ] || return 0
    if [ -n "${BASH_VERSION-}" ]; then
        IFS=$navi_newline
        navi_worker_files=$*
        unset IFS
    else
        navi_worker_files=$(grep -lsF "\"kind\":\"$navi_worker_kind\"" "$@")
    fi
}

# navi_find_worker NAME FIELDS: the session whose state file is navi_background_path, if it is one and runs.
navi_find_worker() {
    navi_read_text "$navi_background_path" 8192
    navi_find_state_field kind
    [ "$navi_state_field" = "${2%%	*}" ] || return 0
    navi_background_fields=${2#*	}
    navi_background_paths=$navi_background_paths$navi_background_path$navi_newline
    navi_find_state_field "${navi_background_fields%%	*}"
    navi_background_job=$navi_state_field
    case $navi_background_job in '' | -* | *[!A-Za-z0-9-]*) return 0 ;; esac
    [ ${#navi_background_job} -le 64 ] || return 0
    navi_find_state_field procStart
    navi_background_start=$navi_state_field
    navi_find_state_field pid
    case $navi_state_field in '' | 0* | *[!0-9]* | ???????????*) return 0 ;; esac
    navi_is_probably_still "$navi_state_field" "$navi_background_start" || return 0
    case $navi_background_start in *[!0-9]*) navi_background_start= ;; esac
    navi_background_processes="$navi_background_processes $navi_state_field:$navi_background_start"
    navi_background="$navi_background$navi_token worker $navi_state_field $navi_background_job $1$navi_newline$navi_state_text$navi_newline"
    navi_background_file=${navi_background_fields#*	}
    navi_background_file=$navi_background_folder/${navi_background_file%%"{id}"*}$navi_background_job${navi_background_file#*"{id}"}
    navi_background_paths=$navi_background_paths$navi_background_file$navi_newline
    navi_read_text "$navi_background_file" 16384
    [ -z "$navi_state_text" ] ||
        navi_background="$navi_background$navi_token job $navi_state_field$navi_newline$navi_state_text$navi_newline"
}

# navi_background_moved: whether that may have changed since the stamp.
navi_background_moved() {
    for navi_background_process in $navi_background_processes; do
        navi_is_probably_still "${navi_background_process%:*}" "${navi_background_process#*:}" || return 0
    done
    navi_background_is_new=no
    set -f
    IFS=$navi_newline
    for navi_moved_path in $navi_background_paths; do
        [ "$navi_background_stamp" -nt "$navi_moved_path" ] || [ ! -e "$navi_moved_path" ] || navi_background_is_new=yes
    done
    unset IFS
    set +f
    [ "$navi_background_is_new" = yes ]
}

# navi_look_at_background: send the records if they are not as they were.
navi_look_at_background() {
    : >"$navi_background_stamp"
    navi_find_background
    [ "$navi_background" != "$navi_sent_background" ] || return 0
    navi_sent_background=$navi_background
    navi_out=$navi_out$navi_background
}

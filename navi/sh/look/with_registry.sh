# shellcheck shell=sh disable=SC2013,SC2154,SC2034
# needs: look/look look/sessions look/files look/judge look/evidence look/notes look/background registry/absent
# needs: registry/location lib/ending lib/process
# changes: navi_asks_others navi_format navi_out navi_trouble
# with_registry.sh DIR FORMAT AGENTS REGISTERED SOCKET...: looks at this machine once and prints what it finds, with the
# registry, the servers that the registry names, and those of the SOCKETs. With REGISTERED it asks only those servers
# and the default one. Then it does not look at what runs in their panes, and prints no status file.

# navi_read_registry: the file as it is in navi_registry_text, and the sockets that it names, a line each, in
# navi_named_sockets. Shells read files byte by byte: a program is quicker.
navi_read_registry() {
    navi_registry_text=$(head -c 4000000 "$navi_registry" 2>/dev/null)$navi_newline
    set -f
    IFS=$navi_newline
    for navi_registry_line in $navi_registry_text; do
        unset IFS
        navi_note_sockets
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_note_sockets: those of navi_registry_line. Other tools write a whole registry into one.
navi_note_sockets() {
    while :; do
        case $navi_registry_line in *'"socket"'*) navi_registry_line=${navi_registry_line#*'"socket"'} ;; *) break ;; esac
        navi_noted_socket=${navi_registry_line#*'"'}
        navi_noted_socket=${navi_noted_socket%%'"'*}
        case $navi_newline$navi_named_sockets in
        *"$navi_newline$navi_noted_socket$navi_newline"*) ;;
        *) navi_named_sockets=$navi_named_sockets$navi_noted_socket$navi_newline ;;
        esac
    done
}

# navi_record_registry: the file as it is, or why it can't be used.
navi_record_registry() {
    navi_record default "$navi_default"
    navi_record sockets "$navi_sockets"
    if [ -n "$navi_trouble" ]; then
        navi_record unusable "$navi_trouble"
    elif [ -e "$navi_registry" ]; then
        navi_record registry
        navi_out=$navi_out$navi_registry_text
    fi
}

# navi_record_gone: the processes of living panes that the system does not show, or that have ended and were not waited
# for.
navi_record_gone() {
    for navi_checked_process in $navi_processes; do
        ! navi_is_gone "$navi_checked_process" || navi_record gone "$navi_checked_process"
    done
}

# navi_ask_registered SOCKET...: ask those servers, too, that are nowhere where one would look.
navi_ask_registered() {
    for navi_named_server; do
        navi_named_sockets=$navi_named_sockets$navi_newline$navi_named_server
    done
    navi_asked=$navi_newline$navi_default$navi_newline$navi_others
    set -f
    IFS=$navi_newline
    for navi_named_server in $navi_named_sockets; do
        unset IFS
        navi_record asked "$navi_named_server"
        case $navi_asked in
        *"$navi_newline$navi_named_server$navi_newline"*) ;;
        *) navi_ask "$navi_named_server" ;;
        esac
        navi_asked=$navi_asked$navi_named_server$navi_newline
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

# navi_ask_about_ends: let those servers look that list a dead pane and do not know how its process ended. Fails where
# there are none.
navi_ask_about_ends() {
    [ "$navi_has_dead" = yes ] || return 1
    navi_servers=$(printf '%s' "$navi_panes" |
        sed -n "s/^$navi_token pane \([0-9]*\)	[^	]*	[^	]*	1	.*	%[0-9]*			[0-9.]*	.*/\1/p" | sort -u)
    [ -n "$navi_servers" ] || return
    # shellcheck disable=SC2086 # the numbers of processes
    navi_show_ends $navi_servers
}

navi_begin "$1" no "$2"
navi_named_sockets=
navi_registry_text=
if navi_find_registry && [ -e "$navi_registry" ]; then
    if [ -r "$navi_registry" ]; then
        navi_read_registry
    else
        navi_trouble="the registry $navi_registry can't be read; check its permissions"
    fi
fi
navi_describe_agents "$3"
navi_briefly=$4
shift 4
if [ -n "$navi_briefly" ]; then
    navi_asks_others=no
    # Tmux takes milliseconds to find out what programs run.
    navi_format=${navi_format%%"$navi_newline"*}
fi
navi_record_clock
if [ -z "$navi_briefly" ]; then
    navi_files
    navi_record files
    navi_record_files
    navi_read_marks
    navi_record_marks
fi
navi_list
navi_ask_registered "$@"
if navi_ask_about_ends; then
    navi_list
    navi_ask_registered "$@"
fi
if [ -z "$navi_briefly" ]; then
    navi_see_agents
    navi_note_sessions
    navi_find_background
fi
navi_judge_files
navi_out=$navi_out$navi_panes$navi_evidence$navi_lost_sessions$navi_background$navi_activity
navi_record_registry
navi_record_gone
printf '%s' "$navi_out"

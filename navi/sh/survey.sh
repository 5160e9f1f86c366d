# shellcheck shell=sh disable=SC2154,SC2034
# survey.sh DIR REGISTERED SOCKET...: one look, with the registry, the servers that it names and those of the SOCKETs
# beside it. With REGISTERED only those servers and the default one are asked, and no status file is told.

# navi_find_registered: the sockets that the registry names, a line each, in navi_registered.
navi_find_registered() {
    [ -f "$navi_registry" ] && [ -r "$navi_registry" ] || return 0
    navi_registered=$(grep -o '"socket"[[:space:]]*:[[:space:]]*"[^"\\]*"' "$navi_registry" |
        sed 's/^"socket"[[:space:]]*:[[:space:]]*"//; s/"$//' | sort -u)
}

# navi_tell_registry: the file as it is, if it can be one.
navi_tell_registry() {
    navi_record default "$navi_default"
    navi_record sockets "$navi_sockets"
    if [ "$navi_ours" = no ]; then
        [ ! -e "$navi_registry" ] || navi_record registry foreign
    elif [ -d "$navi_registry" ] || { [ -e "$navi_registry" ] && [ ! -r "$navi_registry" ]; }; then
        navi_record registry unreadable
    elif [ -e "$navi_registry" ]; then
        navi_record registry
        navi_out=$navi_out$(head -c 4194304 "$navi_registry" | tr -d '\000')$navi_newline
    fi
}

# navi_tell_gone: the processes of living panes that the system does not show, or that have ended and were not waited for.
navi_tell_gone() {
    for navi_process in $navi_processes; do
        ! navi_is_gone "$navi_process" || navi_record gone "$navi_process"
    done
}

# navi_ask_registered SOCKET...: ask those servers, too, that stand nowhere where one would look.
navi_ask_registered() {
    for navi_server; do
        navi_registered=$navi_registered$navi_newline$navi_server
    done
    navi_asked=$navi_newline$navi_default$navi_newline$navi_others
    set -f
    IFS=$navi_newline
    for navi_server in $navi_registered; do
        unset IFS
        navi_record asked "$navi_server"
        case $navi_asked in
        *"$navi_newline$navi_server$navi_newline"*) ;;
        *) navi_ask "$navi_server" ;;
        esac
        navi_asked=$navi_asked$navi_server$navi_newline
        IFS=$navi_newline
    done
    unset IFS
    set +f
}

navi_begin "$1" no
navi_ours=no
navi_registered=
navi_find_registry && navi_ours=yes && navi_find_registered
navi_default=${TMUX_TMPDIR:-/tmp}/tmux-$navi_user/default
navi_briefly=$2
shift 2
[ -z "$navi_briefly" ] || navi_find_servers() { navi_others=; navi_unaskable=no; }
navi_tell_clock
navi_list
navi_ask_registered "$@"
navi_out=$navi_out$navi_panes
navi_tell_registry
navi_tell_gone
if [ -z "$navi_briefly" ]; then
    navi_files
    navi_record files
    navi_tell_files
    navi_read_marks
    navi_tell_marks
fi
printf '%s' "$navi_out"

# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2174
# needs: registry/location registry/change.awk registry/note_use.awk lib/disk lib/locks lib/tmux
# shares: navi_edits navi_unregistered navi_used_at
# changes: navi_answer navi_name navi_socket navi_trouble
# Defines functions that change the registry. They carry out all changes of a call, or none.

# navi_change_registry CHANGES: carry them out, all or none. The status and navi_trouble say what failed.
navi_change_registry() {
    navi_changes=$1
    navi_open_sockets || return $navi_refused
    if ! navi_acquire "$navi_registry_lock" "${LOCK_TIMEOUT:-5}"; then
        navi_release ''
        if [ ! -e "$navi_registry_lock" ]; then
            navi_find_file_trouble "the registry's lock" "$navi_registry_lock"
            navi_trouble=$navi_disk_trouble
            return "$navi_disk_status"
        fi
        navi_trouble="the registry $navi_registry is locked by another process"
        return $navi_late
    fi
    navi_rewrite_registry
    navi_write_code=$?
    navi_release "$navi_registry_lock"
    return $navi_write_code
}

# navi_change_or_fail CHANGES: carry them out, or end the operation. Print what is to be reported of a change that was
# carried out.
navi_change_or_fail() {
    navi_change_registry "$1" || navi_fail $? "$navi_trouble"
    [ -z "$navi_trouble" ] || printf '%s trouble %s\n' "$navi_token" "$navi_trouble"
}

# navi_rewrite_registry: with the lock held. A file that is no registry is set aside, never overwritten; one that can't
# be read stays as it is.
navi_rewrite_registry() {
    navi_next=$navi_registry.next.$navi_self
    for navi_leftover in "$navi_registry".next.*; do
        # The file of a process that was killed meanwhile.
        [ ! -e "$navi_leftover" ] || rm -f "$navi_leftover"
    done
    if [ -e "$navi_registry" ] && ! { [ -f "$navi_registry" ] && [ -r "$navi_registry" ]; }; then
        navi_trouble="the registry $navi_registry can't be read"
        return $navi_refused
    fi
    navi_write_next
    if [ "$navi_write_code" -eq 3 ]; then
        navi_aside=$navi_registry.broken.$(date +%s)
        while [ -e "$navi_aside" ]; do navi_aside=$navi_aside.1; done
        if mv "$navi_registry" "$navi_aside" 2>/dev/null; then
            navi_trouble="the registry was not valid JSON of the expected shape; it was moved to $navi_aside"
            navi_write_next
        fi
    fi
    [ "$navi_write_code" -ne 0 ] || ! mv -f "$navi_next" "$navi_registry" 2>/dev/null || return 0
    rm -f "$navi_next"
    if [ "$navi_write_code" -eq 4 ]; then
        navi_trouble="the registry $navi_registry has a version other than 1.0; a newer tool wrote it"
        return $navi_unusable
    fi
    navi_find_file_trouble 'the registry' "$navi_registry"
    navi_trouble=$navi_disk_trouble
    return "$navi_disk_status"
}

# navi_write_next: the changed registry into navi_next, with the owner and the permissions of the old one;
# navi_write_code is the result.
navi_write_next() {
    export navi_registry navi_next
    [ ! -e "$navi_registry" ] || cp -p "$navi_registry" "$navi_next" 2>/dev/null
    navi_write_code=0
    case ${navi_used-} in '' | *[\"\\]*) ;; *) LC_ALL=C awk "$navi_note_use_awk" 2>/dev/null && return ;; esac
    printf '%s' "$navi_changes" | (umask 077 && LC_ALL=C awk "$navi_change_awk") 2>/dev/null
    navi_write_code=$?
}

# navi_put_entry TYPE SERVER ID CREATED PROCESS PANE INDEX...: add to navi_edits what registers the session navi_name of
# navi_socket, with tmux's own time of its creation.
navi_put_entry() {
    [ $# -ge 7 ] || return 0
    navi_find_default
    navi_edits="${navi_edits}put	$navi_name	socket	text	${navi_socket:-$navi_default}
put	$navi_name	target	text	$navi_name:$7
put	$navi_name	type	text	$1
put	$navi_name	pid	raw	$5
add	$navi_name	created_at	text	$(navi_registry_time_of "$4")
put	$navi_name	last_active	text	$navi_used_at
put	$navi_name	server	raw	$2
put	$navi_name	session_id	text	$3
put	$navi_name	created	raw	$4
put	$navi_name	pane_id	text	$6
"
}

# navi_enrol SOCKET ID: add to navi_edits what registers a living session; nothing if it has ended.
navi_enrol() {
    navi_socket=$1
    navi_answer=$(navi_tmux "$1" display-message -p -t "$2:" \
        '#{?@navi_type,=#{@navi_type},#{pane_current_command}}
#{session_name}
#{pid} #{session_id} #{session_created} #{pane_pid} #{pane_id} #{window_index}.#{pane_index}' 2>/dev/null)
    navi_enrolled_type=${navi_answer%%"$navi_newline"*}
    case $navi_enrolled_type in
    =python-repl | =debugger | =shell | =agent | =command) navi_enrolled_type=${navi_enrolled_type#=} ;;
    python*) navi_enrolled_type=python-repl ;;
    gdb*) navi_enrolled_type=debugger ;;
    *) navi_enrolled_type=shell ;;
    esac
    navi_answer=${navi_answer#*"$navi_newline"}
    navi_name=${navi_answer%%"$navi_newline"*}
    set -f
    navi_put_entry "$navi_enrolled_type" ${navi_answer#*"$navi_newline"}
    set +f
}

# navi_register: note in the registry what navi_start has started, replacing one of its name that has ended; if that
# fails, navi_unregistered says why.
navi_register() {
    navi_used_at=$(navi_registry_time)
    navi_name=${navi_new_session#* * * * }
    navi_socket=$navi_started_socket
    navi_edits="drop	$navi_name$navi_newline"
    set -f
    set -- $navi_new_session
    navi_put_entry "$navi_type" "$1" "$2" "$3" "$4" $navi_started_pane
    set +f
    navi_change_registry "$navi_edits" || navi_unregistered=$navi_trouble
}

# navi_registry_time: now, as the registry writes it. For $( ) alone, whose shell becomes date.
navi_registry_time() { exec date -u +%Y-%m-%dT%H:%M:%SZ; }

# navi_registry_time_of EPOCH: that time. date(1) of BSD needs another option.
navi_registry_time_of() {
    date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || exec date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ
}

# navi_touch_entry: note in the registry, in the background, that navi_name was used just now; navi_await_touch waits
# for the end of that. It gives up if the registry is locked for more than a second, so that no operation waits for
# long.
navi_touch_entry() {
    navi_toucher=
    [ "$navi_entry" = yes ] || return 0
    {
        LOCK_TIMEOUT=1
        navi_used=$navi_name
        navi_used_at=$(navi_registry_time)
        export navi_used navi_used_at
        navi_change_registry "put	$navi_name	last_active	text	$navi_used_at"
    } >/dev/null 2>&1 &
    navi_toucher=$!
}

navi_await_touch() { [ -z "${navi_toucher-}" ] || wait "$navi_toucher"; }

# shellcheck shell=sh disable=SC2016,SC2034,SC2086,SC2154,SC2174,SC3013,SC3045,SC3067
# The registry of sessions: one JSON file in the folder of tmux sockets, with a lock beside it. Its format, places and
# lock are those of the tools that agents' skills use, so that they and navi can share it. Needs tmux.sh, session.sh
# and json.sh in front.

# navi_find_registry: where it is. The usual folder has a name that anybody could have taken first; then it is not used.
navi_find_registry() {
    navi_sockets=${CLAUDE_TMUX_SOCKET_DIR:-${TMPDIR:-/tmp}/claude-tmux-sockets}
    navi_registry=${REGISTRY_FILE:-$navi_sockets/.sessions.json}
    navi_registry_lock=${REGISTRY_LOCK:-$navi_sockets/.sessions.lock}
    [ -z "${CLAUDE_TMUX_SOCKET_DIR-}" ] || return 0
    [ ! -e "$navi_sockets" ] && [ ! -L "$navi_sockets" ] && return 0
    [ -d "$navi_sockets" ] && [ ! -L "$navi_sockets" ] && [ -O "$navi_sockets" ]
}

# navi_need_registry: the same, or the end.
navi_need_registry() {
    navi_find_registry ||
        navi_fail $navi_refused "$navi_sockets is not yours; set CLAUDE_TMUX_SOCKET_DIR to a folder of your own"
}

# navi_open_sockets: have the folder.
navi_open_sockets() {
    [ -d "$navi_sockets" ] || mkdir -p -m 700 "$navi_sockets" 2>/dev/null
    [ -w "$navi_sockets" ]
}

# navi_acquire PATH SECONDS [FD]: have a lock for this shell alone. Where there is flock(1) it is a file and ends with us; it
# stands behind a descriptor, which tmux must not get (navi_tmux closes 7 and 8). Elsewhere it is a folder, which names
# its owner. Who finds the other kind there respects it.
navi_acquire() {
    navi_lasts=${2%%.*}
    case $navi_lasts in '' | *[!0-9]*) navi_lasts=5 ;; esac
    if command -v flock >/dev/null 2>&1; then
        navi_await_folder "$1" "$navi_lasts" && navi_open_lock "$1" "${3-}" && navi_await_flock "${3-}" "$navi_lasts"
    else
        [ -d "$1" ] || [ ! -e "$1" ] || [ -s "$1" ] || rm -f "$1"
        navi_await_folder "$1" "$navi_lasts" make
    fi
}

# navi_release PATH [FD]: end the lock.
navi_release() {
    if [ "${2-}" = 7 ]; then exec 7>&-; else exec 8>&-; fi
    [ ! -d "$1" ] || rm -rf "$1"
}

# navi_open_lock PATH FD: with a bare exec, a file that can't be opened would end the shell.
navi_open_lock() {
    if [ "$2" = 7 ]; then command exec 7>>"$1"; else command exec 8>>"$1"; fi
} 2>/dev/null

# navi_flock FD OPTION...: ksh passes on only what is named.
navi_flock() {
    if [ "$1" = 7 ]; then
        shift
        flock "$@" 7 7>&7
    else
        shift
        flock "$@" 8 8>&8
    fi
} 2>/dev/null

# navi_await_flock FD SECONDS: busybox has a flock(1) that can't wait.
navi_await_flock() {
    navi_flock "$1" -n && return
    if flock --version >/dev/null 2>&1; then
        navi_flock "$1" -w "$2"
        return
    fi
    navi_tries=$(($2 * 10))
    until navi_flock "$1" -n; do
        [ "$navi_tries" -gt 0 ] || return
        navi_tries=$((navi_tries - 1))
        sleep 0.1
    done
}

# navi_await_folder PATH SECONDS [make]: wait until there is no lock that is a folder; make it if that is wanted.
navi_await_folder() {
    navi_tries=$(($2 * 10))
    navi_nameless=0 # looks at which its owner was not to be told
    navi_breaks=0
    while :; do
        if [ -n "${3-}" ]; then
            mkdir "$1" 2>/dev/null && { printf '%s\n' "$navi_self" >"$1/owner"; return; }
        elif [ ! -d "$1" ]; then
            return
        fi
        ! navi_folder_is_stale "$1" || navi_break_folder "$1"
        [ "$navi_tries" -gt 0 ] || return
        navi_tries=$((navi_tries - 1))
        sleep 0.1
    done
}

# navi_folder_is_stale PATH: whether its owner has ended; one that says something else may be a minute old. One that
# stays nameless was made by somebody who was killed in that moment.
navi_folder_is_stale() {
    navi_holder=
    read -r navi_holder navi_rest <"$1/owner"
    case $navi_holder in
    '')
        navi_nameless=$((navi_nameless + 1))
        [ "$navi_nameless" -ge 20 ] || [ -n "$(find "$1" -prune -mmin +1)" ]
        ;;
    *[!0-9]*) [ -n "$(find "$1" -prune -mmin +1)" ] ;;
    *)
        navi_nameless=0
        navi_ended "$navi_holder"
        ;;
    esac
} 2>/dev/null

# navi_break_folder PATH: end the lock of one who has ended. Of those who find it so, only who makes the folder beside it
# may do that, and looks once more: the next one's lock must not go.
navi_break_folder() {
    if mkdir "$1.break"; then
        ! navi_folder_is_stale "$1" || rm -rf "$1"
        rmdir "$1.break"
        navi_breaks=0
    else
        navi_breaks=$((navi_breaks + 1))
        [ "$navi_breaks" -lt 20 ] || rmdir "$1.break"
    fi
} 2>/dev/null

# What finds one entry: its fields, a line each.
navi_finder='
BEGIN {
    begin("//sessions {")
    known["//sessions/" ENVIRON["navi_name"]] = "{"
    dropping = 1
    limit = 100000
    while ((getline chunk < ENVIRON["navi_registry"]) > 0) if (!broken) feed(chunk)
    if (!finished()) exit 3
    entry = child_of(child_of(1, "sessions"), ENVIRON["navi_name"])
    if (!entry) exit 1
    count = split("socket target type server session_id created pane_id", field, " ")
    for (i = 1; i <= count; i++) {
        raw = raw_of(entry, field[i])
        text = raw ~ /^"/ ? decode(raw) : raw
        if (text ~ /[\001-\037]/) exit 3
        print text
    }
}
'

# navi_find_entry: what the registry says of navi_name: navi_entry_socket, _target, _type, and what proves its identity
# in navi_entry_identity (server, id, creation; "" in entries of other tools) and _pane. Fails where it has no entry.
navi_find_entry() {
    [ -r "$navi_registry" ] && [ -s "$navi_registry" ] || return
    export navi_registry navi_name
    navi_answer=$(LC_ALL=C awk "$navi_parser$navi_finder" 2>/dev/null) || return
    {
        IFS= read -r navi_entry_socket
        IFS= read -r navi_entry_target
        IFS= read -r navi_entry_type
        read -r navi_server
        read -r navi_entry_session
        read -r navi_created
        read -r navi_entry_pane
    } <<END
$navi_answer
END
    navi_entry_identity=
    case $navi_server,$navi_entry_session,$navi_created in
    [1-9]*,'$'[0-9]*,[1-9]*) navi_entry_identity="$navi_server $navi_entry_session $navi_created" ;;
    esac
}

# What changes the registry. Standard input has a line for each change: put NAME KEY raw VALUE and put NAME KEY text
# VALUE, drop NAME, dropif NAME CREATED_AT (with the name as JSON has it), unset NAME KEY, move NAME NEW, between tabs; a
# put creates the entry, and `add` in place of put keeps a value that is there. Exit status 0 says that all of it stands in navi_next, 3
# that the file is no registry, 4 that its version is another.
navi_changer='
BEGIN {
    begin("//sessions { //sessions/* {")
    while ((getline chunk < ENVIRON["navi_registry"]) > 0) {
        if (!broken) feed(chunk)
        chunks++
    }
    if (!chunks) new_node("{")
    else if (!finished() || (raw_of(1, "sessions") != "" )) exit 3
    else if (decode(raw_of(1, "version")) != "1.0" && raw_of(1, "version") != "") exit 4
    sessions = child(1, "sessions", "{")
    if (raw_of(1, "version") == "") put(1, "version", quoted("1.0"))
    RS = "\n"
    while ((getline line < "/dev/stdin") > 0) {
        split(line, word, "\t")
        if (word[1] == "dropif") word[2] = decode(word[2])
        if (word[1] == "drop" || word[1] == "dropif" && is_of(child_of(sessions, word[2]), word[3])) drop(sessions, word[2])
        if (word[1] == "unset" && child_of(sessions, word[2])) drop(child_of(sessions, word[2]), word[3])
        if (word[1] == "move") move(word[2], word[3])
        if (word[1] == "put" || word[1] == "add") set_field(child(sessions, word[2], "{"))
    }
    exit save_all(ENVIRON["navi_next"]) ? 0 : 1
}

function set_field(entry) {
    if (word[1] == "add" && (entry, word[3]) in place) return
    put(entry, word[3], word[4] == "text" ? quoted(word[5]) : word[5])
}

# is_of(entry, time): whether it was created then; what is no entry may go, too.
function is_of(entry, time) { return !entry || decode(raw_of(entry, "created_at")) == time }

function drop(parent, name,    at, i) {
    if (!((parent, name) in place)) return
    at = place[parent, name]
    for (i = at; i < size[parent]; i++) {
        names[parent, i] = names[parent, i + 1]
        raws[parent, i] = raws[parent, i + 1]
        children[parent, i] = children[parent, i + 1]
        place[parent, decode(names[parent, i])] = i
    }
    delete place[parent, name]
    size[parent]--
}

function move(name, other,    inner) {
    inner = child_of(sessions, name)
    if (!inner) return
    drop(sessions, name)
    drop(sessions, other)
    add(sessions, quoted(other), "", inner)
}

# save_all(file): an entry a line, and see that all of it is there: not every awk tells that a disk is full.
function save_all(file,    i, line, wrote, read_back) {
    line[1] = "{\"sessions\":{"
    for (i = 1; i <= size[sessions]; i++)
        line[i + 1] = names[sessions, i] ":" (children[sessions, i] ? written(children[sessions, i]) : raws[sessions, i]) \
            (i < size[sessions] ? "," : "")
    line[i + 1] = "}" rest_of(1) "}"
    wrote = i + 1
    for (i = 1; i <= wrote; i++) print line[i] > file
    close(file)
    for (i = 1; (getline read_back < file) > 0; i++) if (read_back != line[i]) return 0
    return i == wrote + 1
}

# rest_of(parent): all members but the sessions.
function rest_of(parent,    i, out) {
    for (i = 1; i <= size[parent]; i++)
        if (decode(names[parent, i]) != "sessions")
            out = out "," names[parent, i] ":" (children[parent, i] ? written(children[parent, i]) : raws[parent, i])
    return out
}
'

# navi_change_registry CHANGES: carry them out, all or none. What fails is told by status and by navi_trouble.
navi_change_registry() {
    navi_changes=$1
    navi_trouble=
    navi_open_sockets || { navi_trouble="$navi_sockets can't be written to" && return 77; }
    if ! navi_acquire "$navi_registry_lock" "${LOCK_TIMEOUT:-5}"; then
        navi_trouble="the registry $navi_registry is locked by somebody else"
        navi_release ''
        return 75
    fi
    navi_rewrite_registry
    navi_code=$?
    navi_release "$navi_registry_lock"
    return $navi_code
}

# navi_rewrite_registry: with the lock held. A file that is no registry is set aside, never overwritten; one that can't be
# read stays as it is.
navi_rewrite_registry() {
    navi_next=$navi_registry.next.$navi_self
    for navi_path in "$navi_registry".next.*; do
        [ ! -e "$navi_path" ] || rm -f "$navi_path" # of somebody who was killed meanwhile
    done
    if [ -e "$navi_registry" ] && ! { [ -f "$navi_registry" ] && [ -r "$navi_registry" ]; }; then
        navi_trouble="the registry $navi_registry can't be read"
        return 77
    fi
    navi_write_next
    if [ "$navi_code" -eq 3 ]; then
        navi_aside=$navi_registry.broken.$(date +%s)
        while [ -e "$navi_aside" ]; do navi_aside=$navi_aside.1; done
        if mv "$navi_registry" "$navi_aside" 2>/dev/null; then
            navi_trouble="the registry was no JSON of the expected shape; it is kept as $navi_aside"
            navi_write_next
        fi
    fi
    case $navi_code in
    0) mv -f "$navi_next" "$navi_registry" 2>/dev/null && return ;;
    4) navi_trouble="the registry $navi_registry has another version than 1.0; a newer tool wrote it" ;;
    *) navi_trouble="the registry $navi_registry can't be written; see permissions and the disk" ;;
    esac
    rm -f "$navi_next"
    [ "$navi_code" -eq 4 ] && return 78
    return 77
}

# navi_write_next: the changed registry into navi_next, with the owner and the permissions of the old one; what came of
# it in navi_code.
navi_write_next() {
    export navi_registry navi_next
    [ ! -e "$navi_registry" ] || cp -p "$navi_registry" "$navi_next" 2>/dev/null
    printf '%s' "$navi_changes" | (umask 077 && LC_ALL=C awk "$navi_parser$navi_writer$navi_changer") 2>/dev/null
    navi_code=$?
}

# navi_put_entry TYPE SERVER ID CREATED PROCESS PANE INDEX...: add to navi_edits what registers the session navi_name of
# navi_socket.
navi_put_entry() {
    [ $# -ge 7 ] || return 0
    navi_find_user
    navi_edits="${navi_edits}put	$navi_name	socket	text	${navi_socket:-${TMUX_TMPDIR:-/tmp}/tmux-$navi_user/default}
put	$navi_name	target	text	$navi_name:$7
put	$navi_name	type	text	$1
put	$navi_name	pid	raw	$5
add	$navi_name	created_at	text	$navi_time
put	$navi_name	last_active	text	$navi_time
put	$navi_name	server	raw	$2
put	$navi_name	session_id	text	$3
put	$navi_name	created	raw	$4
put	$navi_name	pane_id	text	$6
"
}

# navi_register: note in the registry what navi_start has started, in place of one of its name that has ended; if that
# can't be, navi_unregistered says why.
navi_register() {
    navi_time=$(navi_registry_time)
    navi_name=${navi_started#* * * * }
    navi_socket=$navi_started_socket
    navi_edits="drop	$navi_name$navi_newline"
    set -f
    set -- $navi_started
    navi_put_entry "$navi_type" "$1" "$2" "$3" "$4" $navi_started_pane
    set +f
    navi_change_registry "$navi_edits" || navi_unregistered=$navi_trouble
}

# navi_is_registered: whether the registry's entry navi_name is that of the session navi_identity.
navi_is_registered() {
    navi_find_registry && navi_find_entry || return
    if [ -n "$navi_entry_identity" ]; then
        [ "$navi_entry_identity" = "$navi_identity" ]
    else
        navi_find_user
        [ "$navi_entry_socket" = "${navi_socket:-${TMUX_TMPDIR:-/tmp}/tmux-$navi_user/default}" ]
    fi
}

# navi_move_entry: the session navi_was is called navi_now (nest.sh).
navi_move_entry() {
    navi_name=$navi_was
    navi_is_registered || return 0
    navi_change_registry "move	$navi_was	$navi_now
put	$navi_now	target	text	$navi_now:${navi_entry_target##*:}"
}

# navi_registry_time: now, as the registry writes it.
navi_registry_time() { date -u +%Y-%m-%dT%H:%M:%SZ; }

# navi_touch_entry: navi_name was used just now. It goes on beside us; navi_await_touch waits for it. Nobody waits for
# long because of that: where the registry is locked for more than a second, it is not noted.
navi_touch_entry() {
    navi_toucher=
    [ "$navi_entry" = yes ] || return 0
    {
        LOCK_TIMEOUT=1
        navi_change_registry "put	$navi_name	last_active	text	$(navi_registry_time)"
    } >/dev/null 2>&1 &
    navi_toucher=$!
}

navi_await_touch() { [ -z "$navi_toucher" ] || wait "$navi_toucher"; }

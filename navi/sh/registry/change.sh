# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC2174
# needs: registry/find_entry registry/location lib/json lib/locks lib/tmux
# Changes of the registry, all or none.

# What writes line[1] to line[lines] into a file, and sees that all of it is there: not every awk tells that a disk is full.
navi_line_writer='
function write_lines(file,    i, found) {
    for (i = 1; i <= lines; i++) print line[i] > file
    close(file)
    for (i = 1; (getline found < file) > 0; i++) if (found != line[i]) return 0
    return i == lines + 1
}
'

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
    while ((getline change < "/dev/stdin") > 0) {
        split(change, word, "\t")
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

# save_all(file): an entry a line (navi_layout).
function save_all(file,    i) {
    line[1] = "{\"sessions\":{"
    for (i = 1; i <= size[sessions]; i++)
        line[i + 1] = names[sessions, i] ":" (children[sessions, i] ? written(children[sessions, i]) : raws[sessions, i]) \
            (i < size[sessions] ? "," : "")
    lines = i + 1
    line[lines] = "}" rest_of(1) "}"
    return write_lines(file)
}

# rest_of(parent): all members but the sessions.
function rest_of(parent,    i, out) {
    for (i = 1; i <= size[parent]; i++)
        if (decode(names[parent, i]) != "sessions")
            out = out "," names[parent, i] ":" (children[parent, i] ? written(children[parent, i]) : raws[parent, i])
    return out
}
'

# What notes a use of an entry, which is most of all changes: in a file that navi wrote only its line changes, and nothing
# has to be parsed. It fails where it is not sure.
navi_stamper='
BEGIN {
    entry = key_of(ENVIRON["navi_used"])
    mark = "\"last_active\":\""
    while ((getline text < ENVIRON["navi_registry"]) > 0)
        line[++lines] = index(text, entry) == 1 ? stamped(text) : text
    exit stamps == 1 && is_first(line[1]) && is_last(text) && write_lines(ENVIRON["navi_next"]) ? 0 : 1
}

# stamped(text): its own field, not one of an inner object; a text can not hold the mark, for its quotes are escaped.
function stamped(text,    at, before, after) {
    at = index(text, mark) + length(mark)
    before = substr(text, 1, at - 1)
    after = substr(text, at)
    if (index(text, mark) && !index(after, mark) && substr(before, length(entry) + 1) !~ /[[{]/ && after ~ /^[0-9TZ:.+-]*"/)
        stamps++
    sub(/^[^"]*/, ENVIRON["navi_time"], after)
    return before after
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
    navi_code=0
    case ${navi_used-} in '' | *[\"\\]*) ;; *) LC_ALL=C awk "$navi_layout$navi_line_writer$navi_stamper" 2>/dev/null && return ;; esac
    printf '%s' "$navi_changes" | (umask 077 && LC_ALL=C awk "$navi_parser$navi_writer$navi_line_writer$navi_changer") 2>/dev/null
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

# navi_registry_time: now, as the registry writes it. For $( ) alone, whose shell becomes date.
navi_registry_time() { exec date -u +%Y-%m-%dT%H:%M:%SZ; }

# navi_touch_entry: navi_name was used just now. It goes on beside us; navi_await_touch waits for it. Nobody waits for
# long because of that: where the registry is locked for more than a second, it is not noted.
navi_touch_entry() {
    navi_toucher=
    [ "$navi_entry" = yes ] || return 0
    {
        LOCK_TIMEOUT=1
        navi_used=$navi_name
        navi_time=$(navi_registry_time)
        export navi_used navi_time
        navi_change_registry "put	$navi_name	last_active	text	$navi_time"
    } >/dev/null 2>&1 &
    navi_toucher=$!
}

navi_await_touch() { [ -z "$navi_toucher" ] || wait "$navi_toucher"; }

# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# needs: registry/location lib/json lib/tmux
# One entry of the registry: finding it, and telling whether it is a session's.

# How navi writes the file (navi_changer): an entry a line. Then none has to be parsed but the one that is meant.
navi_layout='
function is_first(line) { return line == "{\"sessions\":{" }

function is_last(line) { return line ~ /^},"version":"1[.]0"[,}]/ }

# key_of(name): what begins its line, for a name that is not to be escaped.
function key_of(name) { return "\"" name "\":{" }
'

# What finds one entry: its fields, a line each.
navi_finder='
BEGIN {
    alone = line_of(ENVIRON["navi_name"])
    begin("//sessions {")
    known["//sessions/" ENVIRON["navi_name"]] = "{"
    dropping = 1
    limit = 100000
    if (alone != "") feed_text("{\"sessions\":{" alone "}}")
    else while ((getline chunk < ENVIRON["navi_registry"]) > 0) if (!broken) feed(chunk)
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

# line_of(name): "" where that is not sure, or the name would have to be escaped.
function line_of(name,    line, lines, found) {
    if (name ~ /["\\]/) return ""
    while ((getline line < ENVIRON["navi_registry"]) > 0) {
        if (++lines == 1 && !is_first(line)) break
        if (index(line, key_of(name)) == 1) found = line
    }
    close(ENVIRON["navi_registry"])
    if (!is_last(line)) return ""
    sub(/,$/, "", found)
    return found
}

function feed_text(text,    count, part, i) {
    count = split(text, part, "\"")
    for (i = 1; i <= count; i++) if (!broken) feed(part[i])
}
'

# navi_find_entry: what the registry says of navi_name: navi_entry_socket, _target, _type, and what proves its identity
# in navi_entry_identity (server, id, creation; "" in entries of other tools) and _pane. Fails where it has no entry.
navi_find_entry() {
    [ -r "$navi_registry" ] && [ -s "$navi_registry" ] || return
    export navi_registry navi_name
    navi_answer=$(LC_ALL=C awk "$navi_parser$navi_layout$navi_finder" 2>/dev/null) || return
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

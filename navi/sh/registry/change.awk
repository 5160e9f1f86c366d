# needs: lib/json.awk lib/json_writer.awk registry/write_lines.awk
# Changes the registry. Standard input has a line for each change: put NAME KEY raw VALUE and put NAME KEY text VALUE,
# drop NAME, dropif NAME CREATED_AT (with the name as JSON has it), unset NAME KEY, move NAME NEW, between tabs. A put
# creates the entry, `add` instead of put keeps an existing value, and a move also changes the name in the target.
# Exit status 0 means that navi_next is complete, 3 that the file is no registry, 4 that its version differs.

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

# is_of(entry, time): whether it was created then; a value that is not an entry may go, too.
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

function move(name, other,    inner, target) {
    inner = child_of(sessions, name)
    if (!inner) return
    drop(sessions, name)
    drop(sessions, other)
    add(sessions, quoted(other), "", inner)
    target = decode(raw_of(inner, "target"))
    sub(/.*:/, "", target)
    if (target != "") put(inner, "target", quoted(other ":" target))
}

# save_all(file): an entry a line (layout.awk).
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

# needs: lib/json.awk registry/layout.awk
# Prints the fields of the entry navi_name of the registry, a field in each line. Exit status 1 means that there is no
# such entry, 3 that the file is no registry.

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

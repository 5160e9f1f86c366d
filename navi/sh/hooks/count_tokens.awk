# needs: lib/json.awk
# Counts the tokens in transcripts; standard input lists them, as ls -lLin does. Exit status 0 means that
# navi_new_counts was written, 4 that there was nothing new, 3 that all transcripts must be counted again.

BEGIN {
    dropping = 1
    limit = 200
    begin("//message { //message/usage {")
    RS = "\n"
    began = now()
    load(ENVIRON["navi_known"])
    while ((getline line) > 0) list(line)
    for (path in offset) if (inode[path] != inode_now[path] || bytes[path] < offset[path]) exit 3
    for (i = 1; i <= transcripts; i++) read_on(transcript[i])
    if (news && !save(ENVIRON["navi_new_counts"])) exit 1
    printf "%s tokens", ENVIRON["navi_token"]
    for (i = 1; i <= 6; i++) printf " %.0f", total[i]
    printf " %.0f\n", left
    exit news ? 0 : 4
}

function now(    seconds) {
    "date +%s" | getline seconds
    close("date +%s")
    return seconds + 0
}

# load(file): what was counted before. total: input, output, read from the cache, written to it, messages, lines that
# were skipped.
function load(file,    line, lines, whole, part, path, i) {
    if (file == "") return
    while ((getline line < file) > 0) {
        if (whole || ++lines == 1 && line != "navi tokens 1") exit 3
        split(line, part, " ")
        if (line ~ /^message [0-9]+ [0-9]+ [0-9]+ [0-9]+ "[A-Za-z0-9_.:-]+"$/) {
            ids[++count] = part[6]
            usage_of[part[6]] = part[2] " " part[3] " " part[4] " " part[5]
        } else if (line ~ /^file [0-9]+ [0-9]+ [01] ./) {
            path = substr(line, length(part[2] part[3]) + 10)
            inode[path] = part[2]
            offset[path] = part[3] + 0
            inside[path] = part[4] + 0
        } else if (line ~ /^tail / && path != "") tail[path] = substr(line, 6)
        else if (line ~ /^total [0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+$/) for (i = 1; i <= 6; i++) total[i] = part[i + 1]
        else if (line == "end " lines) whole = 1
        else if (lines > 1) exit 3
    }
    close(file)
    if (lines && !whole) exit 3
}

# save(file): write it, and check that all of it is there: not every awk reports a full disk.
function save(file,    lines, line, path, i) {
    print "navi tokens 1" > file
    printf "total" > file
    for (i = 1; i <= 6; i++) printf " %.0f", total[i] > file
    printf "\n" > file
    lines = 3 + 2 * transcripts
    for (i = 1; i <= transcripts; i++) {
        path = transcript[i]
        printf "file %s %.0f %d %s\ntail %s\n", inode_now[path], offset[path], inside[path], path, tail[path] > file
    }
    for (i = count > 20000 ? count - 19999 : 1; i <= count; i++) {
        print "message " usage_of[ids[i]] " " ids[i] > file
        lines++
    }
    print "end " lines > file
    close(file)
    while ((getline line < file) > 0) i = line
    close(file)
    return i == "end " lines
}

# list(line): a transcript as ls -lin lists it: inode, mode, links, user, group, size, time in three words, path.
function list(line,    part, path) {
    if (!match(line, /^ *[0-9]+ +[^ ]+ +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[^ ]+ +[^ ]+ +[^ ]+ /)) return
    path = substr(line, RLENGTH + 1)
    if (path == "" || path in bytes) return
    split(line, part, " ")
    inode_now[path] = part[1]
    bytes[path] = part[6] + 0
    transcript[++transcripts] = path
}

# read_on(path): read the whole lines of a transcript from where it was left. What precedes that place is read once
# more: if it is another, so is the transcript.
function read_on(path,    rest, wanted, back, command, line, lines, last) {
    rest = bytes[path] - offset[path]
    wanted = rest < ENVIRON["navi_most"] - spent ? rest : ENVIRON["navi_most"] - spent
    if (wanted <= 0 || late) {
        left += rest
        return
    }
    spent += wanted
    back = length(tail[path]) + (offset[path] > 0 && !inside[path])
    at = offset[path] - back
    command = sprintf("tail -c +%.0f %s | head -c %.0f", at + 1, quoted(path), wanted + back)
    # A dot ends a text that is not a whole line. A byte 0 would end a line in some awks.
    command = "{ " command "; echo .; } 2>/dev/null | tr \"\\000\" \"\\001\""
    while (!late && (command | getline line) > 0) {
        if (lines++) take(path, last, lines == 2)
        last = line
    }
    close(command)
    if (!late) leave_off(path, substr(last, 1, length(last) - 1), lines == 1)
    if (at > offset[path]) {
        offset[path] = at
        tail[path] = ending
        news = 1
    }
    if (late || wanted < rest) left += bytes[path] - offset[path]
}

function quoted(path,    count, part, out, i) {
    count = split(path, part, "\047")
    out = "\047" part[1]
    for (i = 2; i <= count; i++) out = out "\047\\\047\047" part[i]
    return out "\047"
}

# take(path, line, first): a whole line. The first one ends with what was read before, if anything was.
function take(path, line, first) {
    if (first && offset[path] > 0) expect(path, line, !inside[path])
    else consider(line)
    inside[path] = 0
    at += length(line) + 1
    ending = end_of(line)
    if ((unchecked += length(line) + 1) < 500000) return
    unchecked = 0
    late = now() - began > ENVIRON["navi_budget"]
}

# leave_off(path, piece, first): the beginning of a line. The next call reads it again when more of it is written; but
# one as long as all that is read at once is skipped, in pieces.
function leave_off(path, piece, first) {
    if (first && offset[path] > 0) expect(path, piece, !inside[path])
    else if (length(piece) < ENVIRON["navi_most"] + 0) return
    if (!inside[path]) total[6]++
    inside[path] = 1
    at += length(piece)
    ending = end_of(piece)
}

# expect(path, text, whole): see that a text is, or begins with, what precedes the place that was reached.
function expect(path, text, whole) {
    if ((whole ? text : substr(text, 1, length(tail[path]))) != tail[path]) exit 3
}

function end_of(text) { return length(text) > 64 ? substr(text, length(text) - 63) : text }

# consider(line): count it if it says how many tokens a message of the agent has used. Texts can hold the words of the
# first condition only with escapes before the quotes.
function consider(line,    message, usage, id, used) {
    if (!index(line, "\"usage\"") || !index(line, "\"assistant\"")) return
    parse(line)
    if (finished() && decode(raw_of(1, "type")) != "assistant") return
    message = finished() ? child_of(1, "message") : 0
    usage = message ? child_of(message, "usage") : 0
    if (finished() && !usage) return
    id = raw_of(message, "id")
    used = figure(usage, "input_tokens") " " figure(usage, "output_tokens")
    used = used " " figure(usage, "cache_read_input_tokens") " " figure(usage, "cache_creation_input_tokens")
    if (!finished() || used ~ /x/ || id ~ /^"/ && (length(id) > 102 || id !~ /^"[A-Za-z0-9_.:-]*"$/)) total[6]++
    else note(id ~ /^"./ && id != "\"\"" ? id : "", used)
}

function parse(line,    from, count, part, i, rest) {
    for (i in place) delete place[i]
    depth = nodes = broken = phase = skipping = 0
    state = "value"
    for (from = 1; from <= length(line) && !broken; from += 65536) {
        count = split(rest substr(line, from, 65536), part, "\"")
        for (i = 1; i < count; i++) if (phase != 2 || collecting || part[i] !~ /[^\\]\\$/) feed(part[i])
        rest = part[count]
    }
    feed(rest)
}

# figure(usage, name): a number of tokens, 0 where there is none, x where it makes no sense.
function figure(usage, name,    raw) {
    raw = raw_of(usage, name)
    if (raw == "" || raw == "null") return 0
    return raw ~ /^[0-9]+$/ && length(raw) < 10 ? raw : "x"
}

# note(id, used): a message counts once, with what its last line says; one without an id is one of its own.
function note(id, used,    before, part, i) {
    if (id == "" || !(id in usage_of)) total[5]++
    else split(usage_of[id], before, " ")
    if (id != "" && !(id in usage_of)) ids[++count] = id
    if (id != "") usage_of[id] = used
    split(used, part, " ")
    for (i = 1; i <= 4; i++) total[i] += part[i] - before[i]
}

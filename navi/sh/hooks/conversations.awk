# needs: lib/json.awk lib/json_writer.awk
# Defines functions for the conversations of a status file. Each has a record of its own, by its id, so that what
# happens in one never changes another. The file itself says what the most urgent one of them does; `agents` says that
# of each agent but Claude Code.
#
# merge_events.awk sets what the event says: now, agent, entry, event, status, session, cwd, note, request, subagent,
# background, and where it happened: host, boot, server, pane ("" for an event that does not say it).

# read_records(): find the records in the file, without those that no hook has written. A file without any is about one
# conversation, as older hooks wrote it.
function read_records(    i) {
    records = child(1, "conversations", "{")
    for (i = size[records]; i; i--) if (!children[records, i] || !is_key(id_at(i))) remove(records, i)
    if (decode(raw_of(1, "status")) !~ /^(offline)?$/ && (!size[records] || is_newer())) add_older_record()
}

# is_newer(): whether something other than this hook wrote the file's status.
function is_newer(    i) {
    for (i = 1; i <= size[records]; i++)
        if (time_at(i) >= amount(raw_of(1, "timestamp"))) return 0
    return 1
}

function id_at(i) { return decode(names[records, i]) }

# is_id(text): whether it can be an agent's id of a conversation. The key of one without an id has a colon: AGENT:PANE.
function is_id(text) { return text ~ /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/ && length(text) <= 100 }

function is_key(text) { return is_id(text) || text ~ /^[A-Za-z0-9_-]+:(%[0-9]+)?$/ && length(text) <= 100 }

function add_older_record(    id, where, raw) {
    where = child_of(1, "place")
    id = decode(raw_of(1, "session_id"))
    if (!is_id(id)) id = "claude:"
    id = child(records, id, "{")
    put(id, "agent", "\"claude\"")
    if (raw_of(id, "parent") == "") put(id, "parent", "\"\"")
    copy(1, id, "status message timestamp cwd")
    put(id, "message", shortened(raw_of(id, "message")))
    if (where) copy(where, id, "host boot server pane")
    if (child_of(id, "requests")) remove(id, place[id, "requests"])
    raw = raw_of(1, "request")
    if (raw ~ /^"[^"]/) put(child(id, "requests", "{"), " " decode(raw), raw_of(1, "status"), "\" " substr(raw, 2))
}

# copy(from, to, members): those that are texts or numbers.
function copy(from, to, members,    count, member, i, raw) {
    count = split(members, member, " ")
    for (i = 1; i <= count; i++) {
        raw = raw_of(from, member[i])
        put(to, member[i], raw ~ /^("|[0-9.]+$)/ ? raw : "\"\"")
    }
}

# converse(): change the record that the event is about. show() then says what the file says of all.
function converse(    id) {
    drop_before_boot()
    id = id_of_event()
    if (id != "" && event == "SessionEnd") end(id)
    else if (id != "") change(id)
    bound(id)
}

# ---- which conversation an event is about

# id_of_event(): the id of its conversation, for which it makes a record if there is none. "" if the event is about
# none: what has begun unseen is about to end, or has ended, while another conversation has the pane.
function id_of_event(    id) {
    id = decode(session)
    # Two agents never have one id, so one of them is wrong about it.
    if (!is_id(id) || child_of(records, id) && is_of_another(id)) return nameless()
    if (child_of(records, id)) {
        if (begins()) end_others(id)
        return id
    }
    if (event == "SessionEnd" || ends_something() && is_id(newest_beside(""))) return ""
    return begin_record(id)
}

function is_of_another(id) {
    id = decode(raw_of(child_of(records, id), "agent"))
    return id != "" && id != agent
}

function ends_something() { return event ~ /^(PostToolUse|PermissionDenied|Stop|ElicitationResult$)/ }

# begins(): whether the event shows that its conversation now has the pane: a terminal has one at a time.
function begins() { return entry == "" && event == "SessionStart" }

function nameless(    id) {
    id = decode(raw_of(1, "session_id"))
    if (pane == "" && agent == "claude" && child_of(records, id)) return id
    id = pane == "" ? most_urgent() : newest_beside("")
    if (id == "" && event != "SessionEnd") id = begin_record(agent ":" pane)
    return id
}

# begin_record(id): begin a record for a conversation. One that had no id yet gets it. A conversation without a terminal
# runs in a tool of the one that has the pane.
function begin_record(id,    record, unnamed, i) {
    if (entry == "" && event ~ /^(SessionStart|UserPromptSubmit)$/) end_others(id)
    unnamed = child_of(records, agent ":" pane) ? agent ":" pane : agent ":"
    if (is_id(id) && child_of(records, unnamed)) return rename(unnamed, id)
    record = child(records, id, "{")
    put(record, "agent", quoted(agent))
    put(record, "parent", quoted(entry == "" ? "" : newest_beside(id)))
    if (entry != "") put(record, "entry", quoted(entry))
    put(record, "started", now)
    if (entry != "") return id
    for (i = 1; i <= size[records]; i++)
        if (has_no_terminal(i) && is_beside(children[records, i])) put(children[records, i], "parent", quoted(id))
    return id
}

function has_no_terminal(i) { return raw_of(children[records, i], "entry") ~ /^"[^"]/ }

function rename(old, id,    i) {
    i = place[records, old]
    delete place[records, old]
    place[records, id] = i
    names[records, i] = quoted(id)
    return id
}

# newest_beside(but): the id of the newest conversation of this agent in this pane that a person started there.
function newest_beside(but,    i, found, time) {
    for (i = 1; i <= size[records]; i++) {
        if (id_at(i) == but || !is_beside(children[records, i])) continue
        if (has_no_terminal(i) || found != "" && time_at(i) < time) continue
        time = time_at(i)
        found = id_at(i)
    }
    return found
}

function time_at(i) { return amount(raw_of(children[records, i], "timestamp")) }

# is_beside(record): whether it is of the same agent in the same pane. Older hooks did not say in which pane they ran.
function is_beside(record,    other) {
    other = decode(raw_of(record, "pane"))
    return is_here(record) && decode(raw_of(record, "agent")) == agent && (pane == "" || other == "" || other == pane)
}

# is_here(record): whether it is of the same start of the machine, and of the same tmux server.
function is_here(record) {
    if (server == "" || raw_of(record, "server") !~ /^[0-9]/) return 1
    if (raw_of(record, "server") != server) return 0
    return decode(raw_of(record, "host")) == host && decode(raw_of(record, "boot")) == boot
}

# ---- changing records

# change(id): what the event says about a conversation.
function change(id,    record) {
    record = child_of(records, id)
    put_place(record)
    if (says_nothing(record)) return
    full[id] = note
    put(record, "status", quoted(status))
    put(record, "message", shortened(note))
    if (note_request(record)) tell_requests(id, record)
    put(record, "timestamp", now)
    if (cwd != "") put(record, "cwd", cwd)
    put(record, "background", background)
    if (event ~ /^Stop/ && !background) end_nested(id)
}

# put_place(record): where its event happened, if the event says so.
function put_place(record) {
    if (server == "" || pane == "") return
    put(record, "host", quoted(host))
    put(record, "boot", quoted(boot))
    put(record, "server", server)
    put(record, "pane", quoted(pane))
}

# says_nothing(record): while requests are open, a reminder of them adds nothing, and the end of another tool, which ran
# at the same time, answers none. Resting at its prompt is news only from an agent that seemed to work; after the end of
# its turn, its subagents may still work.
function says_nothing(record,    was, open) {
    was = decode(raw_of(record, "status"))
    if (event == "Notification" && status == "idle")
        return was !~ /^(working|permission|waiting)$/ || raw_of(record, "background") ~ /^[1-9]/
    open = child_of(record, "requests")
    if (!open || !size[open] || was !~ /^(permission|waiting)$/) return 0
    if (event == "Notification") return status ~ /^(permission|waiting)$/
    return is_answer() && !((open, key_of_request()) in place)
}

# is_answer(): whether the event says that one tool has ended, or was denied.
function is_answer() { return event ~ /^(PostToolUse|PostToolUseFailure|PermissionDenied)$/ && request ~ /^"[^"]/ }

# key_of_request(): subagents may ask for the same at the same time.
function key_of_request() { return subagent " " decode(request) }

# note_request(record): keep the requests that are open, and return whether there are others than the event's. Subagents
# ask at the same time, and are answered in any order. Every event but the end of a tool ends all requests.
function note_request(record,    open) {
    if (event == "PermissionRequest" && request ~ /^"[^"]/) {
        open = child(record, "requests", "{")
        if ((open, key_of_request()) in place) remove(open, place[open, key_of_request()])
        if (size[open] >= 8) remove(open, 1)
        put(open, key_of_request(), quoted(status), "\"" subagent " " substr(request, 2))
        return size[open] > 1
    }
    open = child_of(record, "requests")
    if (!open) return 0
    if (is_answer() && (open, key_of_request()) in place && size[open] > 1) {
        remove(open, place[open, key_of_request()])
        return 1
    }
    remove(record, place[record, "requests"])
    return 0
}

# tell_requests(id, record): say the newest of its open requests, and how many more there are.
function tell_requests(id, record,    open, raw) {
    open = child_of(record, "requests")
    raw = newest_request(open)
    if (size[open] > 1) raw = substr(raw, 1, length(raw) - 1) " (and " (size[open] - 1) " more)\""
    put(record, "status", raws[open, size[open]])
    put(record, "message", raw)
    full[id] = raw
}

function newest_request(open,    raw) {
    raw = names[open, size[open]]
    return "\"" substr(raw, index(raw, " ") + 1)
}

# ---- the end of records

function end(id) {
    remove(records, place[records, id])
    end_nested(id)
}

# end_nested(id): end the conversations that a tool of this one ran: they end with its turn, unless commands go on in
# the background.
function end_nested(id,    i) {
    for (i = size[records]; i; i--) if (decode(raw_of(children[records, i], "parent")) == id) remove(records, i)
}

# end_others(id): end another conversation that a person had in the pane; its end may have been missed.
function end_others(id,    other) {
    while ((other = newest_beside(id)) != "") end(other)
}

# drop_before_boot(): records from before the machine started. Only another start of the kernel proves that.
function drop_before_boot(    i, kernel, part) {
    split(boot, part, ".")
    kernel = part[1]
    for (i = kernel == "" ? 0 : size[records]; i; i--) {
        if (decode(raw_of(children[records, i], "host")) != host) continue
        split(decode(raw_of(children[records, i], "boot")), part, ".")
        if (part[1] != "" && part[1] != kernel) remove(records, i)
    }
}

# bound(id): keep the 16 newest, or fewer if they are long; three always fit. The one with this id stays.
function bound(id,    i, oldest, time, length_of_all) {
    while (size[records] > 3) {
        oldest = length_of_all = 0
        for (i = 1; i <= size[records]; i++) {
            length_of_all += length(written(children[records, i]))
            if (id_at(i) == id || oldest && time_at(i) >= time) continue
            oldest = i
            time = time_at(i)
        }
        if (!oldest || size[records] <= 16 && length_of_all <= 30000) return
        remove(records, oldest)
    }
}

# ---- what the file says of all

# show(): what the most urgent conversation of the agent does.
function show(    best) {
    best = most_urgent()
    if (agent != "claude") show_other(best)
    else if (best != "") show_own(best, child_of(records, best))
    else if (event == "SessionEnd") show_end()
}

function show_own(id, record,    open) {
    copy(record, 1, "status message timestamp")
    if (raw_of(record, "cwd") ~ /^"./) put(1, "cwd", raw_of(record, "cwd"))
    if (full[id] != "") put(1, "message", full[id])
    open = child_of(record, "requests")
    if (open && size[open]) put(1, "request", newest_request(open))
    else drop_request()
    if (is_id(id)) put(1, "session_id", quoted(id))
}

# drop_request(): the file as a whole names no request any more, if it did.
function drop_request() {
    if (raw_of(1, "request") != "") put(1, "request", "\"\"")
}

function show_end() {
    put(1, "status", "\"offline\"")
    put(1, "message", note)
    put(1, "timestamp", now)
    if (cwd != "") put(1, "cwd", cwd)
    if (is_id(decode(session))) put(1, "session_id", session)
    drop_request()
}

function show_other(id,    found) {
    if (id == "" && event != "SessionEnd") return
    found = child(child(1, "agents", "{"), agent, "{")
    if (id == "") {
        put(found, "status", "\"offline\"")
        put(found, "timestamp", now)
    } else copy(child_of(records, id), found, "status timestamp")
    if (cwd != "" && raw_of(1, "cwd") == "") put(1, "cwd", cwd)
}

# most_urgent(): the id of this agent's most urgent conversation here, or of any agent's where of_any_agent is set. Of
# equally urgent ones it is the one that is shown already, else the newest. One in a tool of another counts only if it
# asks something.
function most_urgent(    i, found, best, rank, time) {
    for (i = 1; i <= size[records]; i++) {
        rank = is_here(children[records, i]) ? rank_of(children[records, i]) : 0
        if (!rank || rank > 2 && child_of(records, decode(raw_of(children[records, i], "parent")))) continue
        rank = 2 * rank - ((of_any_agent || agent == "claude") && id_at(i) == decode(raw_of(1, "session_id")))
        if (found != "" && (rank > best || rank == best && time_at(i) < time)) continue
        best = rank
        time = time_at(i)
        found = id_at(i)
    }
    return found
}

# rank_of(record): 1 for the most urgent status, 0 for another agent's.
function rank_of(record,    at) {
    if (!of_any_agent && decode(raw_of(record, "agent")) != agent) return 0
    at = index(" permission waiting working error idle stopped done ", " " decode(raw_of(record, "status")) " ")
    return !at ? 99 : at < 12 ? 1 : at < 20 ? 2 : at
}

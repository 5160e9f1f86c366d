# needs: lib/json.awk lib/json_writer.awk hooks/conversations.awk
# Merges the events navi_events into the status file navi_file, and writes the new version into navi_lock. Exit status 0
# means that it is complete, 3 that it is and the old file was no status file, or more than one, anything else that it
# could not be written.

BEGIN {
    begin("//agents { //agents/* { //metrics { //metrics/time { //metrics/tools { //metrics/tools/counts {" \
        " //metrics/tools/recent [ //team { //team/agents [ //team/agents/* { //place {" \
        " //conversations { //conversations/* { //conversations/*/requests {")
    while ((getline chunk < ENVIRON["navi_file"]) > 0) {
        if (!broken) feed(chunk)
        chunks++
    }
    wrong = chunks && !finished()
    if (!readable()) start_anew()
    put(1, "tmux_session", quoted(ENVIRON["navi_status_name"]))
    count = split(ENVIRON["navi_events"], lines, "\n")
    for (i = 1; i <= count; i++) {
        fields = split(lines[i], field, "\t")
        # 16 are of an event that does not say where it happened. 14 and 20 are of older hooks, without a subagent and
        # background tasks, 13 and 19 of those without a request.
        if (fields ~ /^(13|14|16|19|20|22)$/ && field[fields] == ".") apply()
    }
    exit save(written(1), ENVIRON["navi_lock"]) ? (wrong ? 3 : 0) : 1
}

function start_anew(    entry) {
    for (entry in place) delete place[entry]
    nodes = 0
    new_node("{")
}

function apply(    part, rest) {
    if (!records) read_records()
    now = field[1]
    split(field[2], part, " ")
    agent = part[1]
    entry = part[2]
    event = field[3]
    status = field[4]
    session = field[5]
    cwd = field[6]
    note = field[7] == "" ? "\"\"" : field[7]
    tool = field[8]
    teammate = field[9]
    team = field[10]
    rest = fields > 16 ? fields - 6 : fields
    request = rest > 13 && field[13] != "" ? field[13] : "\"\""
    subagent = rest > 14 ? field[14] : ""
    background = rest > 14 ? amount(field[15]) : 0
    find_place(fields > 16 ? rest : 0)
    if (event == "Dismissed") return dismiss()
    if (tool != "") count_tool()
    if (field[11] != "") tell_deed(field[11], field[12])
    if (event ~ /^(Stop|SessionEnd)$/ && decode(session) != decode(raw_of(1, "session_id"))) stop_session()
    if (event == "UserPromptSubmit" && agent entry == "claude") prune_team()
    if (agent == "claude" && teammate != "") return tell_teammate(teammate, status, session)
    converse()
    if (agent == "claude") count_time()
    show()
}

# dismiss(): a person has seen the message of the most urgent conversation, whichever agent has it. Older hooks keep
# records of Claude Code only.
function dismiss(    id, agents, i, dismissed) {
    drop_before_boot()
    of_any_agent = 1
    id = most_urgent()
    of_any_agent = 0
    if (id != "") {
        agent = decode(raw_of(child_of(records, id), "agent"))
        if (agent == "claude") count_time()
        change(id)
        return show()
    }
    agents = child_of(1, "agents")
    for (i = agents ? size[agents] : 0; i; i--) {
        if (decode(raw_of(children[agents, i], "status")) !~ /^(permission|waiting|error|done)$/) continue
        put_status(children[agents, i])
        dismissed++
    }
    if (dismissed) return
    put_status(1)
    put(1, "message", "\"\"")
    drop_request()
}

function put_status(entry) {
    put(entry, "status", quoted(status))
    put(entry, "timestamp", now)
}

# find_place(at): where the event happened, by the fields from that one on; else it is where the last one did.
function find_place(at,    where) {
    where = child_of(1, "place")
    host = at ? field[at] : decode(raw_of(where, "host"))
    boot = at ? field[at + 1] : decode(raw_of(where, "boot"))
    server = at ? shown(amount(field[at + 2])) : raw_of(where, "server")
    pane = at ? field[at + 4] : ""
    if (server !~ /^[0-9]+$/) server = ""
    if (at) tell_place(at - 1)
}

# tell_place(at): note where the event happened, by the fields after that one, in place of an earlier one in the file.
function tell_place(at,    where) {
    put(1, "place", "")
    where = child(1, "place", "{")
    put(where, "host", quoted(field[at + 1]))
    put(where, "boot", quoted(field[at + 2]))
    put(where, "socket", quoted(field[at + 6]))
    put(where, "server", shown(amount(field[at + 3])))
    put(where, "session", quoted(field[at + 4]))
    put(where, "pane", quoted(field[at + 5]))
}

# count_time(): the time since the last event belongs to the status that it left.
function count_time(    was, time, passed, since) {
    was = decode(raw_of(1, "status"))
    time = child(child(1, "metrics", "{"), "time", "{")
    since = amount(raw_of(time, "started")) + amount(raw_of(time, "total_seconds"))
    if (since < amount(raw_of(1, "timestamp"))) since = amount(raw_of(1, "timestamp"))
    passed = now - since
    if (was == "" || was == "offline" || !amount(raw_of(time, "started"))) {
        put(time, "started", now)
        put(time, "working_seconds", 0)
        put(time, "waiting_seconds", 0)
    } else if (passed > 0 && passed < now) {
        if (was == "working") increase(time, "working_seconds", passed)
        if (was ~ /^(waiting|permission)$/) increase(time, "waiting_seconds", passed)
    }
    passed = now - amount(raw_of(time, "started"))
    put(time, "total_seconds", shown(passed > 0 ? passed : 0))
}

function count_tool(    tools, recent, others, i) {
    tools = child(child(1, "metrics", "{"), "tools", "{")
    increase(child(tools, "counts", "{"), decode(tool), 1, tool)
    recent = child(tools, "recent", "[")
    if (size[recent] < 10) size[recent]++
    for (i = size[recent]; i > 1; i--) {
        raws[recent, i] = raws[recent, i - 1]
        children[recent, i] = children[recent, i - 1]
    }
    raws[recent, 1] = tool
    children[recent, 1] = 0
}

# tell_deed(deed, whom): what happened to other agents of the team.
function tell_deed(deed, whom,    agents, i) {
    if (deed == "spawned" && whom != "") tell_teammate(whom, "working", "")
    if (deed == "spawned") return
    agents = team_agents()
    for (i = 1; i <= size[agents]; i++) if (matches(children[agents, i], "name", whom)) {
        if (deed == "stopped" || !matches(children[agents, i], "status", "\"stopped\"")) mark(children[agents, i], deed)
    }
}

function matches(entry, name, raw) {
    return entry && (raw == "*" || raw != "" && decode(raw_of(entry, name)) == decode(raw))
}

function mark(entry, status) {
    put(entry, "status", quoted(status))
    put(entry, "timestamp", now)
}

# team_agents(): the list of the team, empty where there is no team; a file without one does not get one.
function team_agents(    found) {
    found = child_of(1, "team")
    return found ? child_of(found, "agents") : 0
}

function tell_teammate(name, status, session,    agents, i, entry) {
    agents = child(1, "team", "{")
    if (team != "") put(agents, "name", team)
    agents = child(agents, "agents", "[")
    for (i = 1; i <= size[agents]; i++) if (matches(children[agents, i], "name", name)) entry = children[agents, i]
    if (!entry) {
        entry = new_node("{")
        add(agents, "", "", entry)
        put(entry, "name", name)
    }
    if (session != "") put(entry, "session_id", session)
    if (status == "idle" && matches(entry, "status", "\"stopped\"")) return
    mark(entry, status)
}

function stop_session(    agents, i) {
    agents = team_agents()
    for (i = 1; i <= size[agents]; i++)
        if (matches(children[agents, i], "session_id", session)) mark(children[agents, i], "stopped")
}

function prune_team(    agents, i, kept) {
    agents = team_agents()
    for (i = 1; i <= size[agents]; i++) {
        if (matches(children[agents, i], "status", "\"stopped\"")) continue
        kept++
        raws[agents, kept] = raws[agents, i]
        children[agents, kept] = children[agents, i]
    }
    if (agents) size[agents] = kept + 0
}

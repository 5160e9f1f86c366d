# needs: lib/json.awk hooks/event_names.awk
# Turns an event, which is JSON, into one line of fields between tabs, in the order in which `apply` of merge_events.awk
# reads them. An event that says nothing about a status, or is broken, becomes nothing.

BEGIN {
    dropping = 1
    limit = 4000
    begin("//tool_input { //tool_input/message { //tool_input/questions [ //tool_input/questions/* { //tool_response {" \
        " //background_tasks [ //background_tasks/* {")
    count = split("UserPromptSubmit working PostToolUse working PostToolUseFailure working Stop done" \
        " StopFailure error PermissionRequest permission PermissionDenied working Elicitation waiting" \
        " ElicitationResult working SessionStart idle SessionEnd offline TeammateIdle idle TaskCompleted done" \
        " session.created working session.idle idle session.error error permission.updated permission" \
        " permission.asked permission permission.replied working busy working idle idle error error", pair, " ")
    for (i = 1; i <= count; i += 2) statuses[pair[i]] = pair[i + 1]
}
# Most of a long text that is dropped, at one step for each of its quotes: those behind an odd number of backslashes.
phase == 2 && !collecting && /(^|[^\\])(\\\\)*\\$/ { next }
!broken { feed($0) }
END {
    if (!readable()) exit
    event = known_event(decode(raw_of(1, "hook_event_name")))
    status = status_of(event)
    if (status == "") exit
    tool = event ~ /^(PostToolUse|tool[.]execute[.]after)/ ? text_of(1, "tool_name") : ""
    team = text_of(1, "team_name")
    if (tool != "") tell_team()
    if (event !~ /^[A-Za-z._]+$/) exit
    printf "%s\t%s\t%s\t%s\t%s\t", event, status, text_of(1, "session_id"), text_of(1, "cwd"), message()
    printf "%s\t%s\t%s\t%s\t%s\t%s\t", tool, text_of(1, "teammate_name"), team, deed, whom, request()
    printf "%s\t%d\t.\n", subagent(), (event == "Stop" ? running(".") : 0)
}

# text_of(parent, name): a text of the event, in its quotes; "" where there is none.
function text_of(parent, name,    raw) {
    raw = parent ? raw_of(parent, name) : ""
    return raw ~ /^"./ && raw != "\"\"" ? utf8(raw) : ""
}

function status_of(event) {
    if (event == "Notification") return notified(known_notification(decode(raw_of(1, "notification_type"))))
    if (event == "PostToolUseFailure" && raw_of(1, "is_interrupt") == "true") return "idle"
    if (event == "SessionStart" && decode(raw_of(1, "source")) == "compact") return ""
    if (event == "PermissionRequest" && decode(text_of(1, "tool_name")) ~ /^(AskUserQuestion|ExitPlanMode)$/) return "waiting"
    # A command in the background does not count: nobody waits for its end.
    if (event == "Stop" && running("^(subagent|workflow)$")) return "working"
    if (event ~ /^(tool|chat)[.]/) return "working"
    return event in statuses ? statuses[event] : ""
}

# running(kinds): how many tasks of these kinds go on in the background.
function running(kinds,    tasks, i, count) {
    tasks = child_of(1, "background_tasks")
    for (i = 1; i <= size[tasks]; i++)
        if (decode(text_of(children[tasks, i], "type")) ~ kinds &&
            decode(text_of(children[tasks, i], "status")) !~ /^(completed|failed|stopped|killed)$/) count++
    return count
}

# subagent(): the id of the subagent that the event is from; "" for the agent itself.
function subagent(    id) {
    id = decode(text_of(1, "agent_id"))
    return id ~ /^[A-Za-z0-9_-]+$/ && length(id) <= 64 ? id : ""
}

# notified(type): older agents give no type, but say in the message what it is about. That an agent is at its prompt for
# a while, or has done its work, is no question.
function notified(type) {
    if (type ~ /^(auth_success|elicitation_complete|elicitation_response|agent_completed)$/) return ""
    if (type == "") type = decode(raw_of(1, "message"))
    if (type ~ /^(idle_prompt|Claude is waiting for your input)$/) return "idle"
    return type ~ /permission/ ? "permission" : "waiting"
}

function message(    raw) {
    if (event == "StopFailure") raw = text_of(1, "error")
    if (event == "Stop") raw = shortened(text_of(1, "last_assistant_message"))
    if (raw == "" && (event != "Notification" || status != "idle")) raw = text_of(1, "message")
    if (raw == "" && event == "PermissionRequest") raw = request()
    return raw == "" ? "\"\"" : raw
}

# request(): what a tool is to do, as a permission is asked for it. The end of that tool has the same text.
function request(    input, name, what) {
    name = text_of(1, "tool_name")
    if (event !~ /^(PermissionRequest|PermissionDenied|PostToolUse|PostToolUseFailure)$/ || name == "") return ""
    input = child_of(1, "tool_input")
    if (decode(name) == "ExitPlanMode") return "\"asks to approve its plan\""
    if (decode(name) == "AskUserQuestion") {
        what = child_of(input, "questions")
        what = what && size[what] ? shortened(text_of(children[what, 1], "question")) : ""
        return first(what, "\"asks a question\"")
    }
    what = text_of(input, "command")
    if (what != "") return shortened("\"wants to run " substr(what, 2))
    what = first(text_of(input, "file_path"), first(text_of(input, "url"), text_of(input, "path")))
    name = "\"wants to use " substr(name, 2)
    return what == "" ? name : shortened(substr(name, 1, length(name) - 1) ": " substr(what, 2))
}

# tell_team(): what the use of a tool says about other agents: one was spawned, asked to stop, or given work.
function tell_team(    input, answer, name, what) {
    input = child_of(1, "tool_input")
    answer = child_of(1, "tool_response")
    name = decode(tool)
    if ((name == "Task" || name == "Agent") && decode(text_of(answer, "status")) == "teammate_spawned") {
        deed = "spawned"
        whom = first(text_of(answer, "name"), text_of(input, "name"))
        team = first(first(text_of(answer, "team_name"), text_of(input, "team_name")), team)
    }
    if (name != "SendMessage") return
    whom = first(text_of(input, "recipient"), text_of(input, "to"))
    what = decode(first(text_of(input, "type"), text_of(child_of(input, "message"), "type")))
    if (what == "broadcast" || decode(whom) == "*") whom = "*"
    deed = what == "shutdown_request" ? "stopped" : what ~ /^(message|broadcast)?$/ ? "working" : ""
}

function first(one, other) { return one != "" ? one : other }

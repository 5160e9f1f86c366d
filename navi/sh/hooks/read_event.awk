# needs: lib/json.awk
# Turns an event, which is JSON, into one line of fields between tabs, in the order in which `apply` of merge_events.awk
# reads them. An event that says nothing about a status, or is broken, becomes nothing.

BEGIN {
    dropping = 1
    limit = 4000
    begin("//tool_input { //tool_input/message { //tool_response {")
    count = split("UserPromptSubmit working PostToolUse working PostToolUseFailure working Stop done" \
        " StopFailure error PermissionRequest permission SessionStart idle SessionEnd offline TeammateIdle idle TaskCompleted done" \
        " session.created working session.idle idle session.error error permission.updated permission" \
        " permission.asked permission permission.replied working busy working idle idle error error", pair, " ")
    for (i = 1; i <= count; i += 2) statuses[pair[i]] = pair[i + 1]
}
# Most of a long text that is dropped, at one step for each of its quotes.
phase == 2 && !collecting && /[^\\]\\$/ { next }
!broken { feed($0) }
END {
    if (!finished()) exit
    event = decode(raw_of(1, "hook_event_name"))
    status = status_of(event)
    if (status == "") exit
    tool = event ~ /^(PostToolUse|tool[.]execute[.]after)/ ? text_of(1, "tool_name") : ""
    team = text_of(1, "team_name")
    if (tool != "") tell_team()
    if (event !~ /^[A-Za-z._]+$/) exit
    printf "%s\t%s\t%s\t%s\t%s\t", event, status, text_of(1, "session_id"), text_of(1, "cwd"), message()
    printf "%s\t%s\t%s\t%s\t%s\t.\n", tool, text_of(1, "teammate_name"), team, deed, whom
}

# text_of(parent, name): a text of the event, in its quotes; "" where there is none.
function text_of(parent, name,    raw) {
    raw = parent ? raw_of(parent, name) : ""
    return raw ~ /^"./ && raw != "\"\"" ? utf8(raw) : ""
}

function status_of(event) {
    if (event == "Notification") return notified(decode(raw_of(1, "notification_type")))
    if (event == "PostToolUseFailure" && raw_of(1, "is_interrupt") == "true") return "idle"
    if (event == "SessionStart" && decode(raw_of(1, "source")) == "compact") return ""
    if (event ~ /^(tool|chat)[.]/) return "working"
    return event in statuses ? statuses[event] : ""
}

# notified(type): older agents give no type, but say in the message that it is about a permission.
function notified(type) {
    if (type ~ /^(auth_success|elicitation_complete|elicitation_response)$/) return ""
    if (type == "") type = decode(raw_of(1, "message"))
    return type ~ /permission/ ? "permission" : "waiting"
}

function message(    raw) {
    if (event == "StopFailure") raw = text_of(1, "error")
    if (raw == "") raw = text_of(1, "message")
    if (raw == "" && event == "PermissionRequest") {
        raw = text_of(1, "tool_name")
        if (raw != "") raw = "\"wants to use " substr(raw, 2)
    }
    return raw == "" ? "\"\"" : raw
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

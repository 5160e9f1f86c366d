# shellcheck shell=sh disable=SC2016,SC2034,SC2154,SC2317
# needs: hooks/status_file
# hook.sh AGENT: what a coding agent runs at each of its events, with the event as JSON on standard input. It writes the
# status file of the tmux session around it. It says nothing, always exits 0 and waits for nobody: an agent must never
# notice it. It needs tmux and POSIX sh, awk, mv. It is installed as one file.

# An event becomes one line of fields between tabs, in the order that `apply` of status_file.sh takes them; an
# event that says nothing about a status, or is broken, becomes nothing.
navi_reader='
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

# tell_team(): what the use of a tool says about other agents: one was spawned, told to stop, or given work.
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
'

# navi_limited COMMAND...: run it for two seconds at most. A tmux whose server hangs ends for no less than SIGKILL.
navi_limited() {
    if command -v timeout >/dev/null; then
        timeout -s KILL 2 "$@"
        return
    fi
    "$@" &
    navi_child=$!
    (
        sleep 2
        kill -KILL "$navi_child"
    ) >/dev/null &
    navi_guard=$!
    wait "$navi_child"
    kill "$navi_guard"
}

# navi_find_session: the time and the session around this pane, in navi_time and navi_name. tmux tells both in one
# answer. It is asked each time, because a session can be renamed and a pane can move. Only a line is read, for the
# client passes its end of the pipe on to the server: one that hangs holds it open.
navi_find_session() {
    navi_answer=$(
        {
            navi_limited tmux -u display-message -p -t "$TMUX_PANE" '%s #{session_name}' </dev/null
            echo
        } | {
            read -r navi_answer
            printf '%s\n' "$navi_answer"
        }
    )
    navi_time=${navi_answer%% *}
    navi_name=${navi_answer#* }
    case $navi_time in '' | *[!0-9]*) navi_time=$(date +%s) ;; esac
    # A name with a slash can't be the name of a file.
    case $navi_answer in *' '*/* | *' ') return 1 ;; *' '*) return 0 ;; esac
    return 1
}

navi_main() {
    navi_agent=${1:-claude}
    case $navi_agent in *[!A-Za-z0-9_-]*) return ;; esac
    case ${TMUX:+$TMUX_PANE} in '' | [!%]* | %*[!0-9]*) return ;; esac
    [ ! -t 0 ] || return
    navi_said=$(awk "$navi_parser$navi_reader")
    [ -n "$navi_said" ] || return
    navi_find_session || return
    navi_folder=${CLAUDE_SESSIONS_DIR:-${HOME:?}/.claude-sessions}
    case $navi_folder in /*) ;; *) navi_folder=./$navi_folder ;; esac
    navi_use "$navi_folder" "$navi_name" || return
    navi_event="$navi_time	$navi_agent	$navi_said$navi_newline"
    navi_publish
}

navi_newline='
'
navi_self=$$
exec >/dev/null 2>&1
trap '' HUP INT PIPE
umask 077
unset IFS
LC_ALL=C
export LC_ALL
navi_main "$@"
exit 0

# shellcheck shell=sh disable=SC2016,SC3013,SC2034,SC2154
# needs: lib/process lib/json
# Changing a status file, one change after the other, and none is ever lost.
#
# The lock of a status file is the next version of it: .navi/lock.SESSION is made where there is none (so only one hook
# makes it), holds the maker's process until awk has written the version into it, and becomes the status file by mv,
# which frees the lock. Meanwhile .navi/holder.SESSION tells whose version it is, and what was written whole is not lost
# should its writer be killed. Who finds it taken leaves the event beside it, in .navi/event.SESSION.TIME.PROCESS; who had the
# lock looks for such events after it has freed it. So every event counts, and no hook ever waits.

# What changes the file: the status file, the events, and what comes of them, written into the lock. Exit status 0 says
# that it stands there whole, 3 that the old file was no status file, anything else that nothing can be had.
navi_merger='
BEGIN {
    begin("//agents { //agents/* { //metrics { //metrics/time { //metrics/tools { //metrics/tools/counts {" \
        " //metrics/tools/recent [ //team { //team/agents [ //team/agents/* {")
    while ((getline chunk < ENVIRON["navi_file"]) > 0) {
        if (!broken) feed(chunk)
        chunks++
    }
    wrong = chunks && !finished()
    if (!chunks || wrong) start_anew()
    put(1, "tmux_session", quoted(ENVIRON["navi_name"]))
    count = split(ENVIRON["navi_events"], lines, "\n")
    for (i = 1; i <= count; i++) if (split(lines[i], field, "\t") == 13 && field[13] == ".") apply()
    exit save(written(1), ENVIRON["navi_lock"]) ? (wrong ? 3 : 0) : 1
}

function start_anew(    entry) {
    for (entry in place) delete place[entry]
    nodes = 0
    new_node("{")
}

function apply() {
    now = field[1]
    agent = field[2]
    event = field[3]
    status = field[4]
    session = field[5]
    cwd = field[6]
    note = field[7]
    tool = field[8]
    teammate = field[9]
    team = field[10]
    if (tool != "") count_tool()
    if (field[11] != "") tell_deed(field[11], field[12])
    if (agent != "claude") tell_other()
    else if (teammate != "") tell_teammate(teammate, status, session)
    else if (!foreign()) tell_own()
}

# tell_other(): an agent beside the one that the file is about.
function tell_other(    entry) {
    entry = child(child(1, "agents", "{"), agent, "{")
    put(entry, "status", quoted(status))
    put(entry, "timestamp", now)
    if (cwd != "" && raw_of(1, "cwd") == "") put(1, "cwd", cwd)
}

# foreign(): whether the event comes from another session of the agent, and is none of the own status.
function foreign(    own) {
    own = raw_of(1, "session_id")
    if (event == "SessionStart") return raw_of(1, "status") != "" && decode(raw_of(1, "status")) != "offline"
    if (session == "" || own !~ /^"./ || decode(own) == decode(session)) return 0
    if (event == "Stop" || event == "SessionEnd") stop_session()
    return event ~ /^(PostToolUse|Stop$|SessionEnd$)/
}

function tell_own() {
    if (event == "UserPromptSubmit") prune_team()
    count_time()
    put(1, "status", quoted(status))
    put(1, "message", note)
    if (cwd != "") put(1, "cwd", cwd)
    put(1, "timestamp", now)
    if (session != "" && (event ~ /^(UserPromptSubmit|SessionStart)$/ || raw_of(1, "session_id") !~ /^"./))
        put(1, "session_id", session)
}

# count_time(): the time since the last event belongs to the status that it left.
function count_time(    was, time, passed) {
    was = decode(raw_of(1, "status"))
    time = child(child(1, "metrics", "{"), "time", "{")
    passed = now - amount(raw_of(1, "timestamp"))
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
'

# navi_use FOLDER NAME: the status file of that session in that folder, its lock, and the private folder beside it.
navi_use() {
    navi_nest=$1/.navi
    navi_name=$2
    navi_file=$1/$navi_name.json
    navi_lock=$navi_nest/lock.$navi_name
    navi_owner=$navi_nest/holder.$navi_name
    [ -d "$navi_nest" ] || mkdir -p "$navi_nest" || return
    # What is there and can't be read must not be replaced.
    [ ! -e "$navi_file" ] || { [ -f "$navi_file" ] && [ -r "$navi_file" ]; }
}

# navi_create FILE: make it with this process in it; fails where it is there already.
navi_create() {
    set -C
    printf '%s\n' "$navi_self" >"$1"
    navi_code=$?
    set +C
    return "$navi_code"
}

# navi_stale: whether who made the lock has ended, or can't be the one any more: no hook works for a minute. Our own
# number is that of one before us.
navi_stale() {
    navi_holder=
    read -r navi_holder <"$navi_lock" || [ -e "$navi_lock" ] || return
    case $navi_holder in
    '') ;;
    *[!0-9]*) navi_abandoned && return 0 ;;
    *) navi_ended "$navi_holder" && return 0 ;;
    esac
    [ -n "$(find "$navi_lock" -prune -mmin +1)" ]
}

# navi_abandoned: whether the version that stands in the lock is of one that has ended; navi_gathered are the events in
# it. Who holds the lock writes its number beside it before the version. So if the one that stands there had ended
# before a version was seen, and still stands there after that, it is the one whose version was seen.
navi_abandoned() {
    navi_last=
    read -r navi_last navi_gathered <"$navi_owner" || return
    case $navi_last,$navi_gathered in *[!0-9]*,* | ,* | *, | *,*[!.]) return 1 ;; esac
    navi_ended "$navi_last" || return
    navi_holder=
    read -r navi_holder <"$navi_lock" || [ -n "$navi_holder" ] || return
    case $navi_holder in *[!0-9]*) ;; *) return 1 ;; esac
    read -r navi_again navi_holder <"$navi_owner" || return
    [ "$navi_again $navi_holder" = "$navi_last $navi_gathered" ] || return
    navi_gathered=${navi_gathered%.}
}

# navi_whole FILE: whether it is one whole JSON object.
navi_whole() {
    navi_one=$1 awk "$navi_parser"'BEGIN {
        begin("")
        while ((getline chunk < ENVIRON["navi_one"]) > 0) if (!broken) feed(chunk)
        exit !finished()
    }'
}

# navi_finish_other: what somebody had written whole before he was killed takes effect, since the events in it may be
# forgotten already. What is not whole is none: then no event was forgotten.
navi_finish_other() {
    navi_abandoned && navi_whole "$navi_lock" || return
    [ ! -e "$navi_file" ] || navi_whole "$navi_file" || navi_keep_broken || return
    navi_forget_gathered && mv -f "$navi_lock" "$navi_file"
}

# navi_break: end a stale lock. Of those who find it stale, only who makes the file beside it may do so.
navi_break() {
    navi_right=$navi_nest/break.$navi_name
    if ! navi_create "$navi_right"; then
        find "$navi_right" -prune -mmin +1 -exec rm -f {} \;
        return 1
    fi
    if navi_stale; then
        navi_finish_other || rm -f "$navi_lock"
        rm -f "$navi_right"
    else
        rm -f "$navi_right"
        return 1
    fi
}

# navi_gather: the events that others left, in navi_left, and their files in navi_gathered. One without its end is still
# being written, unless who wrote it has ended.
navi_gather() {
    navi_left=
    navi_gathered=
    for navi_path in "$navi_nest/event.$navi_name."*; do
        navi_line=
        read -r navi_line <"$navi_path"
        case $navi_line in
        *'	.') navi_left=$navi_left$navi_line$navi_newline ;;
        *) [ ! -e "$navi_path" ] || ! navi_ended "${navi_path##*.}" && continue ;;
        esac
        navi_gathered="$navi_gathered ${navi_path#"$navi_nest/event.$navi_name."}"
        [ ${#navi_left} -lt 60000 ] || break
    done
}

navi_forget_gathered() {
    set --
    for navi_path in $navi_gathered; do
        set -- "$@" "$navi_nest/event.$navi_name.$navi_path"
    done
    [ $# -eq 0 ] || rm -f "$@"
}

# navi_write: with the lock held, write what the events say, and free the lock. The holder's line is written over the one
# before, whose rest may stand behind it: to empty a file first makes some file systems write to the disk at once.
navi_write() {
    navi_gather
    navi_events=$navi_left$navi_event
    navi_event=
    navi_find_watches
    # Forgotten before the lock is free: else the next would count them again.
    if printf '%s%s .\n' "$navi_self" "$navi_gathered" 5<>"$navi_owner" >&5 && navi_merge && navi_forget_gathered &&
        mv -f "$navi_lock" "$navi_file"; then
        navi_wake_watches
    else
        rm -f "$navi_lock"
        return 1
    fi
}

navi_merge() {
    [ -n "$navi_events" ] || return
    export navi_file navi_lock navi_name navi_events
    awk "$navi_parser$navi_writer$navi_merger"
    navi_code=$?
    [ "$navi_code" = 3 ] && navi_keep_broken
    [ "$navi_code" = 0 ]
}

# navi_keep_broken: what was no status file is kept beside the new one; the first such, should there be more.
navi_keep_broken() {
    [ -e "$navi_file.broken" ] || ln "$navi_file" "$navi_file.broken" || cp -p "$navi_file" "$navi_file.broken" ||
        return
    navi_code=0
}

# navi_find_watches: who is to be woken, by process, in navi_watches. A watch that has not looked since the file's last
# version has been woken already: no line is added, so that one that hangs can't fill its FIFO and stop us.
navi_find_watches() {
    navi_watches=
    for navi_path in "$navi_nest"/watch.*; do
        navi_watch=${navi_path##*.}
        [ -p "$navi_path" ] || continue
        kill -0 "$navi_watch" || continue
        [ -e "$navi_nest/stamp.$navi_watch" ] && [ "$navi_file" -nt "$navi_nest/stamp.$navi_watch" ] && continue
        navi_watches="$navi_watches $navi_watch"
    done
}

# navi_wake_watches: opened for both ways, a FIFO never waits for a reader. (Not with 1<>, of which bash 5.2 makes <>
# within $(...), where operations run.)
navi_wake_watches() {
    for navi_watch in $navi_watches; do
        printf 'changed\n' 5<>"$navi_nest/watch.$navi_watch" >&5
    done
}

# navi_publish: write the event into the status file, or leave it for who is writing just now, which is as good: it is
# written by the one who holds the lock, or else by the next. Fails where nothing can be written.
navi_publish() {
    if ! navi_create "$navi_lock"; then
        printf '%s' "$navi_event" >"$navi_nest/event.$navi_name.$navi_time.$navi_self"
        navi_event=
        navi_create "$navi_lock" || { navi_stale && navi_break && navi_create "$navi_lock"; } || return 0
    fi
    navi_write || return
    navi_round=0
    while navi_gather && [ -n "$navi_left" ] && [ "$((navi_round += 1))" -le 20 ] && navi_create "$navi_lock"; do
        navi_write || return
    done
}


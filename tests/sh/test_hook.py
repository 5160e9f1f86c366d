"""hook.sh in real shells and with every awk: what events make of a status file, and that none is ever lost."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navi.core.status_file import read_status_file
from navi.ops.hooks.install import hook_text
from tests.support import processes
from tests.support.awks import every_awk
from tests.support.machines import Account, Lab, program
from tests.support.scripts import (
    BASH,
    DASH,
    NO_TIMEOUT,
    SHELLS,
    Shell,
    Watching,
    beside,
    environment,
    every_shell,
    files,
    here,
    stand_in,
)
from tests.support.waiting import until

HOOK = hook_text()
properties = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook in the pane of a session, below a shell, with an awk."""

    account: Account
    session: str = "api"
    shell: Shell = DASH
    awk: str = "mawk"
    agent: str = "claude"

    @property
    def path(self) -> Path:
        """The status file."""
        return self.account.sessions_dir / f"{self.session}.json"

    @property
    def state_folder(self) -> Path:
        """Where locks, events and FIFOs are."""
        return self.account.sessions_dir / ".navi"

    @property
    def lock(self) -> Path:
        """The lock of the status file."""
        return self.state_folder / f"lock.{self.session}"

    @property
    def words(self) -> list[str]:
        """The command, with the hook as it is installed."""
        path = self.account.folder / "hook"
        if not path.exists():
            path.write_text(HOOK)
        return [*self.shell.words, str(path), self.agent]

    def surroundings(self) -> dict[str, str]:
        """Return the environment of a process in the session's pane, with the awk in front of all others. There is no
        mawk, which the hook prefers, beside another one.
        """
        stand_in = self.account.bin / "awk"
        stand_in.unlink(missing_ok=True)
        stand_in.symlink_to(program(self.awk))
        beside = () if self.awk == "mawk" else ("mawk",)
        shell = replace(self.shell, without=(*self.shell.without, *beside))
        return environment(self.account, shell) | self.account.in_pane()

    def send(
        self, event: bytes, surroundings: Mapping[str, str] | None = None, prepare: Callable[[], None] | None = None
    ) -> None:
        """Run the hook with an event; see that it says nothing and exits with 0."""
        done = subprocess.run(
            self.words,
            input=event,
            capture_output=True,
            timeout=60,
            env=surroundings or self.surroundings(),
            cwd=self.account.home,
            preexec_fn=prepare,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    def tell(self, name: str, **fields: object) -> dict[str, object]:
        """Run the hook with an event, and return what is in the status file then."""
        self.send(event(name, **fields))
        return self.read()

    def read(self) -> dict[str, object]:
        """Return what is in the status file."""
        found = json.loads(self.path.read_bytes())
        assert isinstance(found, dict)
        return found


def left(hook: Hook) -> list[str]:
    """Return what lies beside the status files, but for the file that stays: who wrote the last version."""
    return [name for name in beside(hook.account) if name != f"holder.{hook.session}"]


def event(name: str, **fields: object) -> bytes:
    """Return an event as the agent writes it."""
    return json.dumps({"session_id": "one", "cwd": "/work", "hook_event_name": name} | fields).encode()


def dig(document: object, *keys: str) -> object:
    """Return what is deep in a document."""
    for key in keys:
        assert isinstance(document, dict)
        document = document[key]
    return document


def age(path: Path, seconds: float) -> None:
    """Let a file have been changed so long ago."""
    os.utime(path, (time.time() - seconds,) * 2)


@pytest.fixture
def hook(lab: Lab) -> Hook:
    """A hook in the session `api`."""
    lab.local.new_session("api", "sleep 10000")
    return Hook(lab.local)


# ---- what an event says

EVENTS: list[tuple[dict[str, object], str]] = [
    ({"hook_event_name": "UserPromptSubmit"}, "working"),
    ({"hook_event_name": "PostToolUse", "tool_name": "Bash"}, "working"),
    ({"hook_event_name": "PostToolUseFailure", "tool_name": "Bash"}, "working"),
    ({"hook_event_name": "PostToolUseFailure", "tool_name": "Bash", "is_interrupt": True}, "idle"),
    ({"hook_event_name": "Stop"}, "done"),
    ({"hook_event_name": "StopFailure", "error": "rate_limit"}, "error"),
    ({"hook_event_name": "PermissionRequest", "tool_name": "Bash"}, "permission"),
    ({"hook_event_name": "SessionStart", "source": "startup"}, "idle"),
    ({"hook_event_name": "SessionEnd"}, "offline"),
    ({"hook_event_name": "TeammateIdle"}, "idle"),
    ({"hook_event_name": "TaskCompleted"}, "done"),
    ({"hook_event_name": "Notification", "notification_type": "permission_prompt"}, "permission"),
    ({"hook_event_name": "Notification", "notification_type": "agent_needs_input"}, "waiting"),
    ({"hook_event_name": "Notification", "notification_type": "elicitation_dialog"}, "waiting"),
    ({"hook_event_name": "Notification", "message": "Claude needs your permission to use Bash"}, "permission"),
    ({"hook_event_name": "PermissionRequest", "tool_name": "AskUserQuestion"}, "waiting"),
    ({"hook_event_name": "PermissionRequest", "tool_name": "ExitPlanMode"}, "waiting"),
    ({"hook_event_name": "PermissionDenied", "tool_name": "Bash"}, "working"),
    ({"hook_event_name": "Elicitation"}, "waiting"),
    ({"hook_event_name": "ElicitationResult"}, "working"),
    ({"hook_event_name": "Stop", "background_tasks": [{"type": "subagent", "status": "running"}]}, "working"),
    ({"hook_event_name": "Stop", "background_tasks": [{"type": "subagent", "status": "completed"}]}, "done"),
    ({"hook_event_name": "Stop", "background_tasks": [{"type": "shell", "status": "running"}]}, "done"),
]

SILENT: list[dict[str, object]] = [
    {"hook_event_name": "SubagentStart"},
    {"hook_event_name": "SubagentStop"},
    {"hook_event_name": "PreToolUse", "tool_name": "Bash"},
    {"hook_event_name": "Notification", "notification_type": "auth_success"},
    {"hook_event_name": "Notification", "notification_type": "agent_completed"},
    {"hook_event_name": "SessionStart", "source": "compact"},
    {"hook_event_name": 5},
    {},
]


def asking(tool: str, **values: object) -> dict[str, object]:
    """Return a request for permission to use a tool."""
    return {"hook_event_name": "PermissionRequest", "tool_name": tool, "tool_input": values}


@pytest.mark.parametrize(("fields", "status"), EVENTS, ids=lambda value: value if isinstance(value, str) else "event")
def test_an_event_becomes_a_status(hook: Hook, fields: dict[str, object], status: str) -> None:
    before = int(time.time())
    hook.send(json.dumps(fields | {"cwd": "/work", "session_id": "one"}).encode())
    found = hook.read()
    assert (found["status"], found["tmux_session"], found["cwd"], found["session_id"]) == (
        status,
        "api",
        "/work",
        "one",
    )
    assert before <= int(str(found["timestamp"])) <= time.time()


@pytest.mark.parametrize("fields", SILENT, ids=str)
def test_other_events_say_nothing(hook: Hook, fields: dict[str, object]) -> None:
    hook.send(json.dumps(fields).encode())
    assert not hook.account.sessions_dir.exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"hook_event_name": "Notification", "message": "look here"}, "look here"),
        ({"hook_event_name": "PermissionRequest", "tool_name": 'a"b'}, 'wants to use a"b'),
        ({"hook_event_name": "StopFailure", "error": "overloaded"}, "overloaded"),
        ({"hook_event_name": "Stop"}, ""),
        ({"hook_event_name": "Stop", "last_assistant_message": "All is done."}, "All is done."),
        ({"hook_event_name": "Stop", "last_assistant_message": "ä" * 999}, "ä" * 66),
        (asking("Bash", command='touch "x"', description="y"), 'wants to run touch "x"'),
        (asking("Bash", command="é" * 999), "wants to run " + "é" * 63),
        (asking("Write", file_path="/src/new", content="z"), "wants to use Write: /src/new"),
        (asking("WebFetch", url="https://x.org", prompt="z"), "wants to use WebFetch: https://x.org"),
        (asking("mcp__a__b", deep={"command": "no"}), "wants to use mcp__a__b"),
        (asking("AskUserQuestion", questions=[{"question": "Which?", "options": [{"label": "A"}]}]), "Which?"),
        (asking("AskUserQuestion", questions=[]), "asks a question"),
        (asking("ExitPlanMode", plan="# The plan"), "asks to approve its plan"),
    ],
    ids=lambda value: value if isinstance(value, str) else "event",
)
def test_the_message_is_that_of_the_event(hook: Hook, fields: dict[str, object], message: str) -> None:
    hook.tell("Notification", message="older")
    hook.send(json.dumps(fields).encode())
    assert hook.read()["message"] == message


TOUCH: dict[str, object] = {"tool_name": "Bash", "tool_input": {"command": "touch x"}}
WRITE: dict[str, object] = {"tool_name": "Write", "tool_input": {"file_path": "/x"}}
ASKS: list[tuple[str, dict[str, object]]] = [("UserPromptSubmit", {}), ("PermissionRequest", TOUCH)]
Event = tuple[str, dict[str, object]]
REMINDS: Event = ("Notification", {"notification_type": "permission_prompt", "message": "Claude needs your permission"})
AT_PROMPT: Event = ("Notification", {"notification_type": "idle_prompt", "message": "Claude is waiting for your input"})

ORDERS: dict[str, tuple[list[tuple[str, dict[str, object]]], str, str]] = {
    "a request": (ASKS, "permission", "wants to run touch x"),
    "its reminder": ([*ASKS, REMINDS], "permission", "wants to run touch x"),
    "another tool ends": ([*ASKS, ("PostToolUse", WRITE)], "permission", "wants to run touch x"),
    "another tool fails": ([*ASKS, REMINDS, ("PostToolUseFailure", WRITE)], "permission", "wants to run touch x"),
    "its tool ends": ([*ASKS, ("PostToolUse", TOUCH)], "working", ""),
    "its tool ends, then another": ([*ASKS, ("PostToolUse", TOUCH), ("PostToolUse", WRITE)], "working", ""),
    "it is denied": ([*ASKS, ("PermissionDenied", TOUCH)], "working", ""),
    "the next request": ([*ASKS, ("PermissionRequest", WRITE)], "permission", "wants to use Write: /x (and 1 more)"),
    "the turn ends": ([*ASKS, ("Stop", {})], "done", ""),
    "at its prompt after a turn": ([("UserPromptSubmit", {}), ("Stop", {}), AT_PROMPT], "done", ""),
    "at its prompt after an error": ([("StopFailure", {"error": "no"}), AT_PROMPT], "error", "no"),
    "at its prompt after Esc": ([("UserPromptSubmit", {}), AT_PROMPT], "idle", ""),
    "at its prompt after a refusal": ([*ASKS, AT_PROMPT], "idle", ""),
    "a reminder of an older agent": ([REMINDS], "permission", "Claude needs your permission"),
}
"""Events in their order, and the status and message after them."""


@every_awk
@pytest.mark.parametrize("name", ORDERS)
def test_a_request_stays_open_until_it_is_answered(hook: Hook, name: str, awk: str) -> None:
    hook = replace(hook, awk=awk)
    events, status, message = ORDERS[name]
    for event_name, fields in events:
        found = hook.tell(event_name, **fields)
    assert (found["status"], found["message"]) == (status, message)


@every_shell
@every_awk
def test_it_works_in_every_shell_with_every_awk(hook: Hook, shell: Shell, awk: str) -> None:
    hook = replace(hook, shell=shell, awk=awk)
    hook.account.write_status("api", extra={"deep": ["ü", "\\u00fc", 1e400 > 0, None]}, message='say "no"\n')
    for tool in ("Bash", 'mcp__ünï__"x"', "Bash"):
        hook.tell(
            "PostToolUse", tool_name=tool, tool_input={"command": 'echo "{[" \\ '}, tool_response=[{}, [1, {"a": []}]]
        )
    found = hook.tell("Notification", message='ä\u2028"\\\n', notification_type="agent_needs_input")
    assert dig(found, "metrics", "tools") == {
        "counts": {"Bash": 2, 'mcp__ünï__"x"': 1},
        "recent": ["Bash", 'mcp__ünï__"x"', "Bash"],
    }
    assert (found["status"], found["message"]) == ("waiting", 'ä\u2028"\\\n')
    assert found["extra"] == {"deep": ["ü", "\\u00fc", True, None]}


def test_only_the_ten_last_tools_are_kept(hook: Hook) -> None:
    for number in range(12):
        found = hook.tell("PostToolUse", tool_name=f"Tool{number}")
    assert dig(found, "metrics", "tools", "recent") == [f"Tool{number}" for number in range(11, 1, -1)]
    assert len(json.dumps(dig(found, "metrics", "tools", "counts")).split(",")) == 12


@pytest.mark.parametrize(
    ("before", "working", "waiting"),
    [("working", 100, 0), ("done", 0, 0), ("waiting", 0, 100), ("permission", 0, 100), ("idle", 0, 0)],
)
def test_the_time_that_passed_belongs_to_the_status_before(hook: Hook, before: str, working: int, waiting: int) -> None:
    then = int(time.time()) - 100
    spent = {"started": then - 50, "working_seconds": 7, "waiting_seconds": 3, "total_seconds": 50}
    hook.account.write_status("api", status=before, timestamp=then, metrics={"time": spent})
    found = hook.tell("Stop")
    passed = int(str(found["timestamp"])) - then - 100
    assert dig(found, "metrics", "time", "working_seconds") == 7 + working + (passed if working else 0)
    assert dig(found, "metrics", "time", "waiting_seconds") == 3 + waiting + (passed if waiting else 0)
    assert dig(found, "metrics", "time", "total_seconds") == 150 + passed


def test_after_offline_the_times_begin_anew(hook: Hook) -> None:
    spent = {"started": 5, "working_seconds": 7, "waiting_seconds": 3, "total_seconds": 50}
    hook.account.write_status("api", status="offline", timestamp=1000, metrics={"time": spent, "tokens": {"total": 1}})
    found = hook.tell("UserPromptSubmit")
    assert dig(found, "metrics", "time") == {
        "started": found["timestamp"],
        "working_seconds": 0,
        "waiting_seconds": 0,
        "total_seconds": 0,
    }
    assert dig(found, "metrics", "tokens") == {"total": 1}


def test_a_conversation_that_a_person_starts_ends_the_one_in_its_pane(hook: Hook) -> None:
    assert hook.tell("UserPromptSubmit")["status"] == "working"
    found = hook.tell("SessionStart", source="startup", session_id="two")
    assert (found["status"], found["session_id"]) == ("idle", "two")
    assert hook.tell("SessionEnd", session_id="two")["status"] == "offline"
    found = hook.tell("SessionStart", source="clear", session_id="three")
    assert (found["status"], found["session_id"]) == ("idle", "three")


@every_shell
def test_a_claude_without_a_terminal_is_nested_in_the_one_of_its_pane(hook: Hook, shell: Shell) -> None:
    """Claude Code tells its hooks by a variable how it was started."""
    hook = replace(hook, shell=shell)
    hook.tell("PermissionRequest", tool_name="Bash", tool_input={"command": "claude -p x"})
    for name in ("SessionStart", "UserPromptSubmit", "Stop"):
        hook.send(event(name, session_id="two"), hook.surroundings() | {"CLAUDE_CODE_ENTRYPOINT": "sdk-cli"})
    found = hook.read()
    assert (found["status"], found["session_id"]) == ("permission", "one")
    nested = dig(found, "conversations", "two")
    assert (dig(nested, "parent"), dig(nested, "status")) == ("one", "done")


# ---- several agents


def test_another_agent_has_its_own_status(hook: Hook) -> None:
    hook.tell("Stop")
    other = replace(hook, agent="opencode")
    for name, status in [
        ("tool.execute.before", "working"),
        ("session.idle", "idle"),
        ("permission.updated", "permission"),
    ]:
        found = other.tell(name)
        assert dig(found, "agents", "opencode", "status") == status
        assert found["status"] == "done"


def test_a_teammate_changes_only_its_own_status(hook: Hook) -> None:
    hook.tell("UserPromptSubmit")
    found = hook.tell("TeammateIdle", teammate_name="bob", team_name="crew", session_id="two")
    assert found["status"] == "working"
    assert dig(found, "team", "name") == "crew"
    assert states(found) == {"bob": "idle"}


def test_spawning_stopping_and_messages_are_followed(hook: Hook) -> None:
    spawned = {"status": "teammate_spawned", "team_name": "crew"}
    for name in ("bob", "eve"):
        found = hook.tell("PostToolUse", tool_name="Task", tool_input={"name": name}, tool_response=spawned)
    assert states(found) == {"bob": "working", "eve": "working"}
    stop = {"type": "shutdown_request", "recipient": "bob"}
    assert states(hook.tell("PostToolUse", tool_name="SendMessage", tool_input=stop))["bob"] == "stopped"
    assert states(hook.tell("TeammateIdle", teammate_name="bob"))["bob"] == "stopped"
    assert states(hook.tell("TeammateIdle", teammate_name="eve"))["eve"] == "idle"
    found = hook.tell("PostToolUse", tool_name="SendMessage", tool_input={"to": "*", "message": "go on"})
    assert states(found) == {"bob": "stopped", "eve": "working"}
    assert states(hook.tell("UserPromptSubmit")) == {"eve": "working"}


def test_a_member_that_is_called_star_hides_none_that_follows(hook: Hook) -> None:
    before = hook.tell("TeammateIdle", teammate_name="bob", team_name="crew")
    before["metrics"] = {"tools": {"*": {}, "counts": {"Bash": 3}}}
    hook.path.write_text(json.dumps({"*": {}} | before))
    stop = {"type": "shutdown_request", "recipient": "bob"}
    whole = {"*": {}, "hook_event_name": "PostToolUse", "tool_name": "SendMessage", "tool_input": {"*": {}} | stop}
    hook.send(json.dumps(whole).encode())
    found = hook.read()
    assert states(found)["bob"] == "stopped"
    assert dig(found, "metrics", "tools", "counts") == {"Bash": 3, "SendMessage": 1}
    assert (found["*"], dig(found, "metrics", "tools", "*")) == ({}, {})


def test_the_end_of_another_session_stops_only_its_agent(hook: Hook) -> None:
    hook.tell("UserPromptSubmit")
    hook.tell("TaskCompleted", teammate_name="bob", session_id="two")
    found = hook.tell("PostToolUse", session_id="two", tool_name="Bash", cwd="/elsewhere")
    assert (found["status"], found["cwd"], dig(found, "metrics", "tools", "counts")) == (
        "working",
        "/work",
        {"Bash": 1},
    )
    found = hook.tell("Stop", session_id="two")
    assert (found["status"], states(found)) == ("working", {"bob": "stopped"})
    assert hook.tell("Stop")["status"] == "done"


def states(document: dict[str, object]) -> dict[str, str]:
    """Return the statuses of the team's agents."""
    agents = dig(document, "team", "agents")
    assert isinstance(agents, list)
    return {agent["name"]: agent["status"] for agent in agents}


# ---- which session


@pytest.mark.parametrize("name", ["two words", "-dash", "a'b", 'a"b', "$(touch x)", "*", "a\\b", "größe 日本"])
@pytest.mark.parametrize("shell", [DASH, BASH], ids=lambda shell: shell.name)
def test_any_name_is_found(lab: Lab, shell: Shell, name: str) -> None:
    lab.local.new_session("first", "sleep 10000")
    lab.local.tmux("rename-session", "-t", "=first", "--", name)
    lab.local.write_status("first", message="not this")
    name = lab.local.tmux("list-sessions", "-F", "#{session_name}")  # tmux doubles a backslash
    hook = Hook(lab.local, name, shell)
    assert hook.tell("Stop")["tmux_session"] == name
    assert sorted(os.listdir(hook.account.sessions_dir)) == sorted([".navi", "first.json", f"{name}.json"])


def test_a_session_that_was_renamed_is_found_under_its_new_name(hook: Hook) -> None:
    hook.tell("Stop")
    hook.account.tmux("rename-session", "-t", "=api", "web")
    assert replace(hook, session="web").tell("Stop")["tmux_session"] == "web"


@every_shell
def test_a_session_that_was_renamed_takes_its_file_along(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    hook.account.new_session("other", "sleep 10000")
    hook.account.write_status("other", metrics={"tools": {"counts": {"Read": 5}}})
    hook.tell("PostToolUse", tool_name="Bash")
    hook.account.tmux("rename-session", "-t", "=api", "app")
    found = replace(hook, session="app").tell("PostToolUse", tool_name="Bash")
    assert dig(found, "metrics", "tools", "counts") == {"Bash": 2}
    assert found["tmux_session"] == "app"
    assert sorted(path.stem for path in hook.account.sessions_dir.glob("*.json")) == ["app", "other"]


def test_a_name_with_a_slash_has_no_file(lab: Lab) -> None:
    lab.local.new_session("first", "sleep 10000")
    lab.local.tmux("rename-session", "-t", "=first", "../up")
    Hook(lab.local).send(event("Stop"))
    assert not lab.local.sessions_dir.exists()
    assert not list(lab.local.home.glob("*.json"))


@pytest.mark.parametrize(
    "change",
    [{"TMUX": ""}, {"TMUX_PANE": ""}, {"TMUX_PANE": "%99"}, {"TMUX_PANE": "api"}, {"TMUX": "/nowhere,1,0"}],
    ids=str,
)
def test_outside_of_tmux_nothing_happens(hook: Hook, change: dict[str, str]) -> None:
    hook.send(event("Stop"), hook.surroundings() | change)
    assert not hook.account.sessions_dir.exists()


# ---- where it happened


@every_shell
@every_awk
def test_the_file_says_where_the_event_happened(hook: Hook, shell: Shell, awk: str) -> None:
    hook = replace(hook, shell=shell, awk=awk)
    hook.account.write_status("api", place={"host": "elsewhere", "boot": "x", "color": "of another"})
    found = dig(hook.tell("Stop"), "place")
    asked = hook.account.tmux("display-message", "-p", "-t", "=api:", "#{socket_path} #{pid} #{session_id} #{pane_id}")
    socket_path, server, session, pane = asked.split()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().split("-")[0]
    started = Path("/proc/1/stat").read_text().rpartition(")")[2].split()[19]
    assert isinstance(found, dict)
    assert str(found.pop("host")).split(":")[0] == os.uname().nodename
    assert found == {
        "boot": f"{boot}.{started}", "socket": socket_path, "server": int(server), "session": session, "pane": pane,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["a,b", 'q"uote', "größe", "two words"])
def test_any_path_of_a_socket_is_kept(lab: Lab, name: str) -> None:
    path = lab.folder / name
    lab.local.run("tmux", "-S", str(path), "new-session", "-d", "-s", "api", "sleep 10000")
    hook = Hook(lab.local)
    hook.send(event("Stop"), environment(lab.local, DASH) | lab.local.in_pane("-S", str(path)))
    assert dig(hook.read(), "place", "socket") == str(path)


@every_shell
def test_an_agent_that_outlives_its_server_changes_no_session_of_the_next_one(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    outlived = hook.surroundings()
    server = hook.account.server()
    hook.account.tmux("kill-server")
    until(lambda: processes.read(server) is None, what="the server has ended")
    hook.account.new_session("api", "sleep 10000")
    assert hook.surroundings()["TMUX_PANE"] == outlived["TMUX_PANE"]
    hook.send(event("PostToolUse"), outlived)
    assert not hook.path.exists()
    assert hook.tell("Stop")["status"] == "done"


def test_an_event_that_an_older_hook_left_still_counts_and_says_no_place(hook: Hook) -> None:
    hook.state_folder.mkdir(parents=True)
    line = '5\tclaude\tPostToolUse\tworking\t"one"\t"/work"\t""\t"Edit"\t\t\t\t\t.\n'
    (hook.state_folder / "event.api.5.7").write_text(line)
    found = hook.tell("PostToolUse", tool_name="Bash")
    assert dig(found, "metrics", "tools", "counts") == {"Edit": 1, "Bash": 1}
    assert dig(found, "place", "pane") == "%0"


@every_shell
@pytest.mark.parametrize(("has_file", "named"), [("", "api"), ("api", "api"), ("view", "view"), ("api view", "api")])
def test_sessions_that_share_a_pane_have_one_status(hook: Hook, shell: Shell, has_file: str, named: str) -> None:
    hook = replace(hook, shell=shell, session=named)
    hook.account.new_session("other", "sleep 10000")
    hook.account.tmux("new-session", "-d", "-t", "=api", "-s", "view")
    for name in has_file.split():
        hook.account.write_status(name)
    found = hook.tell("Stop")
    ids = dict(line.split() for line in hook.account.tmux("list-sessions", "-F", "#S #{session_id}").splitlines())
    assert (found["tmux_session"], found["status"]) == (named, "done")
    assert dig(found, "place", "session") == ids[named]
    assert sorted(path.stem for path in hook.account.sessions_dir.glob("*.json")) == sorted({*has_file.split(), named})


def test_the_folder_can_be_another_one(hook: Hook, tmp_path: Path) -> None:
    hook.send(event("Stop"), hook.surroundings() | {"CLAUDE_SESSIONS_DIR": str(tmp_path / "a b")})
    assert json.loads((tmp_path / "a b" / "api.json").read_text())["status"] == "done"


def test_files_and_folders_are_private(hook: Hook) -> None:
    hook.tell("Stop")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (hook.account.sessions_dir, hook.state_folder, hook.path)]
    assert modes == [0o700, 0o700, 0o600]
    assert left(hook) == []


@pytest.mark.parametrize("shell", [DASH, NO_TIMEOUT], ids=lambda shell: shell.name)
def test_a_tmux_that_hangs_does_not_hold_it(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    surroundings = hook.surroundings()
    hook.state_folder.mkdir(parents=True)
    with hook.account.hung_server():
        hook.send(event("Stop"), surroundings)
    assert not hook.path.exists()
    noted = (hook.state_folder / "hook.log").read_text()
    assert "claude: tmux did not answer within 2 s; this event is lost\n" in noted


@every_shell
def test_a_tmux_that_hangs_after_its_answer_names_no_other_session(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    surroundings = hook.surroundings()
    hook.state_folder.mkdir(parents=True)
    stand_in(hook.account, "tmux", '"$real" "$@"; exec sleep 5')
    hook.send(event("Stop"), surroundings)
    assert list(hook.account.sessions_dir.glob("*.json")) == []
    noted = (hook.state_folder / "hook.log").read_text()
    assert "claude: tmux did not answer within 2 s; this event is lost\n" in noted


@every_shell
def test_a_state_folder_that_can_not_be_used_is_noted(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    hook.state_folder.mkdir(parents=True)
    (hook.state_folder / "at").write_text("")
    hook.send(event("Stop"))
    assert not hook.path.exists()
    assert "the status of api could not be written; check whose " in (hook.state_folder / "hook.log").read_text()


# ---- what is kept

KNOWN = {
    "tmux_session", "status", "message", "cwd", "timestamp", "session_id", "metrics", "team", "agents",
    "conversations", "request",
}  # fmt: skip
texts = st.text(max_size=30)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
deeper = st.fixed_dictionaries(
    {},
    optional={
        "metrics": documents | st.dictionaries(st.sampled_from(["time", "tools", "tokens", "x"]), documents),
        "team": documents | st.dictionaries(st.sampled_from(["name", "agents", "x"]), documents),
        "agents": documents,
        "session_id": documents,
        "status": documents,
        "timestamp": documents,
        "conversations": documents | st.dictionaries(st.sampled_from(["one", "x", ""]), documents),
        "request": documents,
    },
)


@every_awk
def test_a_large_file_is_kept(hook: Hook, awk: str) -> None:
    extra = {"quotes": 'say "x"\n' * 10_000, "list": [{"number": number, "inner": [[], {}]} for number in range(2000)]}
    hook.account.write_status("api", extra=extra)
    found = replace(hook, awk=awk).tell("PostToolUse", tool_name="Bash")
    assert (found["status"], found["extra"]) == ("working", extra)


@every_awk
@properties
@given(
    unknown=st.dictionaries(texts, documents, max_size=5), known=deeper, ascii_only=st.booleans(), wide=st.booleans()
)
def test_what_it_does_not_know_stays_as_it_is(
    hook: Hook, awk: str, unknown: dict[str, object], known: dict[str, object], ascii_only: bool, wide: bool
) -> None:
    hook = replace(hook, awk=awk)
    before = {key: value for key, value in unknown.items() if key not in KNOWN} | known
    hook.path.parent.mkdir(exist_ok=True)
    aside = Path(f"{hook.path}.broken")
    aside.unlink(missing_ok=True)
    hook.path.write_text(json.dumps(before, ensure_ascii=ascii_only, indent=2 if wide else None), encoding="utf-8")
    found = hook.tell("PostToolUse", tool_name="Bash")
    assert {key: found[key] for key in before if key not in KNOWN} == {
        key: before[key] for key in before if key not in KNOWN
    }
    assert not aside.exists()
    assert dig(found, "metrics", "tools", "recent")
    for outer in ("metrics", "team"):
        inner = before.get(outer)
        if isinstance(inner, dict):
            for key in set(inner) & {"tokens", "x"}:
                assert dig(found, outer, key) == inner[key]


@every_awk
@properties
@given(message=st.text(max_size=300), tool=st.text(min_size=1, max_size=50), ascii_only=st.booleans(), more=documents)
def test_texts_arrive_as_they_were_sent(
    hook: Hook, awk: str, message: str, tool: str, ascii_only: bool, more: object
) -> None:
    hook = replace(hook, awk=awk)
    hook.path.unlink(missing_ok=True)
    fields = {"tool_input": more, "hook_event_name": "PostToolUse", "tool_name": tool, "message": message, "x": more}
    hook.send(json.dumps(fields, ensure_ascii=ascii_only).encode())
    hook.send(json.dumps(fields, ensure_ascii=not ascii_only).encode())
    found = hook.read()
    assert found["message"] == message
    assert dig(found, "metrics", "tools") == {"counts": {tool: 2}, "recent": [tool, tool]}


@every_awk
@properties
@given(message=st.binary(max_size=40))
def test_bytes_that_are_no_text_do_no_harm(hook: Hook, awk: str, message: bytes) -> None:
    hook = replace(hook, awk=awk)
    hook.path.unlink(missing_ok=True)
    plain = bytes(byte for byte in message if byte >= 32 and byte not in b'"\\')
    hook.send(b'{"hook_event_name":"Notification","message":"' + plain + b'"}')
    told = hook.read()["message"]
    assert isinstance(told, str)
    assert [one for one in told if one != "?"] == [
        one for one in plain.decode(errors="replace") if one not in "?\ufffd"
    ]


@every_awk
@pytest.mark.parametrize("character", ["x", "é", "😀", "\\n", "\\u00e9", "\\ud83d\\ude00", '\\"', "\\\\"])
def test_a_long_message_is_cut_between_characters(hook: Hook, awk: str, character: str) -> None:
    hook = replace(hook, awk=awk)
    for shift in range(0, 12, 5):
        text = "x" * shift + character * 5000
        hook.send(f'{{"hook_event_name":"Notification","message":"{text}"}}'.encode())
        told = hook.read()["message"]
        assert isinstance(told, str)
        assert 200 < len(told) <= 4000
        assert json.loads(f'"{text}"').startswith(told)


# ---- broken events and files


@every_awk
@properties
@given(cut=st.integers(0, 10**6), junk=st.binary(max_size=20))
def test_a_broken_event_changes_nothing(hook: Hook, awk: str, cut: int, junk: bytes) -> None:
    hook = replace(hook, awk=awk)
    hook.account.write_status("api", message="as it was")
    before = hook.path.read_bytes()
    whole = event("Stop", tool_input={"a": [1, {"b": 'c"d'}], "e": None}, message="ü\\")
    surroundings = hook.surroundings()
    hook.send(whole[: cut % len(whole)], surroundings)
    hook.send(junk, surroundings)
    hook.send(whole + b"}", surroundings)
    assert hook.path.read_bytes() == before


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b"null",
        b'{"status":"working"',
        b'{"a":"b\nc"}',
        b'{"a":"\\x"}',
        b'{"a":01}',
        b'{"a":1,}',
        b'{"a" 1}',
        b'{"a":NaN}',
        b'{"a":1}{"b":2}',
        b"{'a':1}",
        b'{"a":[1,2}',
        b"\xff\xfe",
    ],
    ids=repr,
)
@every_awk
def test_a_broken_file_is_kept_aside_once(hook: Hook, awk: str, data: bytes) -> None:
    hook = replace(hook, awk=awk)
    hook.path.parent.mkdir()
    aside = Path(f"{hook.path}.broken")
    hook.path.write_bytes(data)
    assert hook.tell("Stop")["status"] == "done"
    assert aside.read_bytes() == data
    hook.path.write_bytes(b"broken again")
    assert hook.tell("Stop")["status"] == "done"
    assert aside.read_bytes() == data


def test_what_is_no_file_is_left_alone(hook: Hook) -> None:
    hook.path.mkdir(parents=True)
    hook.send(event("Stop"))
    assert list(hook.path.iterdir()) == []


@every_awk
def test_a_full_disk_leaves_the_old_file(hook: Hook, awk: str) -> None:
    hook = replace(hook, awk=awk)
    hook.account.write_status("api", extra="x" * 1000)
    before = hook.path.read_bytes()

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))

    hook.send(event("PostToolUse", tool_name="Bash"), prepare=small_disk)
    assert hook.path.read_bytes() == before
    assert left(hook) == ["hook.log"]
    assert "claude: the status of api could not be written; " in (hook.state_folder / "hook.log").read_text()
    assert hook.tell("PostToolUse", tool_name="Bash")["status"] == "working"


@every_awk
@pytest.mark.parametrize(
    "content", ["x" * 5_000_000, 'say "x"\n' * 50_000, list(range(200_000))], ids=["text", "quotes", "list"]
)
def test_a_huge_event_is_read(hook: Hook, awk: str, content: object) -> None:
    found = replace(hook, awk=awk).tell("PostToolUse", tool_input={"content": content}, tool_name="Write")
    assert dig(found, "metrics", "tools", "counts") == {"Write": 1}


HARD = {
    "escaped quotes": b'\\"' * 1_000_000,
    "doubly escaped": b'\\\\\\"x' * 400_000,
    "backslashes": b"\\\\" * 1_000_000,
}
"""Texts of 2 MB that once took a step for each of their quotes."""


@every_awk
@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
@pytest.mark.parametrize(
    "shape", [b'{"tool_input":{"content":"%s"},%s}', b'{"prompt":"%s",%s}', b'{"message":"%s",%s}']
)
def test_the_event_of_a_hard_text_counts(hook: Hook, awk: str, text: bytes, shape: bytes) -> None:
    """The name of the event comes last. Processor time is limited, for a busy machine takes longer."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (8, 8))

    hook = replace(hook, awk=awk)
    hook.send(shape % (text, b'"hook_event_name":"Stop"'), prepare=limited)
    assert hook.read()["status"] == "done"


@pytest.mark.parametrize("shell", [DASH, NO_TIMEOUT], ids=lambda shell: shell.name)
def test_an_event_that_never_ends_is_given_up_and_noted(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    hook.tell("UserPromptSubmit")
    with subprocess.Popen(hook.words, stdin=subprocess.PIPE, env=hook.surroundings()) as process:
        assert process.stdin
        process.stdin.write(b'{"hook_event_name":"Stop","x":"')
        process.stdin.flush()
        assert process.wait(60) == 0
    assert hook.read()["status"] == "working"
    assert "claude: gave up reading an event after 20 s\n" in (hook.state_folder / "hook.log").read_text()


ODD = {
    "byte order mark": b"\xef\xbb\xbf%s",
    "second document": b'%s\n{"hook_event_name":"SessionEnd","status":"offline","x":"y"}',
    "both": b'\xef\xbb\xbf %s {"a":[1,{"b":2}],"status":"x"} ["z"]\n',
    "the rest of a longer file": b'%s {"a',
}
"""What may be around a JSON object."""


@every_awk
@pytest.mark.parametrize("around", ODD.values(), ids=ODD)
def test_an_event_is_read_whatever_is_around_it(hook: Hook, awk: str, around: bytes) -> None:
    hook = replace(hook, awk=awk)
    hook.send(around % event("Stop"))
    assert hook.read()["status"] == "done"


@every_awk
@pytest.mark.parametrize("around", ODD.values(), ids=ODD)
def test_a_status_file_is_read_whatever_is_around_it(hook: Hook, awk: str, around: bytes) -> None:
    hook = replace(hook, awk=awk)
    hook.path.parent.mkdir()
    data = around % b'{"status":"waiting","kept":[1]}'
    hook.path.write_bytes(data)
    assert read_status_file("api", data).status == "waiting"
    assert (hook.tell("Stop")["status"], hook.read()["kept"]) == ("done", [1])
    aside = Path(f"{hook.path}.broken")
    assert not aside.exists() if around == ODD["byte order mark"] else aside.read_bytes() == data


@every_awk
def test_a_deep_event_is_read(hook: Hook, awk: str) -> None:
    deep = b'{"x":' + b'[{"a":' * 3000 + b"1" + b"}]" * 3000 + b',"hook_event_name":"Stop"}'
    hook = replace(hook, awk=awk)
    hook.send(deep)
    assert hook.read()["status"] == "done"


def test_an_agent_that_writes_into_a_socket_is_read(hook: Hook) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, subprocess.Popen(hook.words, stdin=theirs.fileno(), env=hook.surroundings()) as process:
        theirs.close()
        ours.sendall(event("Stop"))
        ours.shutdown(socket.SHUT_WR)
        assert process.wait(60) == 0
    assert hook.read()["status"] == "done"


# ---- at the same time


@pytest.mark.parametrize(
    ("shell", "times"),
    [(DASH, 200), *((shell, 40) for shell in SHELLS[1:])],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_of_parallel_events_every_one_counts(hook: Hook, shell: Shell, times: int) -> None:
    hook = replace(hook, shell=shell)
    surroundings = hook.surroundings()
    source = hook.account.home / "event"
    source.write_bytes(event("PostToolUse", tool_name="Bash", tool_input={"command": "x" * 3000}))
    with source.open("rb") as _:
        running = []
        for _number in range(times):
            with source.open("rb") as stdin:
                running.append(subprocess.Popen(hook.words, stdin=stdin, env=surroundings))
        assert [process.wait(120) for process in running] == [0] * times
    assert dig(hook.read(), "metrics", "tools", "counts") == {"Bash": times}
    assert left(hook) == []


@every_shell
def test_an_event_that_finds_the_lock_taken_is_written_by_the_next(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    hook.tell("PostToolUse", tool_name="Bash")
    before = hook.path.read_bytes()
    hook.lock.write_text(f"{os.getpid()}\n")
    hook.send(event("PostToolUse", tool_name="Edit"))
    assert hook.path.read_bytes() == before
    hook.lock.unlink()
    found = hook.tell("Stop")
    assert dig(found, "metrics", "tools", "counts") == {"Bash": 1, "Edit": 1}
    assert found["status"] == "done"
    assert left(hook) == []


@every_shell
@pytest.mark.parametrize("kind", ["dead", "old and empty", "old and alive", "old and half written"])
def test_a_stale_lock_is_broken(hook: Hook, shell: Shell, kind: str) -> None:
    hook = replace(hook, shell=shell)
    hook.tell("PostToolUse", tool_name="Bash")
    contents = {"dead": f"{processes.dead_process()}\n", "old and empty": "", "old and alive": f"{os.getpid()}\n"}
    hook.lock.write_text(contents.get(kind, '{"status'))
    if kind != "dead":
        age(hook.lock, 200)
    assert dig(hook.tell("PostToolUse", tool_name="Bash"), "metrics", "tools", "counts") == {"Bash": 2}
    assert left(hook) == []


KILL_THE_HOOK = "kill -KILL $PPID"


@every_shell
@pytest.mark.parametrize(
    ("program_name", "script"),
    [("mv", KILL_THE_HOOK), ("rm", KILL_THE_HOOK), ("rm", f'"$real" "$@"; {KILL_THE_HOOK}')],
    ids=["before the end", "before events are forgotten", "after events are forgotten"],
)
def test_a_hook_that_was_killed_costs_no_event_and_stalls_nobody(
    hook: Hook, shell: Shell, program_name: str, script: str
) -> None:
    hook = replace(hook, shell=shell)
    hook.tell("PostToolUse", tool_name="Bash")
    hook.lock.write_text(f"{os.getpid()}\n")
    hook.send(event("PostToolUse", tool_name="Waits"))
    hook.lock.unlink()
    stand_in(hook.account, program_name, script)
    killed = subprocess.run(
        hook.words, input=event("PostToolUse", tool_name="Edit"), env=hook.surroundings(), timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    (hook.account.bin / program_name).unlink()
    found = hook.tell("PostToolUse", tool_name="Read")
    assert dig(found, "metrics", "tools", "counts") == {"Bash": 1, "Waits": 1, "Edit": 1, "Read": 1}
    assert left(hook) == []


@every_shell
@pytest.mark.parametrize("version", ['{"status', "", "x"])
def test_half_a_version_of_one_that_was_killed_is_none(hook: Hook, shell: Shell, version: str) -> None:
    hook = replace(hook, shell=shell)
    hook.tell("PostToolUse", tool_name="Bash")
    hook.lock.write_text(version)
    (hook.state_folder / "holder.api").write_text(f"{processes.dead_process()} .\n")
    if not version:
        age(hook.lock, 200)  # one that is empty may have been made this moment
    assert dig(hook.tell("PostToolUse", tool_name="Bash"), "metrics", "tools", "counts") == {"Bash": 2}
    assert left(hook) == []


@every_shell
@pytest.mark.parametrize("holder", ["{process} .", "{process}", "x .", ""])
def test_the_version_of_one_that_may_live_is_not_touched(hook: Hook, shell: Shell, holder: str) -> None:
    hook = replace(hook, shell=shell)
    hook.tell("Stop")
    before = hook.path.read_bytes()
    hook.lock.write_text('{"status":"working"}\n')
    (hook.state_folder / "holder.api").write_text(holder.format(process=os.getpid()))
    hook.send(event("UserPromptSubmit"))
    assert hook.path.read_bytes() == before
    assert hook.lock.read_text() == '{"status":"working"}\n'


def test_a_broken_file_is_kept_aside_by_who_finishes_for_another(hook: Hook) -> None:
    hook.tell("Stop")
    hook.path.write_bytes(b"broken")
    hook.lock.write_text('{"status":"waiting","kept":1}\n')
    (hook.state_folder / "holder.api").write_text(f"{processes.dead_process()} .\n")
    assert hook.tell("Stop")["kept"] == 1
    assert Path(f"{hook.path}.broken").read_bytes() == b"broken"


def test_an_event_that_was_left_half_written_is_passed_over(hook: Hook) -> None:
    hook.tell("Stop")
    half = hook.state_folder / f"event.api.1.{processes.dead_process()}"
    half.write_text("1\tclaude\tStop\tdo")
    assert hook.tell("UserPromptSubmit")["status"] == "working"
    assert not half.exists()


# ---- the watch


@every_shell
def test_it_wakes_a_watch(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    here(hook.account).mkdir(parents=True)
    fifo = here(hook.account) / f"watch.{os.getpid()}"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    try:
        hook.send(event("Stop"))
        assert os.read(reader, 100) == b"changed\n"
    finally:
        os.close(reader)


def test_a_real_watch_tells_what_it_wrote(hook: Hook) -> None:
    with Watching(hook.account, DASH) as watching:
        watching.next()
        hook.tell("Notification", message="look", notification_type="agent_needs_input")
        frame = watching.frame(lambda frame: files(frame))
        assert (files(frame)["api"].status, files(frame)["api"].message) == ("waiting", "look")


@every_shell
def test_a_fifo_without_a_reader_does_not_hold_it(hook: Hook, shell: Shell) -> None:
    here(hook.account).mkdir(parents=True)
    for process in (processes.dead_process(), os.getpid()):
        os.mkfifo(here(hook.account) / f"watch.{process}")
    assert replace(hook, shell=shell).tell("Stop")["status"] == "done"


def fill(fifo: int) -> None:
    """Write into a FIFO until there is no room for another byte."""
    with suppress(BlockingIOError):
        while True:
            os.write(fifo, b"x")


@every_shell
def test_a_watch_that_does_not_read_is_not_written_to_for_ever(hook: Hook, shell: Shell) -> None:
    hook = replace(hook, shell=shell)
    hook.tell("Stop")
    fifo, stamp = here(hook.account) / f"watch.{os.getpid()}", here(hook.account) / f"stamp.{os.getpid()}"
    os.mkfifo(fifo)
    stamp.touch()
    age(stamp, 100)
    reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    try:
        fill(reader)
        assert hook.tell("UserPromptSubmit")["status"] == "working"
    finally:
        os.close(reader)


def test_a_file_that_another_hook_writes_meanwhile_is_not_taken_for_that_of_a_former_name(lab: Lab) -> None:
    """The hook finds no status file, and searches for one of a former name; before that, another hook writes it."""
    lab.local.new_session("api", "exec sleep 1000")
    hook = Hook(lab.local)
    lab.local.sessions_dir.mkdir()
    (lab.local.folder / "other").write_bytes(event("PostToolUse", tool_name="Bash"))
    words = f"{hook.words[0]} {hook.words[1]} claude <{lab.local.folder}/other"
    stand_in(lab.local, "grep", f'[ -n "${{INNER-}}" ] || INNER=1 {words}; exec "$real" "$@"')
    found = hook.tell("PostToolUse", tool_name="Bash")
    assert found["metrics"]["tools"]["counts"] == {"Bash": 2}  # type: ignore[index]

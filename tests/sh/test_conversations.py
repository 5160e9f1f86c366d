"""merge_events.awk with every awk: each conversation of a session keeps its own record, and the most urgent one shows.

The orders of events are those that the real Claude Code 2.1.197 sends.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navi.ops.linker import collect
from tests.support.awks import AWKS, awk_command
from tests.support.machines import program

Document = dict[str, Any]


class Event(NamedTuple):
    """An event of a conversation: the name of the hook event, its own fields, and where and how it was sent."""

    id: str
    name: str
    fields: Mapping[str, object] = {}
    pane: str = "%0"
    entry: str = ""
    agent: str = "claude"
    server: int = 7
    boot: str = "kernel.1"


def text_of(name: str) -> str:
    """Return an awk program with all that it needs."""
    return "".join(source.text for source in collect(name).values())


def run(awk: str, name: str, event: str = "", **variables: str) -> str:
    """Run an awk program, and return what it prints."""
    words = [*awk_command(awk, program(awk)), text_of(f"hooks/{name}")]
    surroundings = os.environ | variables | {"LC_ALL": "C"}
    return subprocess.run(
        words, input=event, env=surroundings, check=True, capture_output=True, text=True, timeout=60
    ).stdout


class Desk(NamedTuple):
    """A folder with a status file, and the awk that reads and merges events."""

    folder: Path
    awk: str = "mawk"

    def line(self, event: Event, time: int) -> str:
        """Return the line that hook.sh makes of an event."""
        fields = {"session_id": event.id, "cwd": f"/{event.id}", "hook_event_name": event.name, **event.fields}
        read = run(self.awk, "read_event.awk", json.dumps(fields)).removesuffix("\n").removesuffix(".")
        agent = f"{event.agent} {event.entry}".strip()
        where = f"here:1\t{event.boot}\t{event.server}\t$1\t{event.pane}\t/socket\t"
        return f"{time}\t{agent}\t{read}{where}.\n" if read else ""

    def merge(self, lines: str, before: object = None) -> Document:
        """Return what a status file holds after these lines of events. `before` is what it held."""
        old, new = self.folder / "old", self.folder / "new"
        old.unlink(missing_ok=True)
        if before is not None:
            old.write_text(json.dumps(before))
        run(
            self.awk, "merge_events.awk",
            navi_file=str(old), navi_lock=str(new), navi_status_name="api", navi_events=lines,
        )  # fmt: skip
        found = json.loads(new.read_text())
        assert isinstance(found, dict)
        return found

    def play(self, events: Sequence[Event], before: object = None) -> Document:
        """Return what a status file holds after events, ten seconds one after the other."""
        return self.merge("".join(self.line(one, 1000 + 10 * n) for n, one in enumerate(events)), before)


@pytest.fixture(params=AWKS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A desk with each awk."""
    return Desk(tmp_path, request.param)


def states(document: Document) -> dict[str, str]:
    """Return the statuses of the conversations."""
    return {id: record["status"] for id, record in document["conversations"].items()}


# ---- orders of events

TOUCH: Mapping[str, object] = {"tool_name": "Bash", "tool_input": {"command": "touch x"}}
OTHER: Mapping[str, object] = {"tool_name": "Bash", "tool_input": {"command": "touch y"}}
NESTS: Mapping[str, object] = {"tool_name": "Bash", "tool_input": {"command": "claude -p x"}}
REMINDS: Mapping[str, object] = {"notification_type": "permission_prompt", "message": "Claude needs your permission"}
AT_PROMPT: Mapping[str, object] = {"notification_type": "idle_prompt", "message": "Claude is waiting for your input"}
SHELL: Mapping[str, object] = {"background_tasks": [{"type": "shell", "status": "running"}]}
AGENT: Mapping[str, object] = {"background_tasks": [{"type": "subagent", "status": "running"}]}
NOTICE: Mapping[str, object] = {"prompt": "<task-notification>"}


def a(name: str, fields: Mapping[str, object] = {}) -> Event:
    """Return an event of the conversation A in the first pane."""
    return Event("A", name, fields)


def b(name: str, fields: Mapping[str, object] = {}) -> Event:
    """Return an event of the conversation B in another pane."""
    return Event("B", name, fields, pane="%1")


def n(name: str, fields: Mapping[str, object] = {}) -> Event:
    """Return an event of a `claude -p` in a tool of A: it has its pane."""
    return Event("N", name, fields, entry="sdk")


def sub(subagent: str, name: str, fields: Mapping[str, object] = {}) -> Event:
    """Return an event of a subagent of A."""
    return a(name, {**fields, "agent_id": subagent})


def start(source: str = "startup") -> Mapping[str, object]:
    """Return the fields of a beginning."""
    return {"source": source}


PROMPT = a("UserPromptSubmit")
ASKS = [PROMPT, a("PreToolUse", TOUCH), a("PermissionRequest", TOUCH)]
BOTH_ASK = [PROMPT, sub("s1", "PermissionRequest", TOUCH), sub("s2", "PermissionRequest", OTHER)]
NESTED = [PROMPT, a("PermissionRequest", NESTS), n("SessionStart", start()), n("UserPromptSubmit")]

ORDERS: dict[str, tuple[Sequence[Event], str, str, dict[str, str]]] = {
    # one conversation
    "answered": ([*ASKS, a("PostToolUse", TOUCH)], "working", "", {"A": "working"}),
    "denied": ([*ASKS, a("PermissionDenied", TOUCH)], "working", "", {"A": "working"}),
    "interrupted": ([*ASKS, a("PostToolUseFailure", {**TOUCH, "is_interrupt": True})], "idle", "", {"A": "idle"}),
    "refused, then a prompt": ([*ASKS, PROMPT], "working", "", {"A": "working"}),
    "refused, then at its prompt": ([*ASKS, a("Notification", AT_PROMPT)], "idle", "", {"A": "idle"}),
    "/compact": (
        [PROMPT, a("Stop"), a("PreCompact"), a("SubagentStop"), a("SessionStart", start("compact")), a("PostCompact")],
        "done", "", {"A": "done"},
    ),
    "/compact with nothing to compact": ([PROMPT, a("Stop"), a("PreCompact")], "done", "", {"A": "done"}),
    "compacted within a turn": ([PROMPT, a("SessionStart", start("compact"))], "working", "", {"A": "working"}),
    "/exit": ([PROMPT, a("Stop"), a("SessionEnd")], "offline", "", {}),
    # parallel tools
    "another tool ends": ([*ASKS, a("PostToolUse", OTHER)], "permission", "wants to run touch x", {"A": "permission"}),
    "two ask": (BOTH_ASK, "permission", "wants to run touch y (and 1 more)", {"A": "permission"}),
    "two ask, a reminder": (
        [*BOTH_ASK, a("Notification", REMINDS)], "permission", "wants to run touch y (and 1 more)", {"A": "permission"},
    ),
    "two ask, the first is answered": (
        [*BOTH_ASK, sub("s1", "PostToolUse", TOUCH)], "permission", "wants to run touch y", {"A": "permission"},
    ),
    "two ask, the second is answered": (
        [*BOTH_ASK, sub("s2", "PostToolUse", OTHER)], "permission", "wants to run touch x", {"A": "permission"},
    ),
    "two ask, both are answered": (
        [*BOTH_ASK, sub("s2", "PostToolUse", OTHER), sub("s1", "PostToolUse", TOUCH)], "working", "", {"A": "working"},
    ),
    "two ask the same, one is answered": (
        [PROMPT, sub("s1", "PermissionRequest", TOUCH), sub("s2", "PermissionRequest", TOUCH),
         sub("s1", "PostToolUse", TOUCH)],
        "permission", "wants to run touch x", {"A": "permission"},
    ),
    "two ask, the turn ends": ([*BOTH_ASK, a("Stop")], "done", "", {"A": "done"}),
    "a question beside a request": (
        [*BOTH_ASK, a("PermissionRequest", {"tool_name": "AskUserQuestion"}), sub("s1", "PostToolUse", TOUCH)],
        "waiting", "asks a question (and 1 more)", {"A": "waiting"},
    ),
    # what outlives the turn
    "a command in the background": (
        [PROMPT, a("Stop", SHELL), a("Notification", AT_PROMPT)], "done", "", {"A": "done"},
    ),
    "a subagent in the background": ([PROMPT, a("Stop", AGENT)], "working", "", {"A": "working"}),
    "at the prompt beside a subagent": (
        [PROMPT, a("Stop", AGENT), a("Notification", AT_PROMPT)], "working", "", {"A": "working"},
    ),
    "the end of a subagent": (
        [PROMPT, a("Stop", AGENT), a("SubagentStop"), a("UserPromptSubmit", NOTICE), a("Stop")],
        "done", "", {"A": "done"},
    ),
    "interrupted after a subagent": (
        [PROMPT, a("Stop", AGENT), PROMPT, a("Notification", AT_PROMPT)], "idle", "", {"A": "idle"},
    ),
    # one after the other in a pane
    "/clear": (
        [PROMPT, a("Stop"), a("SessionEnd", {"reason": "clear"}), Event("C", "SessionStart", start("clear"))],
        "idle", "", {"C": "idle"},
    ),
    "what comes late after /clear": (
        [PROMPT, a("SessionEnd"), Event("C", "SessionStart", start("clear")), a("PostToolUse", TOUCH), a("Stop")],
        "idle", "", {"C": "idle"},
    ),
    "killed at a dialog, started again": (
        [*ASKS, Event("C", "SessionStart", start())], "idle", "", {"C": "idle"},
    ),
    "killed at a dialog, resumed": ([*ASKS, a("SessionStart", start("resume"))], "idle", "", {"A": "idle"}),
    "killed, and the next one's start was missed": (
        [*ASKS, Event("C", "UserPromptSubmit")], "working", "", {"C": "working"},
    ),
    "another program began in the pane": (
        [*ASKS, Event("X", "UserPromptSubmit", agent="codex")],
        "permission", "wants to run touch x", {"A": "permission", "X": "working"},
    ),
    # a claude -p in a tool
    "nested: begins": (NESTED, "permission", "wants to run claude -p x", {"A": "permission", "N": "working"}),
    "nested: ends": (
        [*NESTED, n("Stop"), n("SessionEnd")], "permission", "wants to run claude -p x", {"A": "permission"},
    ),
    "nested: its tool ends": (
        [*NESTED, n("Stop"), n("SessionEnd"), a("PostToolUse", NESTS)], "working", "", {"A": "working"},
    ),
    "nested: while others work": ([PROMPT, n("SessionStart"), n("Stop")], "working", "", {"A": "working", "N": "done"}),
    "nested: killed with its tool": ([*NESTED, a("PostToolUse", NESTS), a("Stop")], "done", "", {"A": "done"}),
    "nested: in the background": (
        [*NESTED, a("PostToolUse", NESTS), a("Stop", SHELL)], "done", "", {"A": "done", "N": "working"},
    ),
    "nested: after a !command": ([PROMPT, a("Stop"), n("UserPromptSubmit")], "done", "", {"A": "done", "N": "working"}),
    "nested: really asks": (
        [PROMPT, n("UserPromptSubmit"), n("PermissionRequest", OTHER)],
        "permission", "wants to run touch y", {"A": "working", "N": "permission"},
    ),
    "nested: seen before the outer": (
        [n("UserPromptSubmit"), a("PostToolUse", OTHER)], "working", "", {"A": "working", "N": "working"},
    ),
    "claude -p of a person": ([n("SessionStart", start()), n("UserPromptSubmit")], "working", "", {"N": "working"}),
    "claude -p of a person ends": ([n("UserPromptSubmit"), n("Stop"), n("SessionEnd")], "offline", "", {}),
    # two panes
    "A asks while B works": (
        [PROMPT, b("UserPromptSubmit"), b("Stop"), a("PermissionRequest", TOUCH)],
        "permission", "wants to run touch x", {"A": "permission", "B": "done"},
    ),
    "A was answered": (
        [PROMPT, b("UserPromptSubmit"), b("Stop"), a("PermissionRequest", TOUCH), a("PostToolUse", TOUCH)],
        "working", "", {"A": "working", "B": "done"},
    ),
    "A and B are done": (
        [PROMPT, b("UserPromptSubmit"), b("Stop"), a("PermissionRequest", TOUCH), a("PostToolUse", TOUCH), a("Stop")],
        "done", "", {"A": "done", "B": "done"},
    ),
    "B asks and A's tool ends": (
        [PROMPT, b("PermissionRequest", OTHER), a("PostToolUse", TOUCH)],
        "permission", "wants to run touch y", {"A": "working", "B": "permission"},
    ),
    "B asks for what A does": (
        [PROMPT, b("PermissionRequest", TOUCH), a("PostToolUse", TOUCH), a("Stop")],
        "permission", "wants to run touch x", {"A": "done", "B": "permission"},
    ),
    "B starts while A asks": (
        [*ASKS, b("SessionStart", start())], "permission", "wants to run touch x", {"A": "permission", "B": "idle"},
    ),
    "B ends while A asks": (
        [*ASKS, b("UserPromptSubmit"), b("SessionEnd")], "permission", "wants to run touch x", {"A": "permission"},
    ),
    "A ends while B asks": (
        [PROMPT, b("PermissionRequest", OTHER), a("SessionEnd")], "permission", "wants to run touch y",
        {"B": "permission"},
    ),
    "A fails, B is done": (
        [PROMPT, b("UserPromptSubmit"), a("StopFailure", {"error": "no"}), b("Stop")],
        "error", "no", {"A": "error", "B": "done"},
    ),
    "B is cleared while A works": (
        [PROMPT, b("UserPromptSubmit"), b("SessionEnd"), Event("C", "SessionStart", start("clear"), "%1")],
        "working", "", {"A": "working", "C": "idle"},
    ),
    "a conversation is resumed in another pane": (
        [PROMPT, a("Stop"), Event("A", "SessionStart", start("resume"), "%1"), Event("D", "UserPromptSubmit")],
        "working", "", {"A": "idle", "D": "working"},
    ),
    # elsewhere
    "another tmux server": (
        [*ASKS, Event("B", "Stop", server=8)], "done", "", {"A": "permission", "B": "done"},
    ),
    "back on the first server": (
        [*ASKS, Event("B", "Stop", server=8), a("Notification", REMINDS)],
        "permission", "wants to run touch x", {"A": "permission", "B": "done"},
    ),
    "the machine started again": ([*ASKS, Event("B", "Stop", boot="later.1")], "done", "", {"B": "done"}),
}  # fmt: skip
"""Events; the session's status and message after them; and the conversations with theirs."""


@pytest.mark.parametrize("name", ORDERS)
def test_each_conversation_has_what_its_events_say(desk: Desk, name: str) -> None:
    events, status, message, conversations = ORDERS[name]
    found = desk.play(events)
    assert (found["status"], found["message"], states(found)) == (status, message, conversations)


@pytest.mark.parametrize("name", ORDERS)
def test_events_that_come_one_by_one_say_the_same(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path)
    found: Document = {}
    for number, event in enumerate(ORDERS[name][0]):
        found = desk.merge(desk.line(event, 1000 + 10 * number), found)
    whole = desk.play(ORDERS[name][0])
    assert found == whole


# ---- none changes another

WORDS: Sequence[tuple[str, Mapping[str, object]]] = [
    ("SessionStart", start()),
    ("UserPromptSubmit", {}),
    ("PermissionRequest", TOUCH),
    ("PermissionRequest", OTHER),
    ("PostToolUse", TOUCH),
    ("PostToolUse", OTHER),
    ("Notification", REMINDS),
    ("Notification", AT_PROMPT),
    ("Stop", {}),
    ("Stop", AGENT),
    ("StopFailure", {"error": "no"}),
    ("SessionEnd", {}),
]
OTHERS = [("B", "%1", "", "claude"), ("N", "%0", "sdk", "claude"), ("X", "%0", "", "codex"), ("Y", "%1", "", "codex")]
"""Conversations beside A: in another pane, in a tool of A, of another agent."""

properties = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@properties
@given(st.lists(st.tuples(st.sampled_from(["A", *OTHERS]), st.sampled_from(WORDS)), max_size=25))
def test_the_events_of_one_never_change_the_record_of_another(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[Any, tuple[str, Mapping[str, object]]]]
) -> None:
    desk = Desk(tmp_path_factory.getbasetemp())
    lines: list[str] = []
    own: list[str] = []
    for time, (who, (name, fields)) in enumerate(moves, 1000):
        id, pane, entry, agent = (who, "%0", "", "claude") if who == "A" else who
        line = desk.line(Event(id, name, fields, pane, entry, agent), time)
        lines.append(line)
        own += [line] if who == "A" else []
    together, alone = desk.merge("".join(lines)), desk.merge("".join(own))
    assert together.get("conversations", {}).get("A") == alone.get("conversations", {}).get("A")


# ---- what is in the file already


def test_a_file_of_an_older_hook_is_one_conversation(desk: Desk) -> None:
    place = {"host": "here:1", "boot": "kernel.1", "socket": "/socket", "server": 7, "session": "$1", "pane": "%0"}
    older = {
        "status": "permission", "message": "wants to run touch x", "request": "wants to run touch x", "cwd": "/w",
        "timestamp": 900, "session_id": "A", "place": place, "extra": [1],
    }  # fmt: skip
    found = desk.play([b("UserPromptSubmit"), a("PostToolUse", OTHER)], older)
    assert (found["status"], found["message"], found["extra"]) == ("permission", "wants to run touch x", [1])
    assert states(found) == {"A": "permission", "B": "working"}
    assert desk.play([a("PostToolUse", TOUCH)], older)["status"] == "working"


def test_a_file_without_an_id_is_the_conversation_that_goes_on(desk: Desk) -> None:
    found = desk.play([a("Notification", AT_PROMPT)], {"status": "error", "message": "no", "timestamp": 900})
    assert (found["status"], found["message"], states(found)) == ("error", "no", {"A": "error"})


def test_an_event_without_an_id_is_about_the_conversation_in_its_pane(desk: Desk) -> None:
    found = desk.play([*ASKS, b("UserPromptSubmit"), Event("", "Stop", pane="%1"), Event("", "Stop", pane="%2")])
    assert states(found) == {"A": "permission", "B": "done", "claude:%2": "done"}
    assert found["session_id"] == "A"


DISMISSED = "1100\tclaude\tDismissed\tworking\t\t\t\"\"\t\t\t\t\t\t\t.\n"


@pytest.mark.parametrize("agent", ["gemini", "qwen", "copilot", "opencode"])
def test_dismissing_is_about_the_agent_that_asks(desk: Desk, agent: str) -> None:
    asks = Event("G", "PermissionRequest", TOUCH, agent=agent, pane="%2")
    alone = desk.merge(DISMISSED, desk.play([asks]))
    assert (states(alone), alone.get("status"), alone["agents"][agent]["status"]) == ({"G": "working"}, None, "working")
    assert alone["conversations"]["G"]["pane"] == "%2"
    beside = desk.merge(DISMISSED, desk.play([a("Stop"), asks]))
    assert (states(beside), beside["status"]) == ({"A": "done", "G": "working"}, "done")
    other = desk.merge(DISMISSED, desk.play([*ASKS, asks._replace(name="Stop")]))
    assert (states(other), other["status"]) == ({"A": "working", "G": "done"}, "working")


def test_dismissing_changes_what_an_older_hook_says_of_other_agents(desk: Desk) -> None:
    agents = {"gemini": {"status": "permission"}}
    found = desk.merge(DISMISSED, {"status": "offline", "message": "bye", "agents": agents})
    assert (found["status"], found["message"]) == ("offline", "bye")
    assert found["agents"] == {"gemini": {"status": "working", "timestamp": 1100}}


AT_WORK = {"agents": {"gemini": {"status": "working"}}}


@pytest.mark.parametrize("before", [{}, {"status": "offline", "message": "x"}, AT_WORK])
def test_dismissing_a_file_of_nobody_writes_the_status_alone(desk: Desk, before: Document) -> None:
    found = desk.merge(DISMISSED, before)
    assert (found["status"], found["message"], states(found)) == ("working", "", {})


@pytest.mark.parametrize("line", ["1100\tclaude\tDismissed\tworking\t\t\t\"\"\t\t\t\t\t\t\t.\n"])
def test_dismissing_is_about_the_conversation_that_shows(desk: Desk, line: str) -> None:
    before = desk.play([*ASKS, b("UserPromptSubmit"), b("Stop")])
    found = desk.merge(line, before)
    assert (found["status"], found["message"], states(found)) == ("working", "", {"A": "working", "B": "done"})


OLDER_LINES = {
    13: '1100\tclaude\tStop\tdone\t"B"\t"/B"\t""\t\t\t\t\t\t.\n',
    14: '1100\tclaude\tStop\tdone\t"B"\t"/B"\t""\t\t\t\t\t\t\t.\n',
    16: '1100\tclaude\tStop\tdone\t"B"\t"/B"\t""\t\t\t\t\t\t\t\t0\t.\n',
    19: '1100\tclaude\tStop\tdone\t"B"\t"/B"\t""\t\t\t\t\t\there:1\tkernel.1\t7\t$1\t%1\t/socket\t.\n',
    20: '1100\tclaude\tStop\tdone\t"B"\t"/B"\t""\t\t\t\t\t\t\there:1\tkernel.1\t7\t$1\t%1\t/socket\t.\n',
}


@pytest.mark.parametrize("fields", OLDER_LINES)
def test_a_line_that_an_older_hook_left_counts(desk: Desk, fields: int) -> None:
    line = OLDER_LINES[fields]
    assert line.count("\t") + 1 == fields
    found = desk.merge(line, desk.play([*ASKS, b("UserPromptSubmit")]))
    assert (found["status"], states(found)) == ("permission", {"A": "permission", "B": "done"})


def test_without_an_event_everything_stays(desk: Desk) -> None:
    older = {"tmux_session": "api", "status": "working", "timestamp": 900, "session_id": "A"}
    assert desk.merge("none", older) == older


def test_what_another_program_has_written_since_counts(desk: Desk) -> None:
    before = desk.play([*ASKS, b("UserPromptSubmit")])
    found = desk.play([b("Stop")], before | {"status": "idle", "message": "", "request": "", "timestamp": 1040})
    assert (found["status"], states(found)) == ("idle", {"A": "idle", "B": "done"})


ODD_RECORDS: list[object] = [
    7,
    [],
    "x",
    {"A": 7, "B": [], "": {}, "a b": {}, "x" * 101: {}, "../x": {}, "é": {}, "codex:%x": {}},
    {"A": {"status": 7, "requests": [], "timestamp": "x", "parent": {}, "pane": [1], "server": -1}},
    {"A": {"agent": "claude", "status": "permission", "requests": {"": 7, "x": {}, " y": []}}},
]


@pytest.mark.parametrize("odd", ODD_RECORDS, ids=lambda odd: json.dumps(odd)[:20])
def test_records_that_no_hook_has_written_do_no_harm(desk: Desk, odd: object) -> None:
    found = desk.play([b("UserPromptSubmit"), a("Stop")], {"status": "idle", "timestamp": 5, "conversations": odd})
    assert set(states(found)) <= {"A", "B", "claude:"}
    assert found["conversations"]["A"]["status"] == "done"


@pytest.mark.parametrize("id", ["../x", "a b", "é", "x" * 101, 'a"b', "a\\b", ""])
def test_a_conversation_with_an_odd_id_is_that_of_its_pane(desk: Desk, id: str) -> None:
    found = desk.play([Event(id, "UserPromptSubmit"), Event(id, "Stop")])
    assert states(found) == {"claude:%0": "done"}
    assert "session_id" not in found


def test_the_newest_conversations_are_kept(desk: Desk) -> None:
    found = desk.play([Event(f"c{number}", "Stop", pane=f"%{number}") for number in range(30)])
    assert list(found["conversations"]) == [f"c{number}" for number in range(14, 30)]


def test_long_texts_do_not_fill_the_file(tmp_path: Path) -> None:
    desk, found = Desk(tmp_path), None
    for number in range(16):
        commands = [f"{request}" + "x" * 3000 for request in range(9)]
        asked = [{"cwd": "/" + "d" * 3900, "tool_name": "Bash", "tool_input": {"command": one}} for one in commands]
        events = [Event(f"c{number}", "PermissionRequest", fields, f"%{number}") for fields in asked]
        found = desk.play(events, found)
    assert found
    assert len(json.dumps(found)) < 40_000
    assert len(found["conversations"]) >= 3
    assert found["message"].endswith(" (and 7 more)")


def test_a_record_tells_where_and_since_when(desk: Desk) -> None:
    found = desk.play([PROMPT, n("UserPromptSubmit"), a("PermissionRequest", TOUCH)])
    where = {"host": "here:1", "boot": "kernel.1", "server": 7, "pane": "%0"}
    assert found["conversations"] == {
        "A": {
            "agent": "claude", "parent": "", "started": 1000, "status": "permission",
            "message": "wants to run touch x", "timestamp": 1020, "cwd": "/A", "background": 0,
            "requests": {" wants to run touch x": "permission"},
        } | where,
        "N": {
            "agent": "claude", "parent": "A", "entry": "sdk", "started": 1010, "status": "working", "message": "",
            "timestamp": 1010, "cwd": "/N", "background": 0,
        } | where,
    }  # fmt: skip
    assert (found["session_id"], found["cwd"], found["request"]) == ("A", "/A", "wants to run touch x")


def test_time_counts_by_what_the_session_shows(desk: Desk) -> None:
    found = desk.play([PROMPT, b("Stop"), a("PermissionRequest", TOUCH), b("UserPromptSubmit"), a("Stop"), b("Stop")])
    times = found["metrics"]["time"]
    assert (times["working_seconds"], times["waiting_seconds"], times["total_seconds"]) == (30, 20, 50)


def test_several_of_another_agent_show_as_the_most_urgent(desk: Desk) -> None:
    events = [
        Event("x", "PermissionRequest", TOUCH, "%0", agent="codex"),
        Event("y", "UserPromptSubmit", pane="%1", agent="codex"),
    ]
    found = desk.play(events)
    assert found["agents"]["codex"] == {"status": "permission", "timestamp": 1000}
    found = desk.play([*events, Event("x", "SessionEnd", agent="codex")])
    assert found["agents"]["codex"]["status"] == "working"
    found = desk.play([*events, Event("x", "SessionEnd", agent="codex"), Event("y", "SessionEnd", agent="codex")])
    assert found["agents"]["codex"]["status"] == "offline"
    assert "status" not in found

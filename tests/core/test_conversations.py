"""Which conversation an agent in a pane has, and what a session shows of several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.agents import AGENTS
from navi.core.conversations import without_duplicates
from navi.core.facts import facts
from navi.core.metrics import session_id
from navi.core.model import (
    AgentProcess,
    Conversation,
    Frame,
    HeadlessAgent,
    Machine,
    Origin,
    Pane,
    Session,
    Source,
    Status,
    StatusFile,
    Tmux,
    TmuxSession,
)
from navi.core.status import PRIORITY, judge, sessions_of
from navi.core.status_file import read_status_file
from navi.core.text import clean
from tests.support.dashboard import session

NOW = 1_000_000.0
ORIGIN = Origin("here:1", "kernel.1", "/socket", 5, "$0", "%0")

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


def record(id: str, status: str, pane: str = "%0", age: float = 10, **more: Any) -> Conversation:
    """Return what a hook reported so many seconds ago."""
    found = Conversation(id, "claude", status, f"message of {id}", NOW - age, f"/{id}", pane, 5, "here:1", "kernel.1")
    return found._replace(**more)


def written(*records: Conversation, **more: Any) -> StatusFile:
    """Return a status file with these conversations; the first one is that of its other fields."""
    first = records[0]
    file = StatusFile("api", "", first.status, first.message, first.cwd, first.timestamp, origin=ORIGIN)
    return file._replace(conversations=records, **more)


def claude(process: int = 40, id: str = "", parent: int = 0, began: float = 100, **more: Any) -> AgentProcess:
    """Return a Claude Code that began so many seconds ago. With an id it has a state file, which says no status."""
    file = {"sessionId": id, "startedAt": (NOW - began) * 1000} if id else None
    return AgentProcess("claude", process, parent, 7, file=file, **more)


def pane(id: str, *agents: AgentProcess, command: str = "node", title: str = "") -> Pane:
    """Return a pane in which these agents run."""
    return Pane(id, f"0.{id[1:]}", 30, command, title, "/work", activity=NOW - 1, agents=agents)


def shell(id: str) -> Pane:
    """Return a pane in which only a shell is left."""
    return pane(id, command="bash")


def on_tmux(*panes: Pane, server: int = 5) -> TmuxSession:
    """Return a session of these panes."""
    return TmuxSession("$0", "api", NOW - 1000, 0, panes, server=server)


ONE, TWO = pane("%0", claude()), pane("%1", claude(41))
FRESH = claude(began=5, id="C")

CASES: dict[str, tuple[Sequence[Conversation], Sequence[Pane], str, str]] = {
    # records, panes; the status and the id of the conversation that has it
    "one": ([record("A", "working")], [ONE], "working", "A"),
    "two panes, the second asks": (
        [record("A", "working"), record("B", "permission", "%1")], [ONE, TWO], "permission", "B",
    ),
    "two panes, the first asks": ([record("A", "waiting"), record("B", "done", "%1")], [ONE, TWO], "waiting", "A"),
    "two panes, both done": ([record("A", "done"), record("B", "done", "%1")], [ONE, TWO], "done", "A"),
    "its pane is closed": ([record("B", "permission", "%1"), record("A", "done")], [ONE], "done", "A"),
    "the other was killed": ([record("B", "permission", "%1"), record("A", "done")], [ONE, shell("%1")], "done", "A"),
    "both were killed": (
        [record("A", "done"), record("B", "working", "%1")], [shell("%0"), shell("%1")], "stopped", "B",
    ),
    "done, then killed": ([record("A", "done")], [shell("%0")], "done", "A"),
    "all panes are closed": ([record("B", "permission", "%1")], [shell("%0")], "stopped", ""),
    "below an unknown program": ([record("A", "permission")], [pane("%0", command="script")], "permission", "A"),
    "another one below an unknown program": (
        [record("A", "done"), record("B", "permission", "%1")], [ONE, pane("%1", command="script")], "permission", "B",
    ),
    "named by its state file": (
        [record("A", "permission", age=1), record("B", "done", age=50)], [pane("%0", claude(id="B"))], "done", "B",
    ),
    "named, and moved to another pane": ([record("A", "done", "%7")], [pane("%0", claude(id="A"))], "done", "A"),
    "the newest without a name": ([record("A", "permission", age=50), record("B", "done", age=1)], [ONE], "done", "B"),
    "older than the process": ([record("A", "permission", age=50)], [pane("%0", FRESH, title="\u2733 x")], "idle", ""),
    "as old as the process": ([record("A", "done", age=5)], [pane("%0", FRESH, title="\u2733 x")], "done", "A"),
    "nested": ([record("A", "done"), record("N", "working", parent="A")], [ONE], "done", "A"),
    "nested, by its process": (
        [record("A", "done"), record("N", "working", parent="A")],
        [pane("%0", claude(id="A"), claude(41, "N", parent=40))], "done", "A",
    ),
    "nested in one that was killed": (
        [record("A", "permission"), record("N", "working", parent="A")], [pane("%0", claude(id="N"))], "working", "N",
    ),
    "of another agent": (
        [record("X", "permission", agent="codex")], [pane("%0", claude(), title="\u2733 x")], "idle", "",
    ),
    "of another agent, in a tool": (
        [record("X", "permission", agent="codex"), record("A", "done")],
        [pane("%0", claude(), AgentProcess("codex", 41, parent=40))], "done", "A",
    ),
    "of another agent, seen by its name": (
        [record("X", "permission", agent="codex"), record("A", "done")], [pane("%0", command="claude")],
        "permission", "X",
    ),
    "two agents in a pane": (
        [record("X", "permission", agent="codex"), record("A", "working")],
        [pane("%0", claude(), AgentProcess("codex", 42))], "permission", "X",
    ),
    "of an agent that has ended": (
        [record("X", "permission", "%1", agent="codex"), record("A", "done")], [ONE, shell("%1")], "done", "A",
    ),
    "suspended beside another": (
        [record("A", "working", age=50), record("B", "done", age=1)],
        [pane("%0", claude(40, "A", suspended=True), claude(41, "B"))], "stopped", "A",
    ),
    "of another server": ([record("A", "permission", server=6)], [pane("%0", claude(), title="\u2733 x")], "idle", ""),
    "of another start": ([record("A", "permission", boot="x")], [pane("%0", claude(), title="\u2733 x")], "idle", ""),
    "of an unknown place": (
        [record("A", "permission", "", server=0, host="", boot="")], [ONE], "permission", "A",
    ),
    "without an id": ([record("", "permission")], [ONE], "permission", ""),
}  # fmt: skip


def shown(records: Sequence[Conversation], *panes: Pane) -> Session:
    """Return the session of a frame."""
    frame = Frame(NOW, "boot", Tmux.OK, True, sessions=(on_tmux(*panes),), files=(written(*records),))
    (found,) = sessions_of("dev", frame._replace(machine=Machine("here:1", "kernel.1", "/socket")), AGENTS)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_session_shows_its_most_urgent_living_conversation(name: str) -> None:
    records, panes, word, id = CASES[name]
    found = shown(records, *panes)
    assert (found.status.word, found.conversation.id if found.conversation else "") == (word, id), found.status.reason
    if id and word != "stopped":
        assert (found.message, found.cwd, session_id(found)) == (f"message of {id}", f"/{id}", id)


@given(st.permutations([("A", "%0"), ("B", "%1"), ("C", "%2")]), st.lists(st.sampled_from(PRIORITY), min_size=3))
def test_the_order_of_records_and_panes_does_not_matter(order: Sequence[tuple[str, str]], words: Sequence[str]) -> None:
    records = [record(id, word, pane) for (id, pane), word in zip(order, words, strict=False)]
    panes = [pane(f"%{number}", claude(40 + number)) for number in range(3)]
    usual = [judge(written(one), on_tmux(panes[int(one.pane[1])]), AGENTS, NOW).status.word for one in records]
    best = min(map(PRIORITY.index, usual))
    assert shown(records, *reversed(panes)).status.word == PRIORITY[best]


def test_agents_without_a_conversation_keep_their_entry() -> None:
    document: dict[str, object] = {
        "status": "done", "agents": {"codex": {"status": "permission", "timestamp": NOW - 9}},
        "conversations": {"A": {"agent": "claude", "status": "done", "timestamp": NOW - 5}},
    }  # fmt: skip
    file = read_status_file("api", json.dumps(document).encode())
    found = judge(file, on_tmux(pane("%0", claude(), AgentProcess("codex", 42))), AGENTS, NOW)
    assert (found.status.word, found.status.agent) == ("permission", "codex")


def test_a_conversation_is_read_whole() -> None:
    entry = {
        "agent": "claude", "status": "waiting", "message": "Which\tcolour?\x1b[31m", "timestamp": 1_700_000_000,
        "cwd": "/w", "pane": "%3", "server": 5, "host": "here:1", "boot": "kernel.1", "parent": "B",
        "started": 1_600_000_000, "requests": {" x": "waiting"},
    }  # fmt: skip
    document: dict[str, object] = {"conversations": {"A": entry, "claude:%4": {"agent": "claude"}}}
    assert read_status_file("api", json.dumps(document).encode()).conversations == (
        Conversation(
            "A", "claude", "waiting", "Which colour?", 1_700_000_000, "/w", "%3", 5, "here:1", "kernel.1", "B",
            1_600_000_000,
        ),
        Conversation("", "claude"),
    )  # fmt: skip


@given(Json | st.dictionaries(st.text(max_size=5), st.dictionaries(
    st.sampled_from(["agent", "status", "message", "timestamp", "cwd", "pane", "server", "host", "parent", "started"]),
    Json,
)))  # fmt: skip
def test_no_conversations_are_too_odd_to_be_read_and_every_text_is_clean(value: object) -> None:
    file = read_status_file("api", json.dumps({"status": "idle", "conversations": value}).encode())
    for one in file.conversations:
        text = one.id + one.agent + one.status + one.message + one.cwd + one.pane + one.parent
        assert clean(text) == text
    assert judge(file, on_tmux(ONE, shell("%1")), AGENTS, NOW).status.word


def test_too_many_conversations_are_cut() -> None:
    document: dict[str, object] = {"conversations": {f"c{number}": {} for number in range(500)}}
    assert len(read_status_file("api", json.dumps(document).encode()).conversations) == 64


def test_details_list_each_conversation() -> None:
    records = [record("A", "working"), record("N", "done", parent="A"), record("", "idle", "%1", 3700)]
    found = facts(shown(records, ONE), "dev", None, NOW)
    assert [(one.text, one.status) for one in found if one.label == "record"] == [
        ("working A, claude in pane %0, 10s ago", "working"),
        ("done N, claude in pane %0 in a tool of A, 10s ago", "done"),
        ("idle without an id, claude in pane %1, 1h 1m ago", "idle"),
    ]


def headless(name: str, status: str, conversation: str) -> Session:
    """Return a session without a terminal."""
    agent = HeadlessAgent("a title", status, conversation=conversation)
    return Session("local", name, Status("working", Source.HUB, None, ""), headless=agent)


def test_a_conversation_that_goes_on_in_a_terminal_is_listed_once() -> None:
    agent = AgentProcess("claude", 1, file={"sessionId": "B"})
    by_file = session("by file")
    assert by_file.tmux
    pane = by_file.tmux.pane._replace(agents=(agent,))
    sessions = [
        session("by hook")._replace(conversation=Conversation("A")),
        by_file._replace(tmux=by_file.tmux._replace(panes=(pane,))),
    ]
    more = [
        headless("a", "complete", "A"), headless("b", "failed", "B"), headless("c", "complete", "C"),
        headless("none", "complete", ""), headless("both", "running", "A"),
    ]  # fmt: skip
    assert [one.name for one in without_duplicates(sessions, more)] == ["c", "none", "both"]

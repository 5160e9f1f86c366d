"""Status files are read whatever they hold, and believed only as far as the pane goes along."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.agents import AGENTS
from navi.core.evidence import QUIET_AFTER, SILENT_AFTER
from navi.core.model import AgentStatus, Frame, Pane, Session, Source, Status, StatusFile, Tmux, TmuxSession
from navi.core.status import PRIORITY, judge, most_urgent_status, rank, sessions_of
from navi.core.status_file import LARGEST_FILE, read_status_file
from navi.core.text import clean

NOW = 1_000_000.0

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("tmux_session", "status", "message", "cwd", "timestamp", "agents", "team")


# ---- reading


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_read(data: bytes) -> None:
    file = read_status_file("x", data)
    assert file.name == "x"
    assert clean(file.problem) == file.problem


@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), Json, max_size=7))
def test_no_document_is_too_odd_to_be_read_and_every_text_is_clean(document: dict[str, object]) -> None:
    file = read_status_file("x", json.dumps(document).encode())
    for text in (file.status, file.message, file.cwd, file.team, file.problem):
        assert clean(text) == text
    for agent in (*file.agents, *file.teammates):
        assert clean(agent.name + agent.status) == agent.name + agent.status
    assert isinstance(most_urgent_status(file), Status)


def test_a_file_of_a_hook_is_read_whole() -> None:
    document = {
        "tmux_session": "api",
        "status": "permission",
        "message": "Run\ttests?\x1b[31m",
        "cwd": "/srv/api",
        "timestamp": 1700000000,
        "agents": {"opencode": {"status": "working", "timestamp": 1700000001}},
        "team": {"name": "crew", "agents": [{"name": "ann", "status": "idle", "timestamp": 0}]},
        "extra": [1],
    }
    file = read_status_file("api", json.dumps(document).encode())
    assert (file.problem, file.status, file.message, file.cwd) == ("", "permission", "Run tests?", "/srv/api")
    assert file.timestamp == 1700000000
    assert file.agents == (AgentStatus("opencode", "working", 1700000001),)
    assert (file.team, file.teammates) == ("crew", (AgentStatus("ann", "idle", None),))
    assert file.fields["extra"] == [1]


PROBLEMS = [
    (b"", "empty"),
    (b" \n\t", "empty"),
    (b"null", "expected a JSON object, got null"),
    (b"[1]", "expected a JSON object, got a list"),
    (b'"text"', "expected a JSON object, got a string"),
    (b"7", "expected a JSON object, got a number"),
    (b"true", "expected a JSON object, got a boolean"),
    (b'{"status": "work', "not JSON: Unterminated string"),
    (b"1 2", "not JSON: Extra data"),
    (b"[" * 100_000, "larger than 64 KiB"),
    (b"[" * 10_000, "not JSON"),
    (b'{"a":' * 10_000, "not JSON"),
    (b'{"timestamp": ' + b"9" * 5000 + b"}", "not JSON"),
    (b"x" * (LARGEST_FILE + 1), "larger than 64 KiB"),
    (b'{"status": 7}', "status is a number, not a string"),
    (b'{"message": ["x"]}', "message is a list, not a string"),
    (b'{"cwd": true}', "cwd is a boolean, not a string"),
]


@pytest.mark.parametrize(("data", "problem"), PROBLEMS, ids=[problem for _, problem in PROBLEMS])
def test_what_is_wrong_with_a_file_is_reported(data: bytes, problem: str) -> None:
    assert problem in read_status_file("x", data).problem


@pytest.mark.parametrize("data", [b"{}", b'{"status": null}', b'{"message": "caf\xe9"}', b'{"agents": 3, "team": []}'])
def test_what_is_only_missing_or_unknown_is_no_problem(data: bytes) -> None:
    assert read_status_file("x", data).problem == ""


NO_TIMES = ("0", "-1", "1e12", "1e999", "NaN", "Infinity", "-Infinity", "true", '"1"', "null", "[1]", "9" * 400)


@pytest.mark.parametrize(("written", "time"), [("1", 1), ("1.5", 1.5), *((written, None) for written in NO_TIMES)])
def test_a_time_is_one_that_arithmetic_can_bear(written: str, time: float | None) -> None:
    assert read_status_file("x", f'{{"timestamp": {written}}}'.encode()).timestamp == time


def test_a_huge_message_is_cut() -> None:
    assert len(read_status_file("x", json.dumps({"message": "x" * 60_000}).encode()).message) == 4096


# ---- the most urgent of several


def test_every_status_has_its_rank_and_unknown_ones_come_last() -> None:
    assert sorted(["odd", *reversed(PRIORITY)], key=rank) == [*PRIORITY, "odd"]


def hook(status: str, timestamp: float | None = NOW - 5, **agents: str) -> StatusFile:
    """Return a status file; keywords are further agents and their statuses."""
    others = tuple(AgentStatus(name, word, NOW) for name, word in agents.items())
    return StatusFile("api", status=status, timestamp=timestamp, agents=others)


@pytest.mark.parametrize(
    ("file", "word", "agent"),
    [
        (hook("working"), "working", ""),
        (hook(""), "unknown", ""),
        (hook("idle", opencode="permission"), "permission", "opencode"),
        (hook("permission", opencode="working"), "permission", ""),
        (hook("working", opencode="working"), "working", ""),
        (hook("done", a="idle", b="working", c="waiting"), "waiting", "c"),
        (hook("", a="idle"), "idle", "a"),
        (hook("odd", a="odder"), "odd", ""),
    ],
)
def test_the_most_urgent_agent_speaks_and_the_session_itself_wins_ties(file: StatusFile, word: str, agent: str) -> None:
    said = most_urgent_status(file)
    assert (said.word, said.agent, said.source) == (word, agent, Source.HOOK)
    assert agent in said.reason


# ---- judging


def pane(command: str = "claude", silent: float = 1, title: str = "", children: tuple[str, ...] = ()) -> Pane:
    """Return a pane that was silent for so many seconds."""
    return Pane("%0", "0.0", 7, command, title, "/work", activity=NOW - silent, children=children)


def dead(exit_status: int | None = None, signal: str = "") -> Pane:
    """Return a pane whose process has ended."""
    return pane()._replace(dead=True, exit_status=exit_status, exit_signal=signal)


def on_tmux(*panes: Pane) -> TmuxSession:
    """Return a session of these panes."""
    return TmuxSession("$0", "api", NOW - 1000, 0, panes)


BROKEN = StatusFile("api", problem="empty")
LONG = SILENT_AFTER + 1

RULES = [
    # what is judged: file, panes; what comes out: word, source, part of the reason
    ("no session", hook("working"), None, "offline", Source.TMUX, "no such session"),
    ("no session, no file", None, None, "offline", Source.TMUX, "no such session"),
    ("hook believed", hook("working"), [pane()], "working", Source.HOOK, "reported by its hook"),
    ("dead pane", hook("working"), [dead(1)], "stopped", Source.PANE, "exit status 1"),
    ("dead pane, killed", None, [dead(signal="9")], "stopped", Source.PANE, "signal 9"),
    ("dead pane, unknown why", None, [dead()], "stopped", Source.PANE, "no exit status"),
    ("one of two panes dead", hook("working"), [dead(1), pane()], "working", Source.HOOK, ""),
    ("only a shell", hook("working"), [pane("bash")], "stopped", Source.PANE, "only a shell (bash)"),
    ("only a login shell", hook("permission"), [pane("-zsh")], "stopped", Source.PANE, "only a shell (zsh)"),
    ("only shells", hook("waiting"), [pane("fish"), pane("sh")], "stopped", Source.PANE, "(fish, sh)"),
    ("a shell and the dead", hook("working"), [pane("sh"), dead(1)], "stopped", Source.PANE, "a shell"),
    ("a shell with a child", hook("working"), [pane("sh", children=("node",))], "working", Source.HOOK, ""),
    ("a shell that may have one", hook("working"), [pane("sh", children=("?",))], "working", Source.HOOK, ""),
    ("a shell that runs the agent", hook("working"), [pane("sh", children=("claude",))], "working", Source.HOOK, ""),
    ("another program", hook("working"), [pane("node", LONG)], "working", Source.HOOK, ""),
    ("done, and a shell", hook("done"), [pane("bash")], "done", Source.HOOK, ""),
    ("idle, and a shell", hook("idle"), [pane("bash")], "idle", Source.HOOK, ""),
    ("another is done, and a shell", hook("", gemini="done"), [pane("bash")], "stopped", Source.PANE, "a shell"),
    ("another is done", hook("", gemini="done"), [pane("node")], "done", Source.HOOK, ""),
    ("silence", hook("working", NOW - LONG), [pane(silent=LONG)], "idle", Source.PANE, "drawn nothing for 60 seconds"),
    ("silence, but a young hook", hook("working"), [pane(silent=LONG)], "working", Source.HOOK, ""),
    ("silence, hook without time", hook("working", None), [pane(silent=LONG)], "idle", Source.PANE, ""),
    ("silence of one that asks", hook("permission", NOW - LONG), [pane(silent=LONG)], "permission", Source.HOOK, ""),
    ("silence of a calm agent", hook("working", NOW - LONG), [pane("aider", LONG)], "working", Source.HOOK, ""),
    ("no file, unread agent", None, [pane("goose", silent=1)], "unknown", Source.PANE, "can't read what"),
    ("no file, noise", None, [pane(silent=1)], "working", Source.PANE, "no status file; its claude pane is"),
    ("no file, quiet", None, [pane(silent=QUIET_AFTER + 1)], "idle", Source.PANE, "no status file; its claude pane is"),
    ("no file, spinner", None, [pane(silent=LONG, title="⠋ x")], "working", Source.TITLE, "title"),
    ("no file, star", None, [pane(title="✳ x")], "idle", Source.TITLE, "title of its claude pane"),
    ("no file, gemini asks", None, [pane("gemini", title="✋ x")], "permission", Source.TITLE, "title"),
    ("no file, no agent", None, [pane("vim")], "unknown", Source.PANE, "no known agent"),
    ("broken file", BROKEN, [pane(silent=LONG)], "idle", Source.PANE, "its status file is empty"),
    ("broken file, no agent", BROKEN, [pane("bash")], "unknown", Source.PANE, "its status file is empty"),
    ("version as name", None, [pane("2.0.14")], "working", Source.PANE, "claude"),
    ("agent in the second pane", None, [pane("vim"), pane("codex", LONG)], "idle", Source.PANE, "codex"),
    ("an odd word", hook("pondering"), [pane("bash")], "pondering", Source.HOOK, ""),
]


@pytest.mark.parametrize(
    ("file", "panes", "word", "source", "reason"), [rule[1:] for rule in RULES], ids=[str(rule[0]) for rule in RULES]
)
def test_each_rule_decides_word_source_and_reason(
    file: StatusFile | None, panes: list[Pane] | None, word: str, source: Source, reason: str
) -> None:
    found = judge(file, on_tmux(*panes) if panes else None, AGENTS, NOW).status
    assert (found.word, found.source) == (word, source), found.reason
    assert reason in found.reason
    assert found.inferred == (source is not Source.HOOK)


# ---- putting a frame together

FRAME = Frame(NOW, "boot", Tmux.OK, proven=True)


def by_name(frame: Frame) -> dict[str, Session]:
    """Return the sessions of a frame by name."""
    return {session.name: session for session in sessions_of("dev", frame, AGENTS)}


def test_files_and_sessions_of_a_name_come_together() -> None:
    file = hook("permission")._replace(message="Run tests?")
    session = by_name(FRAME._replace(sessions=(on_tmux(pane()),), files=(file,)))["api"]
    assert (session.status.word, session.message, session.agent, session.cwd) == (
        "permission", "Run tests?", "claude", "/work",
    )  # fmt: skip
    assert (session.address, session.remote, session.key) == ("dev/api", "dev", ("dev", "api", ""))


def test_a_file_alone_is_offline_where_tmux_proved_it_and_believed_where_not() -> None:
    alone = FRAME._replace(files=(hook("working"),))
    assert by_name(alone)["api"].status.word == "offline"
    for tmux in (Tmux.HUNG, Tmux.MISSING, Tmux.OLD, Tmux.FAILED):
        status = by_name(alone._replace(tmux=tmux, proven=False))["api"].status
        assert (status.word, status.source) == ("working", Source.HOOK)
        assert "tmux did not answer" in status.reason


def test_sessions_of_one_name_on_two_servers_are_two() -> None:
    twins = (on_tmux(pane()), on_tmux(pane("bash"))._replace(socket="/tmp/other"))
    found = sessions_of("dev", FRAME._replace(sessions=twins, files=(hook("done"),)), AGENTS)
    assert [session.key for session in found] == [("dev", "api", ""), ("dev", "api", "/tmp/other")]

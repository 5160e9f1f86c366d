"""Codecs: what real agents printed, what made-up lines mean, and lines that are no messages."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.headless import HeadlessStatus
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import (
    AgentLaunch,
    Asked,
    Due,
    Event,
    GivenAnswer,
    Harness,
    Mode,
    Option,
    Other,
    Partial,
    Raw,
    Ready,
    Replied,
    SessionNamed,
    StartRefused,
    Taken,
    Text,
    ToolCall,
    ToolResult,
    TurnEnded,
    Withdrawn,
)
from navi.headless.harness.scripted import SCRIPTED
from navi.headless.state import BEGINNING, Began, after

CLAUDE, GEMINI = HARNESSES["claude-code"], HARNESSES["gemini"]
RECORDED = [HARNESSES[name] for name in ("claude-code", "gemini", "opencode")]
EVERY = list(HARNESSES.values())

EVERY_HARNESS = pytest.mark.parametrize("harness", EVERY, ids=lambda harness: harness.id)


def recorded(harness: Harness) -> list[bytes]:
    """Return the lines of a real session: answers, two questions (one allowed, one refused), and an interrupt."""
    return (Path(__file__).parent / f"{harness.id}.jsonl").read_bytes().splitlines()


def read(harness: Harness, lines: Sequence[bytes], launch: AgentLaunch = AgentLaunch("/work")) -> list[Event]:  # noqa: B008
    """Return the events of some lines."""
    memory, found = harness.codec.remember(launch), list[Event]()
    for line in lines:
        memory, events = harness.codec.read(memory, line)
        found += events
    return found


def one(harness: Harness, message: object) -> list[Event]:
    """Return the events of one message."""
    return read(harness, [json.dumps(message).encode()])


# ---- what real agents printed


@pytest.mark.parametrize("harness", RECORDED, ids=lambda harness: harness.id)
def test_a_real_session_is_understood(harness: Harness) -> None:
    events = read(harness, recorded(harness))
    kinds = [type(event) for event in events]
    assert Raw not in kinds
    assert kinds.count(Ready) == 1
    assert len([event for event in events if isinstance(event, Asked) and event.kind == "permission"]) == 3
    assert [event.outcome for event in events if isinstance(event, TurnEnded)][-1] == "interrupted"
    assert {event.outcome for event in events if isinstance(event, TurnEnded)} == {"done", "interrupted"}
    found = [event.text.strip() for event in events if isinstance(event, Text) and event.who == "agent"]
    assert found[:3] == ["hello", "I will do that.", "done"]
    assert kinds.count(Taken) == kinds.count(TurnEnded)


@pytest.mark.parametrize("harness", RECORDED, ids=lambda harness: harness.id)
def test_the_state_is_found_again_from_the_log(harness: Harness) -> None:
    """After each line it is what it was when that line came: the fold needs nothing else."""
    lines = recorded(harness)
    states = [reduce(after, read(harness, lines[:count]), after(BEGINNING, Began())) for count in range(len(lines) + 1)]
    assert states[0].status is HeadlessStatus.STARTING
    assert (states[-1].status, states[-1].reason, states[-1].questions) == (HeadlessStatus.WAITING, "interrupted", ())
    wanted = {HeadlessStatus.RUNNING, HeadlessStatus.PERMISSION, HeadlessStatus.WAITING}
    assert wanted <= {state.status for state in states}


def test_questions_and_plans_of_a_real_session() -> None:
    events = read(CLAUDE, recorded(CLAUDE))
    assert [event.kind for event in events if isinstance(event, Asked)] == [
        "permission", "permission", "question", "plan", "permission",
    ]  # fmt: skip
    assert [event.mode for event in events if isinstance(event, Mode)] == ["plan", "default"]
    assert len([event for event in events if isinstance(event, Withdrawn)]) == 1


# ---- single messages of Claude Code

CLAUDE_MESSAGES = [
    ({"type": "command_lifecycle", "command_uuid": "U1", "state": "queued"}, [Other("command_lifecycle")]),
    ({"type": "system", "subtype": "hook_started"}, [Other("system")]),
    ({"type": "system", "subtype": "status", "status": None, "permissionMode": "plan"}, [Mode("plan")]),
    ({"type": "user", "uuid": "U1", "isReplay": True, "message": {"content": "one\ntwo"}}, [Taken("U1")]),
    (
        {"type": "stream_event", "event": {"type": "content_block_delta", "delta": {"text": "x"}}},
        [Partial("x")],
    ),
    ({"type": "stream_event", "event": {"type": "message_start"}}, [Other("stream_event")]),
    ({"type": "control_cancel_request", "request_id": "q1"}, [Withdrawn("q1")]),
    (
        {"type": "control_response", "response": {"subtype": "error", "request_id": "r9", "error": "no such mode"}},
        [Replied("r9", "no such mode")],
    ),
    (
        {"type": "control_request", "request_id": "q", "request": {"subtype": "can_use_tool",
         "tool_name": "ExitPlanMode", "input": {}, "requires_user_interaction": True, "tool_use_id": "t"}},
        [Asked("q", "plan", "ExitPlanMode", {}, "t")],
    ),
    ({"type": "control_request", "request_id": "q", "request": {"subtype": "new_thing"}}, [Other("control_request")]),
    (
        {"type": "result", "subtype": "success", "result": "x", "total_cost_usd": 0.5,
         "usage": {"input_tokens": 3, "output_tokens": 4}, "permission_denials": [{"tool_name": "Bash"}]},
        [TurnEnded("done", "x", 0.5, 3, 4, ("Bash",))],
    ),
    (
        {"type": "result", "subtype": "error_during_execution", "is_error": True, "errors": ["a", "b"]},
        [TurnEnded("error", "a; b")],
    ),
    ({"type": "result", "subtype": "success", "is_error": True, "result": "failed"}, [TurnEnded("error", "failed")]),
    ({"type": 7}, [Other("")]),
    ({}, [Other("")]),
]  # fmt: skip


@pytest.mark.parametrize(("message", "events"), CLAUDE_MESSAGES, ids=lambda value: json.dumps(value, default=str)[:60])
def test_a_message_of_claude(message: object, events: list[Event]) -> None:
    assert one(CLAUDE, message) == events


@pytest.mark.parametrize(("depth", "is_read"), [(10, True), (90, True), (101, False), (500, False), (100_000, False)])
@pytest.mark.parametrize("form", ["[{}]", '{{"a":{}}}'])
def test_a_message_that_is_nested_too_deeply_is_raw(form: str, depth: int, is_read: bool) -> None:
    begin, end = form.format("|").split("|")
    input = f'{{"command":{begin * depth}7{end * depth}}}'
    request = f'{{"subtype":"can_use_tool","tool_name":"Bash","input":{input}}}'
    line = f'{{"type":"control_request","request_id":"q","request":{request}}}'.encode()
    _, events = CLAUDE.codec.read(None, line)
    assert [type(one) for one in events] == [Asked if is_read else Raw]


def test_what_claude_is_answered() -> None:
    asked = Asked("q1", "permission", "Bash", {"command": "x"})

    def found(answer: GivenAnswer) -> object:
        return json.loads(CLAUDE.codec.answer(asked, answer))["response"]["response"]

    assert found(GivenAnswer(allow=True)) == {"behavior": "allow", "updatedInput": {"command": "x"}}
    changed = GivenAnswer(allow=True, input={"command": "y"})
    assert found(changed) == {"behavior": "allow", "updatedInput": {"command": "y"}}
    expected = {"behavior": "allow", "updatedInput": {"command": "x", "answers": {"Which?": "Blue"}}}
    assert found(GivenAnswer(allow=True, answers={"Which?": "Blue"})) == expected
    refused = {"behavior": "deny", "message": "why", "interrupt": True}
    assert found(GivenAnswer(allow=False, message="why", stop=True)) == refused


RULES = {
    "type": "addRules", "rules": [{"toolName": "Bash", "ruleContent": "touch f1 *"}, {"toolName": "Read"}],
    "behavior": "allow", "destination": "localSettings",
}  # fmt: skip
FOLDERS = {"type": "addDirectories", "directories": ["/repo", "/b"], "destination": "session"}
MODE = {"type": "setMode", "mode": "acceptEdits", "destination": "session"}
SUGGESTIONS = [
    (RULES, "Yes, and always allow Bash(touch f1 *), Read for you in this project"),
    ({**RULES, "destination": "userSettings"}, "Yes, and always allow Bash(touch f1 *), Read in all your projects"),
    (
        {**RULES, "destination": "projectSettings"},
        "Yes, and always allow Bash(touch f1 *), Read for everybody in this project",
    ),
    (FOLDERS, "Yes, and allow access to /repo, /b until its agent ends"),
    (MODE, "Yes, and change the permission mode to acceptEdits until its agent ends"),
    ({**RULES, "destination": "somewhere"}, None),
    ({**RULES, "behavior": "deny"}, None),
    ({**RULES, "rules": [{"toolName": "Bash", "ruleContent": "x" * 300}]}, None),
    ({**RULES, "rules": [{}]}, None),
    ({"type": "removeRules", "rules": RULES["rules"], "behavior": "deny", "destination": "session"}, None),
    ({"type": "setMode", "destination": "session"}, None),
]
"""What Claude Code suggests, and the words of its choice; None where navi has none, and so does not offer it."""


@pytest.mark.parametrize(("suggestion", "words"), SUGGESTIONS)
def test_a_suggestion_of_claude_is_a_choice(suggestion: dict[str, object], words: str | None) -> None:
    request = {
        "subtype": "can_use_tool", "tool_name": "Bash", "input": {"command": "touch f1"}, "tool_use_id": "t1",
        "permission_suggestions": ["no object", suggestion, FOLDERS],
    }  # fmt: skip
    (asked,) = one(CLAUDE, {"type": "control_request", "request_id": "q1", "request": request})
    assert isinstance(asked, Asked)
    further = [option for option in asked.options if option.kind == "allow_always"]
    assert [option.label for option in further][:-1] == ([words] if words else [])
    for option, wanted in zip(further[::-1], (FOLDERS, suggestion), strict=False):
        line = CLAUDE.codec.answer(asked, GivenAnswer(allow=True, option=option.id))
        answer = json.loads(line)["response"]["response"]
        assert answer == {
            "behavior": "allow", "updatedInput": {"command": "touch f1"}, "updatedPermissions": [wanted],
        }  # fmt: skip
    plain = json.loads(CLAUDE.codec.answer(asked, GivenAnswer(allow=True)))["response"]["response"]
    assert "updatedPermissions" not in plain


COMMANDS = [
    (AgentLaunch("/w", "U"), ["--session-id", "U"]),
    (
        AgentLaunch("/w", "U", resume=True, model="m", mode="plan"),
        ["--resume", "U", "--model", "m", "--permission-mode", "plan"],
    ),
    (AgentLaunch("/w", partial=True), ["--include-partial-messages"]),
]


@pytest.mark.parametrize(("launch", "options"), COMMANDS)
def test_the_command_line_of_claude(launch: AgentLaunch, options: list[str]) -> None:
    assert CLAUDE.command(launch) == (*CLAUDE.words, *options)
    assert CLAUDE.command(launch, ("my-claude",)) == ("my-claude", *options)


# ---- the Agent Client Protocol


def update(**fields: object) -> bytes:
    """Return a notice of the agent."""
    return json.dumps({"jsonrpc": "2.0", "method": "session/update", "params": {"update": fields}}).encode()


def result(id: str, **fields: object) -> bytes:
    """Return the answer to a request of ours."""
    return json.dumps({"jsonrpc": "2.0", "id": id, "result": fields}).encode()


def chunk(text: str, kind: str = "agent_message_chunk") -> bytes:
    """Return a part of a message."""
    return update(sessionUpdate=kind, content={"type": "text", "text": text})


OPENED = result("navi-new", sessionId="A", modes={"currentModeId": "default"})


def test_chunks_become_one_message() -> None:
    lines = [OPENED, chunk("he"), chunk("llo"), chunk("hm", "agent_thought_chunk"), chunk("bye")]
    events = read(GEMINI, [*lines, result("navi-prompt:U", stopReason="end_turn")])
    assert [event for event in events if isinstance(event, Text)] == [
        Text("agent", "hello"), Text("thought", "hm"), Text("agent", "bye"),
    ]  # fmt: skip
    assert events[-3:] == [Text("agent", "bye"), Taken("U"), TurnEnded("done")]


@pytest.mark.parametrize(("able", "method"), [({"resume": {}}, "session/resume"), ({}, "session/load")])
def test_a_session_is_resumed_without_its_history(able: object, method: str) -> None:
    launch = AgentLaunch("/w", "A", resume=True)
    able = {"loadSession": True, "sessionCapabilities": able}
    lines = [result("navi-initialize", agentCapabilities=able), chunk("old"), result("navi-resume"), chunk("new")]
    events = read(GEMINI, [*lines, result("navi-prompt:U", stopReason="end_turn")], launch)
    assert isinstance(events[0], Due)
    request = json.loads(events[0].line)
    assert (request["method"], request["params"]["sessionId"]) == (method, "A")
    assert [event.text for event in events if isinstance(event, Text)] == ["new"]
    assert SessionNamed("A") in events


def test_what_nobody_can_answer_is_refused_at_once() -> None:
    asked = {"jsonrpc": "2.0", "id": 'x"1', "method": "fs/read_text_file", "params": {}}
    (due,) = [event for event in one(GEMINI, asked) if isinstance(event, Due)]
    answer = json.loads(due.line)
    assert (answer["id"], answer["error"]["code"]) == ('x"1', -32601)


def test_permissions_of_the_protocol() -> None:
    options = [
        {"optionId": f"o-{kind}", "name": "N", "kind": kind}
        for kind in ("allow_always", "allow_once", "reject_once", "reject_always", "unknown")
    ]
    params = {"sessionId": "A", "toolCall": {"toolCallId": "t1", "title": "touch f"}, "options": options}
    message = {"jsonrpc": "2.0", "id": 9, "method": "session/request_permission", "params": params}
    (asked,) = [event for event in one(GEMINI, message) if isinstance(event, Asked)]
    assert (asked.tool, asked.use_id, asked.takes_reason) == ("touch f", "t1", False)
    assert [(option.id, option.label) for option in asked.options] == [
        ("o-allow_always", "Yes, always: N"), ("o-allow_once", "Yes: N"), ("o-reject_once", "No: N"),
        ("o-reject_always", "No, never: N"),
    ]  # fmt: skip

    def chosen(answer: GivenAnswer) -> object:
        found = json.loads(GEMINI.codec.answer(asked, answer))
        assert found["id"] == 9
        return found["result"]["outcome"]

    assert chosen(GivenAnswer(allow=True)) == {"outcome": "selected", "optionId": "o-allow_once"}
    assert chosen(GivenAnswer(allow=False)) == {"outcome": "selected", "optionId": "o-reject_once"}
    always = GivenAnswer(allow=True, option="o-allow_always")
    assert chosen(always) == {"outcome": "selected", "optionId": "o-allow_always"}
    memory = GEMINI.codec.remember(AgentLaunch("/w"))
    notice, cancelled = map(json.loads, GEMINI.codec.interrupt(memory, "k", [asked]))
    assert notice["method"] == "session/cancel"
    assert cancelled == {"jsonrpc": "2.0", "id": 9, "result": {"outcome": {"outcome": "cancelled"}}}


def test_a_login_that_is_wanted_is_a_refusal() -> None:
    error = {"jsonrpc": "2.0", "id": "navi-new", "error": {"code": -32000, "message": "Authentication required"}}
    assert one(GEMINI, error) == [StartRefused("Authentication required")]


# ---- any line at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "subtype", "message", "content", "request", "response", "id", "method", "params",
                         "update", "sessionUpdate", "result", "error", "usage", "text", "options", "errors"]),
        inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@EVERY_HARNESS
@given(line=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_line_makes_a_codec_fail(harness: Harness, line: bytes) -> None:
    for events in (read(harness, [line]), read(harness, [OPENED, line, chunk("x"), line])):
        reduce(after, events, BEGINNING)


@EVERY_HARNESS
@pytest.mark.parametrize("line", [b"garbage", b"\xff\xfe", b"{", b"[1]", b"7", b'{"type":"user"}'[:-1], b"[" * 100_000])
def test_what_is_no_message_is_kept_raw(harness: Harness, line: bytes) -> None:
    assert read(harness, [line]) == [Raw(line)]


@EVERY_HARNESS
def test_a_line_that_is_too_long_is_raw(harness: Harness) -> None:
    line = b'{"type":"user","x":"' + b"x" * 16 * 1024 * 1024 + b'"}'
    assert [type(event) for event in read(harness, [line])] == [Raw]
    assert read(harness, [b"", b"  "]) == []


@EVERY_HARNESS
@given(text=st.text())
def test_lines_for_an_agent_are_ascii_and_one_line(harness: Harness, text: str) -> None:
    codec, memory = harness.codec, harness.codec.remember(AgentLaunch("/w", text))
    asked = Asked("1", "permission", text, {"command": text}, options=(Option(text, "allow_once", "x"),))
    lines = [
        *codec.handshake(AgentLaunch("/w", text)), codec.prompt(memory, "U", text),
        *codec.interrupt(memory, "k", [asked]),
        codec.answer(asked, GivenAnswer(True, text)), codec.answer(asked, GivenAnswer(False, text)),
        codec.set_mode(memory, "k", text),
    ]  # fmt: skip
    for line in lines:
        assert line.isascii()
        assert "\n" not in line
        assert isinstance(json.loads(line), dict)


def test_tools_and_their_results() -> None:
    content = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    block = {"type": "tool_result", "tool_use_id": "t", "content": content, "is_error": True}
    assert one(CLAUDE, {"type": "user", "message": {"content": [block]}}) == [ToolResult("t", "a\n\nb", failed=True)]
    use = {"type": "tool_use", "id": "t", "name": "Bash", "input": {"command": "x"}}
    message = {"type": "assistant", "message": {"id": "m", "content": [use]}}
    assert one(CLAUDE, message) == [ToolCall("t", "Bash", {"command": "x"})]


def test_the_scripted_agent_plays_the_story_of_its_directory_whatever_its_prompt_is(tmp_path: Path) -> None:
    (tmp_path / ".navi-story").write_text("say one ;; say two\n")
    prompt = SCRIPTED.codec.prompt(None, "u1", "Bring it up to date")
    words = SCRIPTED.command(AgentLaunch("", "c1"))
    done = subprocess.run(words, cwd=tmp_path, input=f"{prompt}\n", capture_output=True, text=True, check=True)
    texts = [json.loads(line).get("text") for line in done.stdout.splitlines()]
    assert [text for text in texts if text] == ["one", "two"]

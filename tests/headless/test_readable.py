"""An agent's lines as events in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.headless.harness import HARNESSES
from navi.headless.harness.acp import INITIALIZE, NEW, PROMPT, RESUME
from navi.headless.harness.base import AgentLaunch
from navi.headless.readable import DEEPEST, LONGEST_TEXT, MOST_MEMBERS, Readable, shortened


def read(harness: str, *lines: object) -> list[dict[str, object]]:
    """Return the events of lines."""
    reader = Readable(HARNESSES[harness], AgentLaunch("/repo", "s"))
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    return [event for line in texts for event in reader.events(line)]


@pytest.mark.parametrize("harness", HARNESSES)
@given(line=st.text() | st.binary().map(lambda data: data.decode("utf-8", "surrogateescape")))
def test_every_line_has_events_that_are_json(harness: str, line: str) -> None:
    json.dumps(read(harness, line))


@pytest.mark.parametrize("name", ["claude-code", "gemini", "opencode"])
def test_what_real_agents_printed_has_events(name: str) -> None:
    text = (Path(__file__).parent / f"{name}.jsonl").read_text()
    events = read(name, *text.splitlines())
    assert {"text", "turn_ended"} & {str(one["event"]) for one in events}
    json.dumps(events)


def test_long_texts_are_cut_and_say_how_much_is_missing() -> None:
    content = [{"type": "text", "text": "x" * (LONGEST_TEXT + 1500)}]
    (event,) = read("claude-code", {"type": "assistant", "message": {"id": "m", "content": content}})
    assert str(event["text"]).endswith("x\n... 1,500 more characters")
    assert len(str(event["text"])) < LONGEST_TEXT + 50


def test_wide_and_deep_values_are_cut() -> None:
    assert len(shortened(list(range(10_000)))) == MOST_MEMBERS
    deep: object = "x"
    for _ in range(500):
        deep = [deep]
    assert json.dumps(shortened(deep)) == "[" * DEEPEST + '"..."' + "]" * DEEPEST


def says(text: str) -> dict[str, object]:
    """Return a piece of what an agent of ACP says."""
    update = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}
    return {"jsonrpc": "2.0", "method": "session/update", "params": {"update": update}}


def test_the_history_that_an_agent_of_acp_sends_again_is_shown_once() -> None:
    begin = {"jsonrpc": "2.0", "id": INITIALIZE, "result": {}}
    ended = {"jsonrpc": "2.0", "id": f"{PROMPT}u1", "result": {"stopReason": "end_turn"}}
    first = [begin, {"jsonrpc": "2.0", "id": NEW, "result": {"sessionId": "s"}}, says("hel"), says("lo"), ended]
    again = [begin, says("hello"), {"jsonrpc": "2.0", "id": RESUME, "result": {}}, says("more"), ended]
    texts = [one["text"] for one in read("gemini", *first, *again) if one["event"] == "text"]
    assert texts == ["hello", "more"]

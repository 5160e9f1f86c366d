"""JSON that every reader understands, whatever an agent prints or a client sends."""

from __future__ import annotations

import json
import math
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navi.headless import json_text
from navi.headless.harness import HARNESSES
from navi.headless.hub.run_state import begin, read
from navi.headless.hub.wanted import Wanted
from navi.headless.messages import LARGEST, Malformed, to_line
from navi.headless.messages import read as read_message
from navi.headless.store.run_store import NO_DATA, receive
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.headless.web.requests import from_json, in_json
from tests.headless.hub.test_hub import DONE, READY, TEXT, acp, asks, chunk, settled, world

TEXTS = st.text(st.characters(exclude_categories=())) | st.sampled_from(["\ud800", "x\udfff", "\ud83d\ude00"])
NUMBERS = st.integers(-(10**400), 10**400) | st.floats() | st.sampled_from([10**400, math.inf, -math.inf, math.nan])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8,
)  # fmt: skip
KNOWN = (
    READY, TEXT, DONE, asks("q1"), {"type": "system", "subtype": "init", "session_id": "s", "model": "m"},
    {"type": "control_cancel_request", "request_id": "q1"}, acp(id="navi-new", result={"sessionId": "A"}), chunk("x"),
    acp(id="navi-prompt:u", result={"stopReason": "end_turn", "usage": {"inputTokens": 1}}),
    acp("session/request_permission", id=1, params={"toolCall": {"title": "t", "rawInput": {}}, "options": []}),
    {**DONE, "total_cost_usd": 1.0, "errors": ["x"]},
)  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> Any:
    """Return a message of an agent in which some members are anything."""
    message = json.loads(json.dumps(draw(st.sampled_from(KNOWN))))
    for _ in range(draw(st.integers(1, 3))):
        place = message
        while isinstance(place, dict) and place:
            name = draw(st.sampled_from(sorted(place)))
            if not isinstance(place[name], dict) or not place[name] or draw(st.booleans()):
                place[name] = draw(VALUES)
                break
            place = place[name]
    return message


def strict(text: str) -> Any:
    """Return a value as a browser reads it."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("harness", ["claude-code", "gemini", "scripted"])
@settings(max_examples=150)
@given(lines=st.lists(messages(), min_size=1, max_size=4))
def test_whatever_an_agent_prints_is_stored_and_read_by_everybody(
    tmp_path_factory: pytest.TempPathFactory, harness: str, lines: list[Any]
) -> None:
    store = Store(tmp_path_factory.mktemp("s") / "navi.db")
    row = store.spawn(StoredSession("a", harness=harness))
    printed = [json.dumps(one).encode() for one in lines]
    end = sum(len(one) + 1 for one in printed)
    output = read(begin(HARNESSES[harness], row), row, 0, end, printed)
    assert receive(store, output.batch, output.dues, True)
    assert store.needed("a").log_offset == end
    strict(json_text.dumps(store.needed("a")._asdict()))
    strict(to_line({"inputs": [one.input for one in output.run.state.questions]}).decode())
    store.close()


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"result","subtype":"success","total_cost_usd":' + "1" * 400 + "}",
        '{"type":"\\ud800"}',
        '{"type":"system","subtype":"init","session_id":"\\udfff"}',
        '{"type":"control_request","request_id":"\\ud800","request":{"subtype":"can_use_tool","tool_name":"x"}}',
        '{"type":"result","subtype":"success","total_cost_usd":1e999}',
        '{"type":"result","subtype":"success","total_cost_usd":Infinity}',
    ],
)
async def test_a_line_of_one_agent_does_not_cost_the_others(tmp_path: Path, line: str) -> None:
    async with world(tmp_path) as here:
        row, other = [await here.hub.spawn(Wanted("x")) for _ in range(2)]
        phone = await here.follow(other)
        await here.prints(row, READY, line, TEXT)
        await here.prints(other, READY, TEXT)
        (message,) = await settled(phone, "message")
        assert len(message["messages"]) == 2
        assert here.relay.take("ack")[0]["offset"] > len(line)
        strict(to_line({"sessions": await here.hub.listed()}).decode())
    async with world(tmp_path, relay=False) as here:
        held = here.hub.held(row.id)
        assert held
        assert held.state.latest == "hello", "what comes after it counts"


async def test_what_no_database_takes_is_kept_as_it_is(tmp_path: Path) -> None:
    """The trigger is like any value that the database refuses."""
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        with sqlite3.connect(tmp_path / "navi.db") as database:
            when = "BEFORE INSERT ON messages WHEN NEW.kind = 'text'"
            database.execute(f"CREATE TRIGGER no {when} BEGIN SELECT RAISE(ABORT, 'no'); END")
        database.close()
        await here.prints(row, READY, TEXT, DONE)
        kinds = await here.hub.writer.do(lambda store: [one.kind for one in store.messages(row.id)])
        assert kinds == ["ready", "raw", "turnended"]
        assert issubclass(sqlite3.IntegrityError, NO_DATA)


@given(VALUES)
def test_every_value_that_is_written_is_read_by_a_browser(value: Any) -> None:
    strict(json_text.dumps(value))
    strict(in_json(200, {"x": value}).body.decode())


@given(VALUES)
def test_what_a_client_sends_has_whole_texts(value: Any) -> None:
    line = json.dumps({"type": "user_message", "content": "\ud83d", "more": value})
    found = read_message(line, ("client",))
    assert found["content"] == "\ufffd"
    str(found).encode()
    str(from_json(line.encode())).encode()


def test_a_number_that_is_too_large_is_refused() -> None:
    with pytest.raises(Malformed, match="`from_index` is too large"):
        read_message(json.dumps({"type": "subscribe", "from_index": LARGEST}), ("client",))


def test_bytes_that_are_no_text_stay_what_they_are() -> None:
    message = {"type": "session_output", "session_id": "a", "generation": 1, "offset": 0, "end": 2}
    line = to_line({**message, "messages": ["\udcff"]})
    assert read_message(line, ("client", "relay"))["messages"] == ["\udcff"]

"""What a program and the hub say to each other over the hub's socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from navi.headless.hub.hub import Hub
from navi.headless.hub.server import serve
from navi.headless.messages import TABLE, check
from navi.headless.store.store import Store
from navi.headless.store.stored import Batch, PrintedLine, StoredQuestion, StoredSession

LINES = [
    {"type": "user", "uuid": "u1", "isReplay": True, "message": {"role": "user", "content": "fix it"}},
    {"type": "assistant", "message": {"id": "m1", "content": [
        {"type": "text", "text": "I will."},
        {"type": "tool_use", "id": "t1", "name": "Edit",
         "input": {"file_path": "/f", "old_string": "a", "new_string": "b"}},
    ]}},
    {"type": "system", "subtype": "status"},
    {"type": "result", "subtype": "success", "result": "I will."},
]  # fmt: skip

ASKS = {
    "type": "control_request", "request_id": "q1",
    "request": {"subtype": "can_use_tool", "tool_name": "Bash", "input": {"command": "ls"}},
}  # fmt: skip


class Program:
    """A program at the hub's socket."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._rest = b""

    async def send(self, **message: object) -> None:
        """Send a message."""
        await self._stream.send_all(json.dumps(message).encode() + b"\n")

    async def next(self) -> dict[str, Any]:
        """Return the next message, which is one of the table."""
        with trio.fail_after(30):
            while b"\n" not in self._rest:
                self._rest += await self._stream.receive_some()
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        check(message, TABLE["hub to client", message["type"]])
        return message


@asynccontextmanager
async def program(folder: Path, lines: Sequence[object] = LINES) -> AsyncIterator[Program]:
    """Speak with a hub that has one session, `a`, which printed these lines and asks something."""
    store = Store(folder / "navi.db")
    store.spawn(StoredSession("a", harness="claude-code"))
    messages = [PrintedLine("x", json.dumps(one).encode(), 0) for one in lines]
    store.receive(Batch("a", 1, 0, 10, messages, opened=[StoredQuestion("q1", "permission", "{}")]))
    async with trio.open_nursery() as nursery:
        hub = Hub(store)
        await nursery.start(hub.run)
        await nursery.start(serve, hub, folder / "hub.sock")
        async with await trio.open_unix_socket(str(folder / "hub.sock")) as stream:
            yield Program(stream)
        nursery.cancel_scope.cancel()
    store.close()


async def test_a_program_without_a_codec_gets_events_for_lines(tmp_path: Path) -> None:
    async with program(tmp_path) as one:
        await one.send(type="subscribe", session_id="a", form="events")
        assert (await one.next())["type"] == "connected"
        message = await one.next()
        found = [[event["event"] for event in events] for events in message["messages"]]
        assert (message["index"], found) == (0, [["taken"], ["text", "tool_call"], [], ["turn_ended"]])
        assert message["messages"][1][1]["input"]["new_string"] == "b"
        await one.send(type="subscribe", session_id="a", from_index=3)
        assert (await one.next())["last_index"] == 3
        assert (await one.next())["messages"] == [json.dumps(LINES[3])], "lines again where nothing else is wanted"


async def test_messages_can_be_asked_for_in_pieces_and_as_events(tmp_path: Path) -> None:
    async with program(tmp_path) as one:
        path = "/api/sessions/a/messages"
        await one.send(type="request", id=1, method="GET", path=path, body={"from_index": 1, "limit": 2})
        body = (await one.next())["body"]
        assert body == {"index": 1, "messages": [json.dumps(line) for line in LINES[1:3]]}
        await one.send(type="request", id=2, method="GET", path=path, body={"from_index": "3", "form": "events"})
        assert [[event["event"] for event in events] for events in (await one.next())["body"]["messages"]] == [
            ["turn_ended"]
        ]
        for wrong in (-1, "x", 1.5, True, "9" * 16):
            await one.send(type="request", id=3, method="GET", path=path, body={"from_index": wrong})
            answer = await one.next()
            assert (answer["status"], answer["body"]) == (400, {"error": "`from_index` must be a number"})


async def test_what_is_refused_names_what_it_is_about(tmp_path: Path) -> None:
    async with program(tmp_path, [*LINES, ASKS]) as one:
        await one.send(type="user_message", session_id="none", uuid="u2", content="x")
        error = await one.next()
        assert (error["code"], error["uuid"]) == ("REFUSED", "u2")
        answer = {"type": "control_response", "session_id": "a", "request_id": "q1", "allow": True, "by": "laptop"}
        await one.send(**answer)
        await one.send(**answer)
        error = await one.next()
        assert (error["code"], error["request_id"]) == ("ALREADY_ANSWERED", "q1")
        assert error["message"] == "laptop has answered it already"

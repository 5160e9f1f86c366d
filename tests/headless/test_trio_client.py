"""The hub as the dashboard uses it: questions, messages that are carried out or refused, and a hub that ends."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from navi.headless.client import NoHub
from navi.headless.harness.scripted import SCRIPTED
from navi.headless.hub.hub import Hub
from navi.headless.hub.server import serve
from navi.headless.messages import to_line
from navi.headless.store.store import Store
from navi.headless.store.stored import Batch, PrintedLine, StoredSession
from navi.headless.trio_client import connected
from navi.ops import OperationError
from tests.support.strangers import HAS_STRANGERS, STRANGER

ROW = StoredSession("spawn_1", "api", SCRIPTED.id, cwd="/repo", agent_session_id="S")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[Hub, Store, trio.CancelScope]]:
    """Run a hub with one stored session."""
    store = Store(folder / "navi.db")
    store.spawn(ROW)
    async with trio.open_nursery() as nursery:
        hub = Hub(store)
        await nursery.start(hub.run)
        await nursery.start(serve, hub, folder / "hub.sock")
        yield hub, store, nursery.cancel_scope
        nursery.cancel_scope.cancel()
    store.close()


async def test_it_asks_and_hears_what_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path), connected(str(tmp_path)) as hub:
        assert (await hub.ask("GET", "/api/sessions/spawn_1/info"))["title"] == "api"
        with pytest.raises(OperationError, match="there is no session spawn_2"):
            await hub.ask("GET", "/api/sessions/spawn_2/info")
        await hub.tell({"type": "user_message", "session_id": "spawn_1", "content": "x"})
        assert [one["body"] for one in (await hub.ask("GET", "/api/sessions/spawn_1"))["inputs"]] == ["x"]
        answer = {"type": "control_response", "session_id": "spawn_1", "request_id": "q", "allow": True}
        with pytest.raises(OperationError, match="spawn_1 asks nothing with the id q"):
            await hub.tell(answer)
        await hub.tell({"type": "ping"})


async def test_a_hub_that_ends_is_reported(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, _, scope), connected(str(tmp_path)) as hub:
        scope.cancel()
        with trio.CancelScope(shield=True), pytest.raises(OperationError, match="the hub has ended"):
            await hub.next()


async def test_without_a_hub_nothing_is_connected(tmp_path: Path) -> None:
    with pytest.raises(NoHub):
        async with connected(str(tmp_path)):
            pass
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "hub.sock"))
    dead.close()
    with pytest.raises(NoHub):
        async with connected(str(tmp_path)):
            pass


@asynccontextmanager
async def listening(folder: Path, message: bytes) -> AsyncIterator[None]:
    """Run something in the hub's place that sends a message to whoever connects, and ends the connection."""

    async def answer(stream: trio.SocketStream) -> None:
        await stream.send_all(message)

    listener = trio.socket.socket(trio.socket.AF_UNIX)
    await listener.bind(str(folder / "hub.sock"))
    listener.listen(1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, answer, [trio.SocketListener(listener)])
        yield
        nursery.cancel_scope.cancel()


async def test_a_hub_that_sends_nonsense_is_reported(tmp_path: Path) -> None:
    async with listening(tmp_path, b'{"type":"message"}\n'), connected(str(tmp_path)) as hub:
        with pytest.raises(OperationError, match="that is no message"):
            await hub.next()


async def test_what_a_hub_reported_before_it_ended_is_raised(tmp_path: Path) -> None:
    report = to_line({"type": "error", "code": "VERSION", "message": "too old"})
    async with listening(tmp_path, report):
        async with connected(str(tmp_path)) as hub:
            await trio.testing.wait_all_tasks_blocked(0.05)
            with pytest.raises(OperationError, match="too old"):
                await hub.ask("GET", "/api/health")
        async with connected(str(tmp_path)) as hub:
            await trio.testing.wait_all_tasks_blocked(0.05)
            with pytest.raises(OperationError, match="too old"):
                await hub.tell({"type": "ping"})


async def test_long_lines_and_texts_come_cut_to_who_wants_that(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, store, _), connected(str(tmp_path)) as hub:
        lines = [PrintedLine("text", b'{"type":"text","who":"agent","text":"%s"}' % (b"\xc3\xa9" * 5000), 0)]
        store.receive(Batch("spawn_1", 1, 0, 20_000, [*lines, PrintedLine("text", b"short", 10_000)]))
        found = await hub.ask("GET", "/api/sessions/spawn_1/messages", from_index=0, longest=1001)
        assert [len(one.encode("utf-8", "surrogateescape")) for one in found["messages"]] == [1001, 5]
        assert (await hub.ask("GET", "/api/sessions/spawn_1/messages", from_index=1, limit=1))["messages"] == ["short"]
        await hub.send({"type": "subscribe", "session_id": "spawn_1", "longest": 1001})
        while (message := await hub.next())["type"] != "message":
            assert message["type"] == "connected"
        assert [len(one.encode("utf-8", "surrogateescape")) for one in message["messages"]] == [1001, 5]


LISTEN = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listening", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(not HAS_STRANGERS, reason="only root can run a program as somebody else")
async def test_a_hub_of_another_user_is_not_spoken_to() -> None:
    with tempfile.TemporaryDirectory(prefix="navi-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        with subprocess.Popen(
            ["/usr/bin/env", "python3", "-c", LISTEN, f"{folder}/hub.sock"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, user=STRANGER, group=STRANGER, extra_groups=[],
        ) as stranger:  # fmt: skip
            assert stranger.stdout
            assert stranger.stdin
            await trio.to_thread.run_sync(stranger.stdout.readline)
            with pytest.raises(OperationError, match="belongs to another user"):
                async with connected(folder):
                    pass
            stranger.stdin.close()

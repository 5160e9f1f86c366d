"""web: the hub over HTTP and WebSockets, with a relay that the bench plays and a client of its own.

The floor of messages is the same through the hub's socket.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import Message as Frame
from wsproto.events import Request
from wsproto.events import TextMessage as Text

from navi.headless.store.store import Store
from navi.headless.store.stored import Batch, PrintedLine, StoredSession
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row, p95
from tests.support.machines import Lab
from tests.support.serving import serving
from tests.support.web import Daemon, Site, daemon, frame, site_of, upgrade

SESSIONS, STORED = 10_000, 10_000

LINE = json.dumps({"type": "text", "who": "agent", "text": "x" * 950})

READY = json.dumps({"type": "ready", "conversation": "c"})

WINDOW = 2_000
"""Lines that are on their way at once."""


async def measure(run: Run) -> list[Row]:
    """Return the rows."""
    async with run.turn:
        with laboratory() as lab:
            fill(lab)
            with serving(lab) as hub:
                site = site_of(lab, hub)
                rows = await lists(lab, site, run.pick(200, 50))
                async with daemon(lab, site) as relay:
                    rows += await throughput(lab, site, relay, hub.pid, run.pick(50_000, 10_000))
                    rows += await beside_a_stalled_one(site, relay, run.pick(20, 6))
                return [*rows, Row("web: memory of the hub", "MB", [memory(hub.pid)], limits={"max": 60})]


def fill(lab: Lab) -> None:
    """Store sessions, one of them with many messages."""
    store = Store(Path(lab.environment()["XDG_STATE_HOME"]) / "navi" / "navi.db")
    with store.together():
        for number in range(SESSIONS - 1):
            store.add(StoredSession(f"sess_{number}", f"Session {number}", "claude-code", status="complete"))
        store.add(StoredSession("sess_long", "long", "scripted"))
        store.receive(Batch("sess_long", 1, 0, 1, [PrintedLine("text", LINE.encode(), 0)] * STORED))
    store.close()


def memory(process: int) -> float:
    """Return the proportional share of memory of a process, in MB."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def processor(process: int) -> float:
    """Return the processor time of a process, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def timed(work: Callable[[], Awaitable[object]], times: int) -> list[float]:
    """Return the milliseconds of work that is done again and again."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        found.append((time.perf_counter() - began) * 1000)
    return found


# ---- what is stored


async def lists(lab: Lab, site: Site, times: int) -> list[Row]:
    """Return the rows of a list of many sessions, and of a client that catches up."""

    def ask(path: str) -> Callable[[], Awaitable[object]]:
        return lambda: trio.to_thread.run_sync(site.ask, "GET", path)

    floor = await timed(ask("/api/health"), times)

    async def catch_up() -> None:
        async with WebSocket.open(site, "/api/sessions/sess_long/ws") as client:
            await client.send('{"type":"subscribe"}')
            await client.take(STORED)

    async def through_the_socket() -> None:
        async with Socket.open(lab, "sess_long") as client:
            await client.send('{"type":"subscribe"}')
            await client.take(STORED)

    return [
        Row("web: a page of the list, 10,000 sessions", "ms", await timed(ask("/api/sessions?limit=50"), times), floor,
            limits={"p95": 20}),
        Row("web: the info of a session", "ms", await timed(ask("/api/sessions/sess_7/info"), times), floor,
            limits={"p95": 20}),
        Row("web: a client catches up 10,000 messages", "ms", await timed(catch_up, 5),
            await timed(through_the_socket, 5), limits={"median": 500}),
    ]  # fmt: skip


class WebSocket:
    """A WebSocket that reads as fast as it can."""

    def __init__(self, stream: trio.SocketStream, protocol: WSConnection) -> None:
        self._stream = stream
        self._protocol = protocol
        self.arrived: list[float] = []
        self._text = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, site: Site, path: str) -> AsyncIterator[WebSocket]:
        """Open one."""
        protocol = WSConnection(ConnectionType.CLIENT)
        headers = [(b"authorization", f"Bearer {site.token}".encode())]
        async with await trio.open_tcp_stream("127.0.0.1", site.port) as stream:
            await stream.send_all(protocol.send(Request(host=site.host, target=path, extra_headers=headers)))
            yield cls(stream, protocol)

    async def send(self, text: str) -> None:
        """Send a text, once the other side has accepted."""
        while not any(True for _ in self._protocol.events()):
            self._protocol.receive_data(bytes(await self._stream.receive_some(262_144)))
        await self._stream.send_all(self._protocol.send(Frame(data=text)))

    async def take(self, lines: int) -> None:
        """Read until so many lines of the agent have come."""
        while lines > 0:
            for event in self._protocol.events():
                lines -= self._lines(event) if isinstance(event, Text) else 0
            if lines > 0:
                self._protocol.receive_data(bytes(await self._stream.receive_some(262_144)))

    def _lines(self, event: Text) -> int:
        self._text += event.data
        if not event.message_finished:
            return 0
        message, self._text = json.loads(self._text), ""
        found = message["messages"] if message["type"] == "message" else []
        self.arrived += [time.perf_counter()] * len(found)
        return len(found)


# ---- what comes


async def throughput(lab: Lab, site: Site, relay: Daemon, hub: int, lines: int) -> list[Row]:
    """Return the rows of many lines in one session, through a WebSocket and through the socket."""
    found, cost = {}, {}
    for way in ("a WebSocket", "the socket"):
        id = await spawned(site, relay)
        opened = WebSocket.open(site, f"/api/sessions/{id}/ws") if way == "a WebSocket" else Socket.open(lab, id)
        async with opened as client, trio.open_nursery() as nursery:
            await client.send('{"type":"subscribe","from_index":1}')
            began, used = time.perf_counter(), processor(hub)
            nursery.start_soon(client.take, lines)
            await pour(relay, id, lines)
        found[way], cost[way] = [
            [value * 1000 / lines] for value in (time.perf_counter() - began, processor(hub) - used)
        ]
    over, through = "a WebSocket", "the socket"
    return [
        Row("web: a message over a WebSocket", "ms", found[over], found[through], limits={"max": 1 / 3}),
        Row("web: the hub's processor time for it", "ms", cost[over], cost[through], limits={"max": 0.3}),
    ]


async def spawned(site: Site, relay: Daemon) -> str:
    """Spawn a session that prints what the bench says."""
    body = {"prompt": "x", "harness": "scripted"}
    done = await trio.to_thread.run_sync(site.ask, "POST", "/api/sessions/spawn", body)
    id = str(done.body["session_id"])
    relay.offset = 0
    await relay.prints(id, [READY])
    await relay.next("ack")
    return id


async def pour(relay: Daemon, id: str, lines: int) -> None:
    """Bring lines, not more than a window of them unacknowledged."""
    waiting = 0
    for _ in range(0, lines, 100):
        await relay.prints(id, [LINE] * 100)
        waiting += 100
        if waiting >= WINDOW:
            await relay.next("ack")
            waiting -= 100
    for _ in range(0, waiting, 100):
        await relay.next("ack")


class Socket:
    """A client at the hub's socket."""

    def __init__(self, stream: trio.SocketStream, id: str) -> None:
        self._stream = stream
        self._id = id

    @classmethod
    @asynccontextmanager
    async def open(cls, lab: Lab, id: str) -> AsyncIterator[Socket]:
        """Connect."""
        path = os.path.join(lab.environment()["XDG_RUNTIME_DIR"], "navi", "hub.sock")
        async with await trio.open_unix_socket(path) as stream:
            yield cls(stream, id)

    async def send(self, text: str) -> None:
        """Send a message about the session."""
        await self._stream.send_all(json.dumps({**json.loads(text), "session_id": self._id}).encode() + b"\n")

    async def take(self, lines: int) -> None:
        """Read until so many lines of the agent have come."""
        rest = b""
        while lines > 0:
            *whole, rest = (rest + bytes(await self._stream.receive_some(262_144))).split(b"\n")
            for message in map(json.loads, whole):
                lines -= len(message["messages"]) if message["type"] == "message" else 0


# ---- who stalls


async def beside_a_stalled_one(site: Site, relay: Daemon, seconds: int) -> list[Row]:
    """Return the rows of a line's way to a client, alone and beside one that never reads."""
    alone = await _delays(site, relay, seconds, 0)
    beside = await _delays(site, relay, seconds, 1)
    limit = {"p95": 1.1 * p95(alone)}
    return [
        Row("web: a line to a client, alone", "ms", alone),
        Row("web: the same beside one that never reads", "ms", beside, [statistics.median(alone)], limits=limit),
    ]


async def _delays(site: Site, relay: Daemon, seconds: int, stalled: int) -> list[float]:
    """Return the milliseconds from line to client, at 1,000 lines a second in batches of 10."""
    id = await spawned(site, relay)
    path = f"/api/sessions/{id}/ws"
    others = [_never_reads(site, path) for _ in range(stalled)]
    sent: list[float] = []
    async with WebSocket.open(site, path) as client, trio.open_nursery() as nursery:
        await client.send('{"type":"subscribe","from_index":1}')
        nursery.start_soon(client.take, seconds * 1000)
        nursery.start_soon(_acknowledged, relay, seconds * 100)
        for _ in range(seconds * 100):
            sent += [time.perf_counter()] * 10
            await relay.prints(id, [LINE] * 10)
            await trio.sleep(0.01)
    for one in others:
        one.close()
    return [(came - went) * 1000 for went, came in zip(sent, client.arrived, strict=True)]


async def _acknowledged(relay: Daemon, times: int) -> None:
    for _ in range(times):
        await relay.next("ack")


def _never_reads(site: Site, path: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", site.port))
    connection.sendall(upgrade(site, path) + frame(b'{"type":"subscribe"}'))
    return connection

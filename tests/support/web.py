"""A hub with its page, as programs on this machine reach it: plain HTTP, raw bytes and WebSockets.

with serving(lab) as hub:
    site = site_of(lab, hub)
    site.ask("GET", "/api/sessions")
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import trio
from trio_websocket import WebSocketConnection, wrap_client_stream

from navi.headless.messages import TABLE, check
from tests.support.machines import Lab
from tests.support.serving import process_of_relay


class Reply(NamedTuple):
    """An answer: its status, its headers in lower case, and its body."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.text)


class Site(NamedTuple):
    """Where a hub answers: its port, the code that its page needs once, and the token of programs."""

    port: int
    code: str
    token: str

    @property
    def host(self) -> str:
        """The name in a request."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """What a browser says of the page."""
        return f"http://{self.host}"

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None, known: bool = True
    ) -> Reply:
        """Send one request on a connection of its own, with the token if `known`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            sent = {"Authorization": f"Bearer {self.token}"} if known else {}
            data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
            sent |= {"Content-Type": "application/json"} if data else {}
            connection.request(method, path, data, {**sent, **(headers or {})})
            found = connection.getresponse()
            names = {name.lower(): value for name, value in found.getheaders()}
            return Reply(found.status, names, found.read().decode())
        finally:
            connection.close()

    def raw(self, data: bytes, seconds: float = 30, ends: bool = True) -> bytes:
        """Send bytes, and return all that comes back until the other side ends; b"" if it resets the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            try:
                connection.sendall(data)
                if ends:
                    connection.shutdown(socket.SHUT_WR)
                found = bytearray()
                while more := connection.recv(65536):
                    found += more
                return bytes(found)
            except ConnectionError:
                return bytes(found)

    def cookie(self) -> str:
        """Log in with the code, and return the cookie."""
        done = self.ask("POST", "/api/login", {"token": self.code}, {"Origin": self.origin}, known=False)
        assert done.status == 200, done
        return done.headers["set-cookie"].partition(";")[0]

    @asynccontextmanager
    async def websocket(
        self, path: str, headers: Mapping[str, str] | None = None, largest: int = 64 * 1024 * 1024
    ) -> AsyncIterator[Client]:
        """Open a WebSocket, with the token unless there are other headers."""
        sent = {"Authorization": f"Bearer {self.token}"} if headers is None else headers
        extra = [(name.encode(), value.encode()) for name, value in sent.items()]
        async with await trio.open_tcp_stream("127.0.0.1", self.port) as stream, trio.open_nursery() as nursery:
            connection = await wrap_client_stream(
                nursery, stream, self.host, path, extra_headers=extra, max_message_size=largest, message_queue_size=64
            )
            async with connection:
                yield Client(connection)
            nursery.cancel_scope.cancel()


class Client:
    """A WebSocket of a client. Each message that comes is one of the table."""

    def __init__(self, connection: WebSocketConnection) -> None:
        self.connection = connection

    async def send(self, **message: object) -> None:
        """Send a message."""
        await self.connection.send_message(json.dumps(message))

    async def next(self, type: str = "", **fields: object) -> dict[str, Any]:
        """Return the next message, or the next one of a type that has these fields; the others are dropped."""
        with trio.fail_after(60):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.get_message())
                check(message, TABLE["hub to client", message["type"]])
                if type in ("", message["type"]) and fields.items() <= message.items():
                    return message


class Daemon:
    """A WebSocket of a relay that a test plays."""

    def __init__(self, connection: WebSocketConnection) -> None:
        self.connection = connection
        self.offset = 0

    async def next(self, type: str) -> dict[str, Any]:
        """Return the next message of a type."""
        with trio.fail_after(60):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.get_message())
                check(message, TABLE["hub to relay", message["type"]])
                if message["type"] == type:
                    return message

    async def prints(self, id: str, lines: Sequence[str]) -> None:
        """Bring lines of an agent."""
        end = self.offset + sum(len(line) + 1 for line in lines)
        output = {"offset": self.offset, "end": end, "messages": lines}
        await self.connection.send_message(
            json.dumps({"type": "session_output", "session_id": id, "generation": 1, **output})
        )
        self.offset = end


@asynccontextmanager
async def daemon(lab: Lab, site: Site) -> AsyncIterator[Daemon]:
    """Be the relay of the hub, in place of its own one, which is stopped meanwhile: it would come back at once."""
    process = await trio.to_thread.run_sync(process_of_relay, lab)
    os.kill(process, signal.SIGSTOP)
    try:
        async with site.websocket("/api/daemon/ws") as client:
            hello = {"client_id": "d", "capabilities": {"can_spawn_sessions": True}, "hosts": [""]}
            await client.connection.send_message(json.dumps({"type": "daemon_connected", **hello}))
            one = Daemon(client.connection)
            await one.next("sync")
            yield one
    finally:
        with suppress(ProcessLookupError):  # a hub that ends kills its relay if that does not end
            os.kill(process, signal.SIGCONT)


def upgrade(site: Site, path: str, **headers: str | None) -> bytes:
    """Return a request for a WebSocket; None leaves a header out."""
    found: dict[str, str | None] = {
        "Host": site.host, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(), "Authorization": f"Bearer {site.token}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }  # fmt: skip
    lines = [f"{name}: {value}\r\n" for name, value in found.items() if value is not None]
    return f"GET {path} HTTP/1.1\r\n{''.join(lines)}\r\n".encode()


def frame(payload: bytes, opcode: int = 1, first: int = 0x80, masked: bool = True, length: int | None = None) -> bytes:
    """Return a frame; `length` is what it says of its payload."""
    size = len(payload) if length is None else length
    short = size if size < 126 else 126 if size < 65536 else 127
    head = bytes([first | opcode, short | 0x80 * masked])
    head += struct.pack("!H", size) if short == 126 else struct.pack("!Q", size) if short == 127 else b""
    return head + (bytes(4) if masked else b"") + payload


def site_of(lab: Lab, hub: subprocess.Popen[str]) -> Site:
    """Return where a hub that was just started answers, as it prints it."""
    assert hub.stdout
    for line in hub.stdout:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#(\S+)$", line)
        if found:
            token = Path(lab.environment()["XDG_STATE_HOME"]) / "navi" / "web-token"
            return Site(int(found[1]), found[2], token.read_text())
    raise AssertionError("navi serve printed no address")

"""A hub with its page, as programs on this machine reach it: plain HTTP, raw bytes and WebSockets.

with serving(lab) as hub:
    site = site_of(lab, hub)
    site.ask("GET", "/api/sessions")
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import trio
from trio_websocket import WebSocketConnection, wrap_client_stream

from navi.headless.messages import TABLE, check
from tests.support.machines import Lab


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


def site_of(lab: Lab, hub: subprocess.Popen[str]) -> Site:
    """Return where a hub that was just started answers, as it prints it."""
    assert hub.stdout
    for line in hub.stdout:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#(\S+)$", line)
        if found:
            token = Path(lab.environment()["XDG_STATE_HOME"]) / "navi" / "web-token"
            return Site(int(found[1]), found[2], token.read_text())
    raise AssertionError("navi serve printed no address")

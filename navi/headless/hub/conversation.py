"""What one program and the hub say to each other, over the hub's socket or a WebSocket: the same messages on both."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Protocol

import trio

from navi.headless.hub.api import NOT_STORED, respond
from navi.headless.hub.hub import Hub
from navi.headless.hub.subscriber import Peer, Subscriber
from navi.headless.messages import TABLE, Malformed, Message
from navi.headless.readable import Readable
from navi.headless.refused import OtherVersion, Refused
from navi.headless.versions import about_client, is_other

GONE = (trio.BrokenResourceError, trio.ClosedResourceError)
"""What sending raises once the other side has ended."""


class Connection(Peer, Protocol):
    """A connection that messages come from, too."""

    def messages(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield messages until the other side ends. Raise Malformed."""
        ...


class ServedProgram:
    """One program: a relay if it says so first, else a client. `name` is who it is where it does not say so itself,
    `origin` where it comes from.

    `process` is its number, 0 if that is not known. With `session_id`, its messages are about this session, and it
    hears of it at once.
    """

    def __init__(
        self, hub: Hub, peer: Connection, name: str, session_id: str = "", origin: str = "", process: int = 0
    ) -> None:
        self._hub = hub
        self._peer = peer
        self._shown = _Shown(peer)
        self._client = Subscriber(self._shown, name, origin or name)
        self._session = session_id
        self._hello: Message | None = None
        self._process = process

    async def run(self) -> None:
        """Take its messages until it ends, sends nonsense, or is of another version."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._client.run)
            try:
                await self._greet()
                async with aclosing(self._peer.messages()) as messages:
                    async for message in messages:
                        await self._take(message)
            except (Malformed, OtherVersion) as error:
                code = error.code if isinstance(error, OtherVersion) else "MALFORMED"
                with suppress(*GONE):
                    await self._peer.send({"type": "error", "code": code, "message": str(error)})
            except GONE:
                pass  # it did not wait for an answer
            finally:
                self._hub.lose_relay(self._peer)
                self._hub.forget(self._client)
            nursery.cancel_scope.cancel()

    async def _greet(self) -> None:
        if self._session:
            self._hello = await self._hub.connected(self._session)
            await self._peer.send(self._hello)

    async def _take(self, message: dict[str, Any]) -> None:
        """Carry out a message. What was refused, or can't be stored, is reported, and the connection goes on."""
        try:
            await self._carry_out(message)
        except OtherVersion:
            raise
        except Refused as error:
            await self._report(message, error.code, str(error))
        except sqlite3.Error as error:
            await self._report(message, "STORE", f"{NOT_STORED}: {error}")

    async def _report(self, message: Message, code: str, words: str) -> None:
        """Report what went wrong, and with what."""
        about = {name: message[name] for name in ("uuid", "request_id") if message.get(name)}
        await self._peer.send({"type": "error", "code": code, "message": words, **about})

    async def _carry_out(self, message: dict[str, Any]) -> None:
        type = message["type"]
        if type == "daemon_connected":
            await self._hub.connect_relay(self._peer, message, self._process)
        elif ("relay", type) in TABLE:
            await self._hub.hear(message)
        elif type == "hello":
            if is_other(message["version"]):
                raise OtherVersion(about_client(message["version"], message.get("program") or ""))
        elif type == "watch":
            await self._hub.watchers.add(self._client)
        elif type == "ping":
            await self._peer.send({"type": "pong"})
        elif type == "request":
            asked = message["method"], message["path"], message.get("body") or {}
            status, body = await respond(self._hub, *asked, self._client.origin)
            await self._peer.send({"type": "response", "id": message["id"], "status": status, "body": body})
        else:
            await self._of_session(message)

    async def _of_session(self, message: dict[str, Any]) -> None:
        """A message about a session: the one that it names, or the last one that was subscribed to."""
        self._session = message.get("session_id") or self._session
        if message["type"] == "subscribe":
            self._client.longest = max(0, message.get("longest") or 0)
            await self._subscribe(self._session, message.get("from_index") or 0, message.get("form") == "events")
        else:
            await self._hub.command(self._client, self._session, message)

    async def _subscribe(self, session_id: str, index: int, events: bool) -> None:
        known, self._hello = self._hello, None
        self._shown.readers.pop(session_id, None)
        if events:
            self._shown.readers[session_id] = await self._hub.reader(session_id, index)
        await self._hub.subscribe(self._client, session_id, index, known)


class _Shown:
    """A connection as the hub sends to it: lines of sessions that are wanted as events become these on the way."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.readers: dict[str, Readable] = {}

    async def send(self, message: Message) -> None:
        reader = self.readers.get(message["session_id"]) if message["type"] == "message" else None
        if reader:
            message = {**message, "messages": [reader.events(line) for line in message["messages"]]}
        await self._peer.send(message)

    async def close(self) -> None:
        await self._peer.close()

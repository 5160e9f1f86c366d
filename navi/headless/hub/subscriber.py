"""A client of the hub: what it follows, and what waits for it. It never holds up the hub."""

from __future__ import annotations

from typing import Protocol

import trio

from navi.headless.messages import Message
from navi.headless.shortened import shortened

BEHIND = 256
"""Messages that may wait for a client; one that is further behind is closed."""

GIVES_UP = 5.0
"""Seconds that a message may take to a client."""


class Peer(Protocol):
    """A connection: whole messages in both directions."""

    async def send(self, message: Message, /) -> None:
        """Send a message. Raise trio.BrokenResourceError, trio.ClosedResourceError."""
        ...

    async def close(self) -> None:
        """Close it by force."""
        ...


class Client(Protocol):
    """Who follows sessions."""

    def tell(self, message: Message, /) -> None:
        """Queue a message; does not wait."""
        ...


class Subscriber:
    """A client that follows sessions. It never holds up the hub: too far behind, it is closed.

    With `longest`, lines and texts of more than so many bytes are cut for it. `name` is who it is where it does not say
    so, `origin` where it comes from.
    """

    def __init__(self, peer: Peer, name: str = "", origin: str = "") -> None:
        self.peer = peer
        self.name = name
        self.origin = origin
        self._send, self._waiting = trio.open_memory_channel[Message](BEHIND)
        self._catching_up: dict[str, list[Message]] = {}
        self._next: dict[str, int] = {}
        self.lost = trio.CancelScope()
        self.longest = 0

    def catch_up(self, session_id: str) -> None:
        """Keep the news of a session until `live`: what was printed meanwhile is read from the store."""
        self._catching_up[session_id] = []

    def live(self, session_id: str, index: int) -> None:
        """Queue the news that were kept, and from now on what comes; messages before `index` were sent already."""
        self._next[session_id] = index
        for message in self._catching_up.pop(session_id, ()):
            self._queue(message)

    def tell(self, message: Message) -> None:
        """Queue a message; does not wait."""
        kept = self._catching_up.get(message.get("session_id", ""))
        if kept is None:
            self._queue(message)
        elif message["type"] not in ("message", "partial"):
            kept.append(message)
            if len(kept) > BEHIND:
                self.lost.cancel()

    def _queue(self, message: Message) -> None:
        if message["type"] == "message":
            message = self._unsent(message)
            if not message["messages"]:
                return
        try:
            self._send.send_nowait(self.short(message))
        except trio.WouldBlock:
            if message["type"] != "partial":
                self.lost.cancel()

    def _unsent(self, message: Message) -> Message:
        """Return a message without the lines that were sent: they can be stored before they are announced."""
        sent = self._next.get(message["session_id"], 0) - message["index"]
        if sent <= 0:
            return message
        return {**message, "index": message["index"] + sent, "messages": message["messages"][sent:]}

    def short(self, message: Message) -> Message:
        """Return a message as this client wants it."""
        return shortened(message, self.longest) if self.longest else message

    async def run(self) -> None:
        """Send what is queued, until the client is lost; then close it."""
        with self.lost:
            try:
                async for message in self._waiting:
                    with trio.fail_after(GIVES_UP):
                        await self.peer.send(message)
            except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError):
                pass
        with trio.CancelScope(shield=True):
            await self.peer.close()

"""Messages over a WebSocket: each a frame of text."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import trio
from wsproto import WSConnection
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.utilities import LocalProtocolError

from navi.headless import json_text
from navi.headless.hub.subscriber import GIVES_UP
from navi.headless.lines import CHUNK, send_with_patience
from navi.headless.messages import Malformed, Sender, read


class Pings(NamedTuple):
    """Seconds between pings, and without any sign of life until the other side counts as gone. It is closed with the
    next ping that is due, so within a minute.
    """

    every: float = 20.0
    silent: float = 50.0


USUAL_PINGS = Pings()

GOODBYE = 1.0
"""Seconds that a last frame may take."""

AT_ONCE = struct.pack("ii", 1, 0)
"""The option of a socket that is not to linger."""

NORMAL, NO_TEXT, REFUSED, TOO_LARGE = 1000, 1003, 1008, 1009
"""Codes with which a WebSocket is closed."""


class WebSocketPeer:
    """A WebSocket that was accepted. `senders` are those whose messages may come, of at most `largest` bytes."""

    def __init__(self, stream: trio.SocketStream, protocol: WSConnection, senders: Iterable[Sender], largest: int):
        self._stream = stream
        self._protocol = protocol
        self._senders = tuple(senders)
        self._largest = largest
        self._lock = trio.Lock()
        self._waits_since: float | None = None
        self._code = NORMAL
        self._text: list[str] = []
        self._size = 0

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message. Raise trio.BrokenResourceError, trio.ClosedResourceError."""
        await self._send(TextMessage(data=json_text.dumps(message)))

    async def _send(self, event: Event) -> None:
        async with self._lock:
            try:
                data = self._protocol.send(event)
            except LocalProtocolError as error:  # it was closed meanwhile
                raise trio.ClosedResourceError from error
            await send_with_patience(self._stream, data, GIVES_UP)

    async def close(self) -> None:
        """Close it at once. What the other side has not taken is thrown away, by the kernel, too."""
        with suppress(OSError, trio.ClosedResourceError):
            self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        await trio.aclose_forcefully(self._stream)

    async def finish(self) -> None:
        """Say goodbye, wait for a moment until the other side has closed it, and close it."""
        with trio.move_on_after(GOODBYE), suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self._send(CloseConnection(code=self._code))
            await self._stream.send_eof()
            while await self._stream.receive_some(CHUNK):
                pass
        await trio.aclose_forcefully(self._stream)

    async def keep_alive(self, pings: Pings = USUAL_PINGS) -> None:
        """Send pings, and close it once the other side is silent, until cancelled."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while True:
                await trio.sleep(pings.every)
                if self._waits_since is not None and trio.current_time() - self._waits_since > pings.silent:
                    await self.close()
                await self._send(Ping())

    async def messages(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield what comes until the other side ends, or the stream fails; use it with `aclosing`. Raise Malformed."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while True:
                for event in self._protocol.events():
                    if isinstance(event, TextMessage):
                        if (text := self._whole(event)) is not None:
                            yield self._read(text)
                    elif await self._ends(event):
                        return
                if not await self._receive():
                    return

    def _whole(self, event: TextMessage) -> str | None:
        """Return the text of a message once all of it has come. Raise Malformed for a large one."""
        self._text.append(event.data)
        self._size += len(event.data)
        if self._size > self._largest:
            self._code = TOO_LARGE
            raise Malformed(f"a message has at most {self._largest:,} bytes")
        if not event.message_finished:
            return None
        text, self._text, self._size = "".join(self._text), [], 0
        return text

    async def _receive(self) -> bool:
        """Take in what comes next; return false at the end."""
        self._waits_since = trio.current_time()
        data = await self._stream.receive_some(CHUNK)
        self._waits_since = None
        if data:
            self._protocol.receive_data(bytes(data))
        return bool(data)

    async def _ends(self, event: Event) -> bool:
        """Answer a ping or a goodbye; return whether it was one. Raise Malformed for bytes."""
        if isinstance(event, Ping):
            await self._send(event.response())
        elif isinstance(event, CloseConnection):
            self._code = event.code if event.code in (1002, 1007) else NORMAL  # a frame that breaks the protocol
            return True
        elif isinstance(event, BytesMessage):
            self._code = NO_TEXT
            raise Malformed("a message is text")
        return False

    def _read(self, text: str) -> dict[str, Any]:
        try:
            return read(text, self._senders)
        except Malformed:
            self._code = REFUSED
            raise

"""Messages over a stream: each a line of JSON. Both sides of the hub's socket use it."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any

import trio

from navi.headless.messages import LONGEST, Malformed, Sender, read, to_line

CHUNK = 262_144
"""Bytes that are read at once."""

PIECE = 65_536
"""Bytes that are sent at once."""


async def send_with_patience(stream: trio.SocketStream, data: bytes, patience: float) -> None:
    """Send data. Raise trio.BrokenResourceError if the other side takes none of it for `patience` seconds: then, as
    after a cancellation, the stream is of no use any more.
    """
    view = memoryview(data)
    for start in range(0, len(data), PIECE):
        with trio.move_on_after(patience) as limit:
            await stream.send_all(view[start : start + PIECE])
        if limit.cancelled_caught:
            raise trio.BrokenResourceError("the other side takes nothing")


class LinePeer:
    """A stream of messages; `senders` are those whose messages may come, `chunk` the bytes that are read at once.
    Sending fails if the other side takes nothing for `patience` seconds.
    """

    def __init__(
        self, stream: trio.SocketStream, senders: Iterable[Sender], patience: float = math.inf, chunk: int = CHUNK
    ) -> None:
        self._stream = stream
        self._senders = tuple(senders)
        self._patience = patience
        self._chunk = chunk
        self._lock = trio.Lock()
        self._rest = bytearray()

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message. Raise trio.BrokenResourceError, trio.ClosedResourceError."""
        async with self._lock:
            await send_with_patience(self._stream, to_line(message), self._patience)

    async def close(self) -> None:
        """Close the stream at once."""
        await trio.aclose_forcefully(self._stream)

    async def messages(self) -> AsyncGenerator[dict[str, Any], None]:
        """Yield what comes until the other side ends, or the stream fails; use it with `aclosing`. Raise Malformed."""
        try:
            while data := await self._stream.receive_some(self._chunk):
                start = len(self._rest)
                self._rest += data
                for line in self._lines(start):
                    yield read(line, self._senders)
                if len(self._rest) > LONGEST:
                    raise Malformed(f"a message has at most {LONGEST:,} bytes")
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return

    def _lines(self, searched: int) -> list[bytes]:
        """Take the whole lines out of what has come; nothing before `searched` has a line end."""
        end = self._rest.rfind(b"\n", searched)
        if end < 0:
            return []
        lines = bytes(self._rest[:end]).split(b"\n")
        del self._rest[: end + 1]
        return lines

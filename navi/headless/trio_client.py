"""The hub as the dashboard uses it: connections that wait in trio, and hold up nothing else.

async with connected(folder) as hub:
    info = await hub.ask("GET", f"/api/sessions/{id}")
    await hub.tell({"type": "interrupt", "session_id": id})
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from navi.core import exits
from navi.headless.client import NO_HUB, PATIENCE, SOCKET, HubGone, NoHub
from navi.headless.lines import LinePeer
from navi.headless.messages import Malformed, Message
from navi.headless.replies import (
    ENDS_WITHIN,
    HELLO,
    Ending,
    body_of,
    check_version,
    end_request,
    ending_of,
    no_message,
    refusal,
    request,
    timed_out,
)
from navi.ops import OperationError

CHUNK = 65_536
"""Bytes that are read at once: to read what is in them takes no longer than a key may wait."""


class TrioHubClient:
    """A connection. Its methods raise OperationError when the hub has ended, or does not answer in time."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._peer = LinePeer(stream, ("hub to client",), chunk=CHUNK)
        self._messages = self._peer.messages()
        self._number = 0

    async def send(self, message: Message) -> None:
        """Send a message; does not wait for an answer."""
        try:
            with trio.fail_after(PATIENCE):
                await self._peer.send(message)
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise _ended() from error
        except trio.TooSlowError as error:
            raise timed_out(PATIENCE) from error

    async def send_question(self, message: Message) -> None:
        """Send a message whose answer is read next. Raise what the hub reported before it ended the connection, too."""
        try:
            await self.send(message)
        except HubGone:
            while (report := await self.next())["type"] != "error":
                pass
            raise refusal(report) from None

    async def next(self) -> Message:
        """Return the next message, whenever it comes. Raise HubOfOtherVersion, too."""
        try:
            message: Message = await anext(self._messages)
        except StopAsyncIteration:
            raise _ended() from None
        except Malformed as error:
            raise no_message(error) from error
        check_version(message)
        return message

    async def ask(self, method: str, path: str, **body: object) -> Message:
        """Ask for something of navi.headless.hub.api, and return the body of the answer. Other messages are dropped."""
        self._number += 1
        await self.send_question(request(self._number, method, path, body))
        try:
            with trio.fail_after(PATIENCE):
                answer = await self.next()
                while not (answer["type"] == "response" and answer["id"] == self._number):
                    answer = await self.next()
        except trio.TooSlowError as error:
            raise timed_out(PATIENCE) from error
        return body_of(answer)

    async def end(self, info: Message, by: str, longest: int) -> bool:
        """End a session's agent, as HubClient.end does; `longest` bytes of a line are sent meanwhile. The last question
        of a connection: whoever asks further gets what is still to come of the session.
        """
        follow = {"session_id": info["id"], "from_index": info["last_index"] + 1, "longest": longest}
        await self.send_question({"type": "subscribe", **follow})
        self._number += 1
        await self.send_question(end_request(self._number, str(info["id"]), by))
        try:
            with trio.fail_after(ENDS_WITHIN):
                while True:
                    ending = ending_of(await self.next(), self._number, str(info["id"]))
                    if ending:
                        return ending is Ending.ENDED
        except trio.TooSlowError:
            raise OperationError(f"its agent has not ended within {ENDS_WITHIN:g} s; it may still do so") from None

    async def tell(self, message: Message) -> None:
        """Send a message, and wait until the hub has carried it out. Raise OperationError if it refuses.

        The hub takes messages one after the other, so that the answer to a ping comes after what it says of this one.
        """
        await self.send_question(message)
        await self.send_question({"type": "ping"})
        try:
            with trio.fail_after(PATIENCE):
                while (answer := await self.next())["type"] != "pong":
                    if answer["type"] == "error":
                        raise refusal(answer)
        except trio.TooSlowError as error:
            raise timed_out(PATIENCE) from error

    async def close(self) -> None:
        """End the connection at once."""
        await self._messages.aclose()
        await self._peer.close()


def _ended() -> HubGone:
    return HubGone("the hub has ended", exits.UNAVAILABLE)


@asynccontextmanager
async def connected(folder: str) -> AsyncIterator[TrioHubClient]:
    """Connect to the hub at its socket in the folder for sockets. Raise NoHub if none runs, or OperationError."""
    path = os.path.join(folder, SOCKET)
    try:
        with trio.fail_after(PATIENCE):
            stream = await trio.open_unix_socket(path)
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NoHub(NO_HUB, exits.UNAVAILABLE) from error
    except (OSError, trio.TooSlowError) as error:
        raise OperationError(f"the hub at {path} does not answer", exits.UNAVAILABLE) from error
    hub = TrioHubClient(stream)
    try:
        if _user_of(stream) != os.getuid():
            raise OperationError(f"the hub at {path} belongs to another user", exits.UNAVAILABLE)
        await hub.send(HELLO)
        yield hub
    finally:
        with trio.CancelScope(shield=True):
            await hub.close()


def _user_of(stream: trio.SocketStream) -> int:
    """Return the user of the process at the other end (unix(7), SO_PEERCRED)."""
    size = struct.calcsize("3i")
    return int(struct.unpack("3i", stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))[1])

"""The hub's socket: one file that only its user may open. Dashboards, verbs and the relay speak over it."""

from __future__ import annotations

import os
import socket
import sqlite3
import struct
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import trio

from navi.core.log import SILENT, Log
from navi.headless.api import NOT_STORED, respond
from navi.headless.hub import Hub, Subscriber
from navi.headless.lines import LinePeer
from navi.headless.messages import Malformed
from navi.headless.store import Refused

WAITING = 100
"""Connections that may wait to be taken."""


@asynccontextmanager
async def listening(path: Path) -> AsyncIterator[trio.SocketListener]:
    """Listen at a socket that only this user may open. Only who holds the lock of the store may call this."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        path.unlink()
    listener = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        await listener.bind(str(path))
    finally:
        os.umask(before)
    try:
        listener.listen(WAITING)
        yield trio.SocketListener(listener)
    finally:
        listener.close()
        with suppress(FileNotFoundError):
            path.unlink()


async def serve(
    hub: Hub, path: Path, log: Log = SILENT, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Serve a hub at a socket until cancelled."""
    async with listening(path) as listener, trio.open_nursery() as nursery:
        task_status.started()
        await trio.serve_listeners(partial(_connection, hub, log), [listener], handler_nursery=nursery)


async def _connection(hub: Hub, log: Log, stream: trio.SocketStream) -> None:
    """Speak with one program. One of another user is closed at once."""
    peer = LinePeer(stream, ("client", "relay"))
    try:
        if _user_of(stream) == os.getuid():
            await _Conversation(hub, peer).run()
    except Exception:
        log.exception("a fault in navi; the connection of one program to the hub ends")
    finally:
        with trio.CancelScope(shield=True):
            await peer.close()


def _user_of(stream: trio.SocketStream) -> int:
    """Return the user of the process at the other end (unix(7), SO_PEERCRED)."""
    size = struct.calcsize("3i")
    data = stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return int(struct.unpack("3i", data)[1])


class _Conversation:
    """One program at the socket: a relay if it says so first, else a client."""

    def __init__(self, hub: Hub, peer: LinePeer) -> None:
        self._hub = hub
        self._peer = peer
        self._client = Subscriber(peer, "socket")
        self._session = ""

    async def run(self) -> None:
        """Take its messages until it ends, or sends nonsense."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._client.run)
            try:
                async with aclosing(self._peer.messages()) as messages:
                    async for message in messages:
                        await self._take(message)
            except Malformed as error:
                with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                    await self._peer.send({"type": "error", "code": "MALFORMED", "message": str(error)})
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                pass  # it did not wait for an answer
            finally:
                self._hub.lose_relay(self._peer)
                self._hub.forget(self._client)
            nursery.cancel_scope.cancel()

    async def _take(self, message: dict[str, Any]) -> None:
        """Carry out a message. What was refused, or can't be stored, is reported, and the connection goes on."""
        try:
            await self._carry_out(message)
        except Refused as error:
            await self._peer.send({"type": "error", "code": "REFUSED", "message": str(error)})
        except sqlite3.Error as error:
            await self._peer.send({"type": "error", "code": "STORE", "message": f"{NOT_STORED}: {error}"})

    async def _carry_out(self, message: dict[str, Any]) -> None:
        type = message["type"]
        if type == "daemon_connected":
            await self._hub.connect_relay(self._peer, message)
        elif type in ("session_output", "input_handed", "session_reached", "session_ended"):
            await self._hub.hear(message)
        elif type == "watch":
            await self._hub.watchers.add(self._client)
        elif type == "ping":
            await self._peer.send({"type": "pong"})
        elif type == "request":
            status, body = await respond(self._hub, message["method"], message["path"], message.get("body") or {})
            await self._peer.send({"type": "response", "id": message["id"], "status": status, "body": body})
        else:
            await self._of_session(message)

    async def _of_session(self, message: dict[str, Any]) -> None:
        """A message about a session: the one that it names, or the last one that was subscribed to."""
        self._session = message.get("session_id") or self._session
        if message["type"] == "subscribe":
            self._client.longest = max(0, message.get("longest") or 0)
            await self._hub.subscribe(self._client, self._session, message.get("from_index") or 0)
        else:
            await self._hub.command(self._client, self._session, message)

"""The hub's socket: one file that only its user may open. Dashboards, verbs and the relay speak over it."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import trio

from navi.core.log import SILENT, Log
from navi.headless.hub.conversation import ServedProgram
from navi.headless.hub.hub import Hub
from navi.headless.hub.subscriber import GIVES_UP
from navi.headless.lines import LinePeer

WAITING = 100
"""Connections that may wait to be taken."""


@asynccontextmanager
async def listening(path: Path) -> AsyncIterator[trio.SocketListener]:
    """Listen at a socket that only this user may open. Only who holds the lock of the store may call this. Raise
    OSError, also where another hub answers there, which has another store.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    await _check_free(path)
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
        own = path.lstat()
        yield trio.SocketListener(listener)
    finally:
        listener.close()
        with suppress(FileNotFoundError):
            if os.path.samestat(path.lstat(), own):
                path.unlink()


async def _check_free(path: Path) -> None:
    """Raise OSError if a process answers at a socket."""
    try:
        stream = await trio.open_unix_socket(str(path))
    except OSError:
        return
    await stream.aclose()
    raise OSError(errno.EADDRINUSE, "another hub answers there, with its state in another folder (XDG_STATE_HOME)")


async def serve(
    hub: Hub, path: Path, log: Log = SILENT, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Serve a hub at a socket until cancelled."""
    async with listening(path) as listener, trio.open_nursery() as nursery:
        task_status.started()
        await trio.serve_listeners(partial(_connection, hub, log), [listener], handler_nursery=nursery)


async def _connection(hub: Hub, log: Log, stream: trio.SocketStream) -> None:
    """Speak with one program. One of another user is closed at once."""
    peer = LinePeer(stream, ("client", "relay"), GIVES_UP)
    try:
        process, user = _other_end(stream)
        if user == os.getuid():
            origin = f"socket, user {user}, process {process}"
            await ServedProgram(hub, peer, "socket", origin=origin, process=process).run()
    except Exception:
        log.exception("a fault in navi; the connection of one program to the hub ends")
    finally:
        with trio.CancelScope(shield=True):
            await peer.close()


def _other_end(stream: trio.SocketStream) -> tuple[int, int]:
    """Return process and user of the other end (unix(7), SO_PEERCRED)."""
    size = struct.calcsize("3i")
    process, user, _ = struct.unpack("3i", stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(process), int(user)

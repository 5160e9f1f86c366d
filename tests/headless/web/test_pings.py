"""WebSockets whose clients stop answering: they are closed, and what the hub kept for them is freed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import NamedTuple

import trio

from navi.headless.hub.hub import Hub
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.headless.web.front import listening, serve_page
from navi.headless.web.websocket import Pings
from tests.support.waiting import until_async

SOON = Pings(0.3, 3.0)

CLIENT = """
import sys, trio, trio_websocket

async def main():
    address, token = sys.argv[1:]
    headers = [(b"Authorization", f"Bearer {token}".encode())]
    try:
        async with trio_websocket.open_websocket_url(address, extra_headers=headers) as connection:
            print((await connection.get_message()).split('"')[3], flush=True)
            await connection.send_message('{"type":"subscribe"}')
            while True:
                await connection.get_message()
    except trio_websocket.ConnectionClosed as closed:
        print("closed", flush=True)

trio.run(main)
"""
"""A client of another library in a process of its own: it answers pings as long as it runs."""


class Served(NamedTuple):
    """A hub in this process: the address of a session's WebSocket, the token, and how many follow the session."""

    hub: Hub
    address: str
    token: str

    @property
    def followers(self) -> int:
        """How many clients the hub sends the session's news to."""
        return len(self.hub._clients_of("spawn_1"))


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Served]:
    """Serve a hub with a session whose agent has ended."""
    store = Store(folder / "navi.db")
    store.spawn(StoredSession("spawn_1", harness="scripted"))
    store.change("spawn_1", status="complete")
    hub = Hub(store)
    async with trio.open_nursery() as nursery, listening(0, 0) as listener:
        await nursery.start(hub.run)
        await nursery.start(lambda **more: serve_page(hub, listener, folder / "token", pings=SOON, **more))
        port = listener.socket.getsockname()[1]
        token = (folder / "token").read_text()
        yield Served(hub, f"ws://127.0.0.1:{port}/api/sessions/spawn_1/ws", token)
        nursery.cancel_scope.cancel()
    store.close()


@contextmanager
def client(one: Served) -> Iterator[subprocess.Popen[str]]:
    """Run a client."""
    words = [sys.executable, "-c", CLIENT, one.address, one.token]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


async def test_a_client_that_stops_answering_is_closed_and_one_that_answers_is_not(tmp_path: Path) -> None:
    async with served(tmp_path) as one:
        with client(one) as frozen, client(one) as awake:
            assert frozen.stdout
            await until_async(lambda: one.followers == 2, what="both follow the session")
            assert await trio.to_thread.run_sync(frozen.stdout.readline) == "connected\n"
            await trio.sleep(2 * SOON.silent)
            assert one.followers == 2, "who answers pings stays, though nothing else comes"
            os.kill(frozen.pid, signal.SIGSTOP)
            await until_async(lambda: one.followers == 1, what="the silent one is closed")
            await trio.sleep(2 * SOON.silent)
            assert (one.followers, awake.poll()) == (1, None)
            os.kill(frozen.pid, signal.SIGCONT)
            assert await trio.to_thread.run_sync(frozen.stdout.readline) in ("closed\n", ""), "it can connect again"

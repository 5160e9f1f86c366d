"""A TCP relay that adds distance to a link, or breaks it: to a port of 127.0.0.1, from one of its own.

    with Relay(machine.port, delay=0.05) as relay:
        lab.alias("far", relay.port)

It runs in a thread of its own, so that tests with and without trio can use it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from types import TracebackType

import trio

CHUNK = 65536


class Relay:
    """A relay to `target_port` that listens on `port`.

    `delay` is added in each direction, in seconds: a round trip takes two of them more. Order is kept, and bandwidth
    is not limited.
    """

    def __init__(self, target_port: int, delay: float = 0) -> None:
        self.delay = delay
        self.port = 0
        self._target_port = target_port
        self._ready = threading.Event()
        self._thread = threading.Thread(target=trio.run, args=(self._serve,), name=f"relay to {target_port}")
        self._thread.start()
        self._ready.wait()

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def pause(self) -> None:
        """Forward nothing any more; connections stay open, new ones are accepted, and what comes is kept."""
        self._do(self._gate.shut)

    def resume(self) -> None:
        """Forward again, first of all what came during the pause."""
        self._do(self._gate.open)

    def cut(self) -> None:
        """Close every connection, at both ends and at once; new ones are relayed again."""
        self._do(self._cut)

    def close(self) -> None:
        """Close the port and every connection, and end the thread."""
        if self._thread.is_alive():
            self._do(self._everything.cancel)
            self._thread.join()

    def _do(self, action: Callable[[], None]) -> None:
        """Run a step in the relay's thread, and return when it is done."""
        done = threading.Event()

        def step() -> None:
            action()
            done.set()

        self._token.run_sync_soon(step)
        done.wait()

    async def _serve(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        self._gate = Gate()
        self._connections: set[trio.CancelScope] = set()
        with trio.CancelScope() as self._everything:
            (listener,) = await trio.open_tcp_listeners(0, host="127.0.0.1")
            self.port = listener.socket.getsockname()[1]
            self._ready.set()
            await trio.serve_listeners(self._relay, [listener])

    def _cut(self) -> None:
        for scope in self._connections:
            scope.cancel()

    async def _relay(self, near: trio.SocketStream) -> None:
        """Relay one connection, until both directions have ended or one end has gone."""
        with trio.CancelScope() as scope:
            self._connections.add(scope)
            try:
                far = await trio.open_tcp_stream("127.0.0.1", self._target_port)
                async with near, far, trio.open_nursery() as nursery:
                    nursery.start_soon(self._carry, near, far, scope)
                    nursery.start_soon(self._carry, far, near, scope)
            except OSError:
                pass  # nothing listens at the target: the caller sees its connection closed
            finally:
                self._connections.discard(scope)

    async def _carry(self, source: trio.SocketStream, sink: trio.SocketStream, scope: trio.CancelScope) -> None:
        """Carry one direction: a reader notes when each chunk is due, a writer delivers it then."""
        to_writer, from_reader = trio.open_memory_channel[tuple[float, bytes]](math.inf)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._deliver, from_reader, sink)
                async with to_writer:
                    while chunk := await source.receive_some(CHUNK):
                        to_writer.send_nowait((trio.current_time() + self.delay, chunk))
        except* trio.BrokenResourceError:
            scope.cancel()

    async def _deliver(self, chunks: trio.MemoryReceiveChannel[tuple[float, bytes]], sink: trio.SocketStream) -> None:
        async for due, chunk in chunks:
            await trio.sleep_until(due)
            await self._gate.passed()
            await sink.send_all(chunk)
        await sink.send_eof()


class Gate:
    """Something that tasks pass through while it is open, and wait at while it is shut."""

    def __init__(self) -> None:
        self._way = trio.Event()
        self._way.set()

    def open(self) -> None:
        """Let through all who wait, and all who come."""
        self._way.set()

    def shut(self) -> None:
        """Make everyone wait from now on."""
        if self._way.is_set():
            self._way = trio.Event()

    async def passed(self) -> None:
        """Return when the gate is open."""
        while not self._way.is_set():
            await self._way.wait()

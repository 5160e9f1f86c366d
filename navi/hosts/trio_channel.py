"""The trio engine, for the dashboard: channels, `sh -s` processes that carry out one request after the other."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Generic, TypeVar

import trio

from navi.core.log import SILENT, Log
from navi.hosts.exchange import (
    CHUNK,
    GRACE,
    LARGEST_ERRORS,
    WAKE,
    Exchange,
    Peer,
    StreamExchange,
    cannot_start,
    read_errors,
)
from navi.ops import Answer, Operation, Stream

T = TypeVar("T")

MOST_CHANNELS = 3
"""Request channels of one host. With the watch and an attached terminal they stay well below sshd's MaxSessions."""


class ChannelEnded(Exception):
    """The shell has ended: with this exit status (None if it goes on without its output), and these errors."""

    def __init__(self, status: int | None, errors: str) -> None:
        super().__init__(errors)
        self.status = status
        self.errors = errors


class Channel:
    """A running `sh -s`. Its errors stay in their pipe, and are read when it ends."""

    def __init__(self, process: trio.Process) -> None:
        self._new = True
        self._process = process
        self._ending = trio.Lock()
        self._end: ChannelEnded | None = None

    @classmethod
    async def start(cls, words: Sequence[str], environment: Mapping[str, str] | None = None) -> Channel:
        """Start the shell. It gets a session of its own, which keeps the terminal's Ctrl-C and prompts away from it.

        Raises HostError if the program is missing.
        """
        try:
            process = await trio.lowlevel.open_process(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env=environment,
            )
        except OSError as error:
            raise cannot_start(words[0], error) from error
        return cls(process)

    async def request(self, exchange: Exchange) -> Answer:
        """Send a request and return its answer. Raises HostError."""
        first, self._new = self._new, False
        try:
            await self.send(exchange.request(first))
            while True:
                answer = exchange.receive(await self.receive())
                if answer:
                    return answer
        except ChannelEnded as end:
            raise exchange.ended(end.status, end.errors) from end

    async def send(self, data: bytes) -> None:
        """Write to the shell. Raises ChannelEnded."""
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise await self._find_end() from None

    async def receive(self) -> bytes:
        """Read what the shell writes next. Raises ChannelEnded."""
        assert self._process.stdout is not None
        data = b""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            data = bytes(await self._process.stdout.receive_some(CHUNK))
        if not data:
            raise await self._find_end()
        return data

    @property
    def usable(self) -> bool:
        """Whether the shell goes on."""
        return self._process.returncode is None

    async def close(self) -> None:
        """End the shell, whatever it does; also when cancelled. Takes GRACE seconds at most."""
        with trio.CancelScope(shield=True):
            self._process.terminate()
            with trio.move_on_after(GRACE):
                await self._process.wait()
            self._process.kill()
            await self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    await pipe.aclose()

    async def _find_end(self) -> ChannelEnded:
        """A reader and a writer may both find that it has ended: only the first one reads its errors."""
        async with self._ending:
            if self._end is None:
                errors = await self._read_errors()
                with trio.move_on_after(GRACE):
                    await self._process.wait()
                self._end = ChannelEnded(self._process.returncode, errors)
        return ChannelEnded(self._end.status, self._end.errors)

    async def _read_errors(self) -> str:
        """Another process may still hold the pipe open, so its end need not come."""
        assert self._process.stderr is not None
        errors = b""
        with trio.move_on_after(GRACE), suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while len(errors) < LARGEST_ERRORS and (data := await self._process.stderr.receive_some(CHUNK)):
                errors += data
        return read_errors(errors)


class Channels:
    """The request channels of a host: opened when they are needed, kept, and closed when they are dirty."""

    def __init__(self, start: Callable[[], Awaitable[Channel]], peer: Peer, log: Log = SILENT) -> None:
        self._start = start
        self._peer = peer
        self._log = log
        self._idle: list[Channel] = []
        self._free = trio.CapacityLimiter(MOST_CHANNELS)

    async def ask(self, operation: Operation[T]) -> Answer:
        """Carry out an operation on a free channel, within its limit. Raises HostError."""
        async with self._free:
            exchange = Exchange(operation, self._peer)
            began = trio.current_time()
            try:
                with trio.move_on_after(exchange.limit):
                    return await self._ask(exchange)
            finally:
                self._log.debug("%s: %s", self._peer.name, exchange.summary(trio.current_time() - began))
        raise exchange.timed_out()

    async def _ask(self, exchange: Exchange) -> Answer:
        channel = await self._next()
        try:
            return await channel.request(exchange)
        finally:
            if exchange.reusable:
                self._idle.append(channel)
            else:
                await channel.close()

    async def _next(self) -> Channel:
        """Return an idle channel, or a new one. Those that have ended meanwhile are dropped."""
        while self._idle:
            channel = self._idle.pop()
            if channel.usable:
                return channel
            self._log.warning("%s: a channel has ended while it was idle", self._peer.name)
            await channel.close()
        return await self._start()

    async def close(self) -> None:
        """Close all channels that are not in use."""
        while self._idle:
            await self._idle.pop().close()


class ChannelWatch(Generic[T]):
    """A stream on a channel of its own."""

    def __init__(self, channel: Channel, exchange: StreamExchange[T]) -> None:
        self._channel = channel
        self._exchange = exchange
        self._answers: deque[Answer] = deque()

    def __aiter__(self) -> ChannelWatch[T]:
        """Go through what the host sends. Raises HostError if the channel ends, or is silent for too long."""
        return self

    async def __anext__(self) -> T:
        """Wait for what the host sends next."""
        while not self._answers:
            self._answers.extend(await self._receive())
        return self._exchange.parse(self._answers.popleft())

    async def _receive(self) -> list[Answer]:
        with trio.move_on_after(self._exchange.limit):
            try:
                return self._exchange.receive(await self._channel.receive())
            except ChannelEnded as end:
                raise self._exchange.ended(end.status, end.errors) or StopAsyncIteration from end
        raise self._exchange.timed_out()

    async def wake(self) -> None:
        """Make the host look now. Raises HostError if the channel has failed."""
        await self.send(WAKE)

    async def send(self, data: bytes) -> None:
        """Write to the stream; do nothing if it has ended by itself. Raises HostError if the channel has failed."""
        try:
            await self._channel.send(data)
        except ChannelEnded as end:
            failure = self._exchange.ended(end.status, end.errors)
            if failure:
                raise failure from end


@asynccontextmanager
async def open_watch(
    start: Callable[[], Awaitable[Channel]], stream: Stream[T], peer: Peer
) -> AsyncIterator[ChannelWatch[T]]:
    """Open a stream on a new channel, and close it when the context is left. Raises HostError."""
    exchange = StreamExchange(stream, peer)
    channel = await start()
    try:
        watch = ChannelWatch(channel, exchange)
        await watch.send(exchange.request)
        yield watch
    finally:
        await channel.close()

"""The trio engine, for the dashboard: channels, `sh -s` processes that carry out one request after the other."""

from __future__ import annotations

import subprocess
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Generic, TypeVar

import trio

from navi.core.log import SILENT, Log
from navi.hosts.budget import Errors, WorkTime
from navi.hosts.exchange import WAKE, Endpoint, Exchange, StreamExchange, cannot_start, read_answer
from navi.hosts.shell_end import CHUNK, GRACE, LAST_ERRORS, ShellEnd, read_errors
from navi.hosts.ssh_log import SshLog
from navi.ops import Answer, Operation, Stream

T = TypeVar("T")
V = TypeVar("V")

LONG_ANSWER = 32 * 1024
"""Bytes of an answer that takes longer to parse than a key may wait."""

MOST_CHANNELS = 3
"""Request channels of one host. With the watch and an attached terminal they stay well below sshd's MaxSessions."""


class ChannelEnded(Exception):
    """The shell has ended."""

    def __init__(self, end: ShellEnd) -> None:
        super().__init__(end.errors)
        self.end = end


class Channel:
    """A running `sh -s`. Its errors are read all the time, so that it never waits for that."""

    def __init__(self, process: trio.Process, log: SshLog | None = None) -> None:
        self._new = True
        self._process = process
        self._log = log
        self._errors = Errors()
        self._errors_end = trio.Event()
        self._ending = trio.Lock()
        self._end: ShellEnd | None = None
        trio.lowlevel.spawn_system_task(self._read_errors)  # a channel outlives the call that opens it

    @classmethod
    async def start(
        cls, words: Sequence[str], environment: Mapping[str, str] | None = None, log: SshLog | None = None
    ) -> Channel:
        """Start the shell. It gets a session of its own, which keeps the terminal's Ctrl-C and prompts away from it.

        `log` is what ssh writes its own words to; the channel closes it. Raise HostError if the program is missing.
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
            if log:
                log.close()
            raise cannot_start(words[0], error) from error
        return cls(process, log)

    async def request(self, exchange: Exchange) -> Answer:
        """Send a request and return its answer. Raise HostError."""
        first, self._new = self._new, False
        try:
            await self.send(exchange.request(first))
            while True:
                answer = exchange.receive(await self.receive())
                if answer:
                    self.answered()
                    return answer
        except ChannelEnded as ended:
            raise exchange.ended(ended.end) from ended

    async def send(self, data: bytes) -> None:
        """Write to the shell. Raise ChannelEnded."""
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send_all(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise ChannelEnded(await self._find_end()) from None

    async def receive(self) -> bytes:
        """Read what the shell writes next. Raise ChannelEnded."""
        assert self._process.stdout is not None
        data = b""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            data = bytes(await self._process.stdout.receive_some(CHUNK))
        if not data:
            raise ChannelEnded(await self._find_end())
        return data

    def answered(self) -> None:
        """Note that the shell has answered, so that it may write more errors."""
        self._errors.answered()

    @property
    def usable(self) -> bool:
        """Whether the shell can serve more requests."""
        return self._process.returncode is None

    async def close(self) -> None:
        """End the shell, whatever state it is in, also when cancelled. Takes GRACE seconds at most."""
        with trio.CancelScope(shield=True):
            self._process.terminate()
            with trio.move_on_after(GRACE):
                await self._process.wait()
            self._process.kill()
            await self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    await pipe.aclose()
            if self._log:
                self._log.close()

    async def last_errors(self, begun: bool) -> str:
        """Return what the shell has written to standard error; one that has not begun may wait for more input."""
        if not begun and self._process.stdin is not None:
            await self._process.stdin.aclose()
            with trio.move_on_after(LAST_ERRORS):
                await self._errors_end.wait()
        return self._all_errors()

    def _all_errors(self) -> str:
        return read_errors(self._errors.data)

    async def _find_end(self) -> ShellEnd:
        """Return how it ended. Another process may hold its errors open, so they may never reach their end."""
        async with self._ending:
            if self._end is None:
                with trio.move_on_after(GRACE):
                    await self._errors_end.wait()
                with trio.move_on_after(GRACE):
                    await self._process.wait()
                status = None if self._errors.excessive else self._process.returncode
                ssh = self._log.read() if self._log else ""
                self._end = ShellEnd(status, self._all_errors(), self._errors.excessive, ssh)
        return self._end

    async def _read_errors(self) -> None:
        """Read the errors until their end; kill a shell that writes nothing else."""
        assert self._process.stderr is not None
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while data := await self._process.stderr.receive_some(CHUNK):
                pause = self._errors.take(trio.current_time(), bytes(data))
                if self._errors.excessive:
                    self._process.kill()
                    break
                await trio.sleep(pause)
        self._errors_end.set()


async def run_timed(do: Callable[[V], T], thing: V, long: bool) -> tuple[T, WorkTime]:
    """Do some work, in a thread if it takes long, so that keys need not wait for it.

    Return the result and the time it took. Raise what `do` raises.
    """

    def work() -> tuple[T, WorkTime]:
        began, seconds = time.monotonic(), time.thread_time()
        result = do(thing)
        return result, WorkTime(time.thread_time() - seconds, time.monotonic() - began)

    return await trio.to_thread.run_sync(work) if long else work()


def is_long(answer: Answer) -> bool:
    """Return whether parsing an answer takes longer than a key may wait."""
    return len(answer.output) > LONG_ANSWER


class Channels:
    """The request channels of a host: opened when they are needed, kept, and closed when they are dirty."""

    def __init__(self, start: Callable[[], Awaitable[Channel]], endpoint: Endpoint, log: Log = SILENT) -> None:
        self._start = start
        self._endpoint = endpoint
        self._log = log
        self._idle: list[Channel] = []
        self._free = trio.CapacityLimiter(MOST_CHANNELS)

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation, and read its answer. Raise HostError, or what the operation's parser raises."""
        answer = await self.ask(operation)
        return (await run_timed(partial(read_answer, operation.name, operation.parse), answer, is_long(answer)))[0]

    async def ask(self, operation: Operation[T]) -> Answer:
        """Carry out an operation on a free channel, within its limit. Raise HostError."""
        async with self._free:
            exchange = Exchange(operation, self._endpoint)
            began = trio.current_time()
            try:
                return await self._ask(exchange)
            finally:
                self._log.debug("%s: %s", self._endpoint.name, exchange.summary(trio.current_time() - began))

    async def _ask(self, exchange: Exchange) -> Answer:
        channel = await self._next()
        try:
            with trio.move_on_after(exchange.limit):
                return await channel.request(exchange)
            raise exchange.timed_out(await channel.last_errors(exchange.begun))
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
            self._log.warning("%s: a channel has ended while it was idle", self._endpoint.name)
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
        self._left_at = trio.current_time()

    def __aiter__(self) -> ChannelWatch[T]:
        """Iterate over what the host sends. Raise HostError if the channel ends or is silent for too long, or if the
        host exceeds its budget.
        """
        return self

    async def __anext__(self) -> T:
        """Wait for what the host sends next."""
        self._exchange.paused(trio.current_time() - self._left_at)
        while not self._answers:
            self._answers.extend(await self._receive())
        answer = self._answers.popleft()
        item, work = await run_timed(self._exchange.parse, answer, is_long(answer))
        await self.worked(work)
        self._left_at = trio.current_time()
        return item

    @property
    def pending(self) -> bool:
        """Whether the host has sent more already, which supersedes this."""
        return bool(self._answers)

    async def worked(self, work: WorkTime) -> None:
        """Count work on what the host sent, and leave time for other hosts. Raise HostError."""
        await trio.sleep(self._exchange.worked(work, trio.current_time()))

    async def _receive(self) -> list[Answer]:
        with trio.move_on_at(self._exchange.until):
            try:
                data = await self._channel.receive()
            except ChannelEnded as ended:
                raise self._exchange.ended(ended.end) or StopAsyncIteration from ended
            answers = self._exchange.receive(data, trio.current_time())
            if answers:
                self._channel.answered()
            return answers
        raise self._exchange.timed_out(await self._channel.last_errors(self._exchange.begun))

    async def wake(self) -> None:
        """Make the host look now. Raise HostError if the channel has failed."""
        await self.send(WAKE)

    async def send(self, data: bytes) -> None:
        """Write to the stream; do nothing if it has ended by itself. Raise HostError if the channel has failed."""
        try:
            await self._channel.send(data)
        except ChannelEnded as ended:
            failure = self._exchange.ended(ended.end)
            if failure:
                raise failure from ended


@asynccontextmanager
async def open_watch(
    start: Callable[[], Awaitable[Channel]], stream: Stream[T], endpoint: Endpoint
) -> AsyncIterator[ChannelWatch[T]]:
    """Open a stream on a new channel, and close it when the context is left. Raise HostError."""
    exchange = StreamExchange(stream, endpoint, trio.current_time())
    channel = await start()
    try:
        watch = ChannelWatch(channel, exchange)
        await watch.send(exchange.request)
        yield watch
    finally:
        await channel.close()

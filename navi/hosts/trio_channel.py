"""Channels: long-lived `sh -s` processes that carry out one operation after the other, at one round trip each."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Generic, TypeVar

import trio

from navi.core.failure import Failure, HostState, Retry
from navi.core.text import clean, decode
from navi.hosts.base import HostError
from navi.hosts.wire import LEAD, AnswerReader, WireError, new_token, request, stream_request
from navi.ops import Answer, HostSettings, Operation, Stream

T = TypeVar("T")

CHUNK = 65536
MOST_CHANNELS = 3
"""Request channels of one host. With the watch and an attached terminal they stay well below sshd's MaxSessions."""

Explain = Callable[[int | None, str], Failure]
"""Says what it means that a shell ended with this status and these last words."""


GRACE = 0.5
"""Seconds that a shell has for ending in its own way."""


class Channel:
    """One running `sh -s`. Its errors stay in their pipe and are read when it ends, to say why."""

    def __init__(self, process: trio.Process, explain: Explain) -> None:
        self._process = process
        self._explain = explain
        self._lead = LEAD
        self._ending = trio.Lock()
        self._failure: Failure | None = None

    @classmethod
    async def start(
        cls, words: Sequence[str], explain: Explain, environment: Mapping[str, str] | None = None
    ) -> Channel:
        """Start the shell. Its own session keeps the terminal's Ctrl-C and prompts away from it.

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
            cause = f"{words[0]} can't be started: {error.strerror}"
            failure = Failure(HostState.ERROR, cause, f"install {words[0]}, or put it on PATH", Retry.LATER)
            raise HostError(failure) from error
        return cls(process, explain)

    async def send(self, data: bytes) -> None:
        """Write to the shell. Raises HostError if it is gone."""
        assert self._process.stdin is not None
        lead, self._lead = self._lead, b""
        try:
            await self._process.stdin.send_all(lead + data)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            await self._raise_end()

    async def receive(self) -> bytes:
        """Read what the shell says next. Raises HostError if it is gone."""
        assert self._process.stdout is not None
        try:
            data = bytes(await self._process.stdout.receive_some(CHUNK))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            data = b""
        if not data:
            await self._raise_end()
        return data

    async def ask(self, operation: Operation[T], settings: HostSettings) -> Answer:
        """Carry out an operation and return the bare answer. A channel that raised is dirty and must be closed."""
        token = new_token()
        reader = AnswerReader(token)
        await self.send(request(operation, token, settings))
        while True:
            answers = _feed(reader, await self.receive())
            if answers:
                return answers[0]

    @property
    def ended(self) -> bool:
        """Whether the shell has ended."""
        return self._process.returncode is not None

    async def close(self) -> None:
        """End the shell, whatever it is at; also when cancelled. Takes GRACE seconds at most."""
        with trio.CancelScope(shield=True):
            self._process.terminate()
            with trio.move_on_after(GRACE):
                await self._process.wait()
            self._process.kill()
            await self._process.wait()
            for end in (self._process.stdin, self._process.stdout, self._process.stderr):
                if end is not None:
                    await end.aclose()

    async def _raise_end(self) -> None:
        """Whoever reads and whoever writes may both find that it is gone: only one of them asks why."""
        async with self._ending:
            if self._failure is None:
                words = await self._last_words()
                with trio.move_on_after(0.5):
                    await self._process.wait()
                self._failure = self._explain(self._process.returncode, words)
        raise HostError(self._failure)

    async def _last_words(self) -> str:
        """What stands in the error pipe by now; somebody else may still hold it open, so not up to its end."""
        assert self._process.stderr is not None
        words = b""
        with trio.move_on_after(0.5), suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            while len(words) < CHUNK and (data := await self._process.stderr.receive_some(CHUNK)):
                words += data
        return "\n".join(clean(line) for line in decode(words).splitlines() if line.strip())


def _feed(reader: AnswerReader, data: bytes) -> list[Answer]:
    try:
        return reader.feed(data)
    except WireError as error:
        raise HostError(_nonsense(str(error))) from error


def _nonsense(what: str) -> Failure:
    return Failure(HostState.ERROR, f"the host answered with {what}", "look at what its login shell prints and runs")


class Channels:
    """The request channels of one host: opened when needed, kept, and dropped when dirty."""

    def __init__(self, start: Callable[[], Awaitable[Channel]], settings: HostSettings) -> None:
        self._start = start
        self._settings = settings
        self._idle: list[Channel] = []
        self._limit = trio.CapacityLimiter(MOST_CHANNELS)

    async def ask(self, operation: Operation[T]) -> Answer:
        """Carry out an operation on a free channel, within the operation's time limit. Raises HostError."""
        async with self._limit:
            with trio.move_on_after(operation.time_limit):
                return await self._ask(operation)
        cause = f"no answer to `{operation.name}` within {operation.time_limit:g} s"
        raise HostError(Failure(HostState.UNREACHABLE, cause, "try again; if it stays so, log in and look at its load"))

    async def _ask(self, operation: Operation[T]) -> Answer:
        channel = await self._next()
        done = False
        try:
            answer = await channel.ask(operation, self._settings)
            done = True
            return answer
        finally:
            if done:
                self._idle.append(channel)
            else:
                await channel.close()

    async def _next(self) -> Channel:
        """An idle channel, or a new one. Those whose connection was lost meanwhile are passed over."""
        while self._idle:
            channel = self._idle.pop()
            if not channel.ended:
                return channel
            await channel.close()
        return await self._start()

    async def close(self) -> None:
        """End all channels that are not in use."""
        while self._idle:
            await self._idle.pop().close()


class ChannelWatch(Generic[T]):
    """A stream on a channel of its own."""

    def __init__(self, channel: Channel, stream: Stream[T], token: str) -> None:
        self._channel = channel
        self._silence = stream.silence
        self._reader = AnswerReader(token)
        self._read = stream.reader()
        self._answers: deque[Answer] = deque()
        self._begun = False

    def __aiter__(self) -> ChannelWatch[T]:
        """Go through what the far end tells. Raises HostError if it ends or gives no sign of life for too long."""
        return self

    async def __anext__(self) -> T:
        """Wait for what the far end tells next."""
        while not self._answers:
            self._answers.extend(await self._receive())
        self._begun = True
        return self._read(self._answers.popleft())

    async def _receive(self) -> list[Answer]:
        with trio.move_on_after(self._silence):
            return _feed(self._reader, await self._channel.receive())
        raise HostError(self._explain_silence())

    def _explain_silence(self) -> Failure:
        if self._begun:
            cause = f"no sign of life for {self._silence:g} s"
            return Failure(HostState.UNREACHABLE, cause, "navi tries again by itself", Retry.AT_ONCE)
        said = self._reader.noise[:80]
        cause = "its shell did not begin to answer" + (f"; it said: {said}" if said else "")
        remedy = "if the machine is well, see whether its shell's startup files wait for input"
        return Failure(HostState.UNREACHABLE, cause, remedy)

    async def wake(self) -> None:
        """Make the far end look at once. Raises HostError if it is gone."""
        await self._channel.send(b"poll\n")


@asynccontextmanager
async def open_watch(
    start: Callable[[], Awaitable[Channel]], stream: Stream[T], settings: HostSettings
) -> AsyncIterator[ChannelWatch[T]]:
    """Open a stream on a new channel, and close it when the context is left."""
    channel = await start()
    try:
        token = new_token()
        await channel.send(stream_request(stream, token, settings))
        yield ChannelWatch(channel, stream, token)
    finally:
        await channel.close()

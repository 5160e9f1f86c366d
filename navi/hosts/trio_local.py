"""This machine as a host."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import trio

from navi.core.address import LOCAL
from navi.core.failure import Failure, HostState, Retry
from navi.hosts.base import Watch
from navi.hosts.trio_channel import Channel, Channels, open_watch
from navi.ops import HostSettings, Operation, Stream
from navi.ops.attach import Interactive

T = TypeVar("T")


class LocalHost:
    """This machine: the same scripts as anywhere, run by a `sh` of our own, in our own environment unless another is
    given.
    """

    name = LOCAL
    destination = "this machine"

    def __init__(self, settings: HostSettings, environment: Mapping[str, str] | None = None) -> None:
        self.settings = settings
        self._environment = environment
        self._channels = Channels(self._start, settings)

    async def _start(self) -> Channel:
        return await Channel.start(("sh", "-s"), _explain, self._environment)

    async def open(self) -> None:
        """Nothing to do: this machine is always reached."""

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation here."""
        return operation.parse(await self._channels.ask(operation))

    def watch(self, stream: Stream[T]) -> AbstractAsyncContextManager[Watch[T]]:
        """Open a stream here."""
        return open_watch(self._start, stream, self.settings)

    async def ping(self) -> float:
        """Return 0: there is no way to measure."""
        await trio.lowlevel.checkpoint()
        return 0.0

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command's own words."""
        return command.words

    def authenticate(self) -> tuple[str, ...]:
        """Return (): nobody has to log in here."""
        return ()

    async def close(self) -> None:
        """End the channels."""
        await self._channels.close()


def _explain(status: int | None, words: str) -> Failure:
    last = words.splitlines()[-1] if words else f"sh ended with status {status}"
    return Failure(HostState.ERROR, last, "navi tries again by itself", Retry.LATER)

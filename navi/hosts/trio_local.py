"""This machine as a host of the trio engine."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import trio

from navi.core.address import LOCAL
from navi.core.log import SILENT, Log
from navi.hosts.base import Watch
from navi.hosts.exchange import local_endpoint
from navi.hosts.open_files import shell_with
from navi.hosts.trio_channel import Channel, Channels, open_watch
from navi.ops import HostSettings, Interactive, Operation, Stream

T = TypeVar("T")


class LocalHost:
    """This machine: the same scripts as anywhere, run by a `sh` of our own, in our own environment unless another is
    given. `files` is how many files the shell may have open, where that differs from this process: it starts agents.
    """

    name = LOCAL
    destination = "this machine"

    def __init__(
        self,
        settings: HostSettings,
        environment: Mapping[str, str] | None = None,
        log: Log = SILENT,
        files: int | None = None,
    ) -> None:
        self.settings = settings
        self._endpoint = local_endpoint(settings)
        self._environment = environment
        self._shell = shell_with(files)
        self._channels = Channels(self._start, self._endpoint, log)

    async def _start(self) -> Channel:
        return await Channel.start(self._shell, self._environment)

    async def open(self) -> None:
        """Do nothing: this machine is always connected."""

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation here. Raise HostError, or what the operation's parser raises."""
        return await self._channels.run(operation)

    def watch(self, stream: Stream[T]) -> AbstractAsyncContextManager[Watch[T]]:
        """Open a stream here."""
        return open_watch(self._start, stream, self._endpoint)

    async def ping(self) -> float:
        """Return 0: there is no network to measure."""
        await trio.lowlevel.checkpoint()
        return 0.0

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command's own words."""
        return command.argv

    def authenticate(self) -> tuple[str, ...]:
        """Return (): there is nothing to log in to."""
        return ()

    async def close(self) -> None:
        """Close the channels."""
        await self._channels.close()

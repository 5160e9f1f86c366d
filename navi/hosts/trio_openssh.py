"""A remote as a host of the trio engine, reached by the system's OpenSSH.

One task opens the master; channels, the watch and attached terminals go over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

import trio

from navi.config.remote import Remote
from navi.core.log import SILENT, Log
from navi.hosts.base import Watch
from navi.hosts.cancellation import Cancellation, Cancelled
from navi.hosts.exchange import cannot_start, remote_endpoint
from navi.hosts.login import login_command
from navi.hosts.masters import Hops, Master, new_log
from navi.hosts.ssh_command import USE_MASTER
from navi.hosts.trio_channel import Channel, Channels, open_watch
from navi.ops import Answer, Interactive, Operation, Stream

T = TypeVar("T")

PING: Operation[Answer] = Operation("ping", ":", (), lambda answer: answer, time_limit=10)


class OpenSSHHost:
    """A remote of remotes.yaml."""

    def __init__(
        self,
        remote: Remote,
        environment: Mapping[str, str],
        log: Log = SILENT,
        hops: Hops | None = None,
        agents: str = "",
    ) -> None:
        self.remote = remote
        self.name = remote.name
        self.destination = remote.destination
        self._endpoint = remote_endpoint(remote, agents)
        self.settings = self._endpoint.settings
        self._master = Master(remote, environment, log, hops)
        self._threads = trio.CapacityLimiter(2)  # hosts that wait for a dead one must not take it from another
        self._channels = Channels(self._start, self._endpoint, log)

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command line that runs a command over the master, in this terminal."""
        return self._master.command.interactive(command)

    def authenticate(self) -> tuple[str, ...]:
        """Return the command line with which a person opens the master: ssh itself asks for what it needs."""
        return login_command(self.remote, self._master.command)

    # ---- the master

    async def open(self) -> None:
        """Use the master that answers, or open one. Raise HostError."""
        try:
            cancellation = Cancellation()
        except OSError as error:
            raise cannot_start("ssh", error) from error

        def attempt() -> None:
            try:
                self._master.open(cancellation)
            except Cancelled:
                pass  # the task that waited was cancelled
            finally:
                cancellation.close()

        try:
            await trio.to_thread.run_sync(attempt, abandon_on_cancel=True, limiter=self._threads)
        finally:
            cancellation.cancel()

    # ---- what a host does

    async def _start(self) -> Channel:
        log = new_log(self._master.environment)
        return await Channel.start(self._master.command.shell(USE_MASTER, log.option), self._master.environment, log)

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation there. Raise HostError, or what the operation's parser raises."""
        return await self._channels.run(operation)

    def watch(self, stream: Stream[T]) -> AbstractAsyncContextManager[Watch[T]]:
        """Open a stream there."""
        return open_watch(self._start, stream, self._endpoint)

    async def ping(self) -> float:
        """Return the seconds of a round trip. The first one may open a channel, and is not counted."""
        await self._channels.ask(PING)
        began = trio.current_time()
        await self._channels.ask(PING)
        return trio.current_time() - began

    async def close(self) -> None:
        """Close the channels, and the master if no other navi uses it."""
        with trio.CancelScope(shield=True):
            await self._channels.close()
            await trio.to_thread.run_sync(self._master.close, limiter=self._threads)

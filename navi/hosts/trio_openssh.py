"""A remote, reached by the system's OpenSSH.

One master a host is opened by one task; channels, the watch and attached terminals go over it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import TypeVar

import trio

from navi.config.remote import Remote
from navi.core.failure import Failure, HostState
from navi.core.text import clean, decode
from navi.hosts.base import HostError, Watch
from navi.hosts.failures import explain
from navi.hosts.sockets import Lease, refuse_foreign
from navi.hosts.ssh_command import CONTROL_LIMIT, USE_MASTER, SshCommand
from navi.hosts.trio_channel import Channel, Channels, open_watch
from navi.ops import Answer, HostSettings, Operation, Stream
from navi.ops.attach import Interactive

T = TypeVar("T")

CONTROL_LOG = 65536
"""Bytes of what the master said that are read."""

THROUGH_A_HOP = "UNKNOWN port 65535"
"""How ssh calls the far end of a connection that goes through a jump host."""

PING: Operation[Answer] = Operation("ping", ":", (), lambda answer: answer, time_limit=10)


class OpenSSHHost:
    """A remote of remotes.yaml."""

    def __init__(self, remote: Remote, environment: Mapping[str, str]) -> None:
        self.remote = remote
        self.name = remote.name
        self.destination = remote.destination
        self.settings = HostSettings(remote.sessions_dir, remote.cleanup)
        self._environment = {**environment, "SSH_ASKPASS_REQUIRE": "never"}
        self._command = SshCommand(remote, environment)
        self._channels = Channels(self._start, self.settings)
        self._lease: Lease | None = None

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the words that run a command over the master, in this terminal."""
        return self._command.interactive(command)

    def authenticate(self) -> tuple[str, ...]:
        """Return the words by which a person opens the master: ssh itself asks for what it needs."""
        return self._command.authenticate()

    # ---- the master

    async def open(self) -> None:
        """See that the master stands: use the one that answers, else open one. Raises HostError."""
        control = self._command.control
        refuse_foreign(control)
        if self._lease is None:
            self._lease = Lease(f"{control}.lock")
        try:
            await self._open_master(control, self._lease)
        except OSError as error:
            self._lease.release()
            cause = f"{error.filename or 'ssh'}: {error.strerror}"
            remedy = f"see that OpenSSH's client is installed and that {os.path.dirname(control)} can be written to"
            raise HostError(Failure(HostState.ERROR, cause, remedy)) from error
        except BaseException:
            self._lease.release()
            raise

    async def _open_master(self, control: str, lease: Lease) -> None:
        """Nobody else opens or closes the master meanwhile; a master that hangs is replaced under its users."""
        if lease.share() and await self._master() is not None:
            return
        if not await self._shares_after_waiting(lease):
            await self._remove_dead(control)
            await self._make_master(control)
            lease.share()

    async def _shares_after_waiting(self, lease: Lease) -> bool:
        """Wait until nobody else is at the master. Whether it answers by then, so that there is nothing to do."""
        with trio.move_on_after(self.remote.connect_timeout):
            while not lease.take():
                await trio.sleep(0.1)
                if lease.share() and await self._master() is not None:
                    return True
                lease.release()
        return await self._master() is not None and lease.share()

    async def _master(self) -> int | None:
        """The process of the master that answers, or None. It is written down for the day on which it does not."""
        status, words = await self._control_command("check")
        found = re.search(r"pid=(\d+)", words)
        if status != 0 or not found:
            return None
        Path(f"{self._command.control}.pid").write_text(f"{found[1]}\n")
        return int(found[1])

    async def _control_command(self, command: str) -> tuple[int | None, str]:
        words = self._command.ask_master(command)
        with trio.move_on_after(CONTROL_LIMIT):
            done = await trio.run_process(
                words, capture_stdout=True, capture_stderr=True, check=False, stdin=b"", env=self._environment
            )
            return done.returncode, clean(decode(done.stderr))
        return None, ""

    async def _remove_dead(self, control: str) -> None:
        """Clear the way: end a master that does not answer, and take its socket away."""
        process = _read_process(control)
        if process and await _is_our_master(process, control):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        with suppress(FileNotFoundError):
            os.unlink(control)

    async def _make_master(self, control: str) -> None:
        """Open the master. Its errors go to a file: a pipe would be held open for as long as it lives."""
        log = Path(f"{control}.log")
        limit = 2 * self.remote.connect_timeout + 5
        status, said = await self._connect(self._command.make_master(), log, limit)
        if status is None:
            cause = f"no connection within {limit:g} s"
            raise HostError(Failure(HostState.UNREACHABLE, cause, "check the network, or raise connect_timeout"))
        if status != 0 and THROUGH_A_HOP in said:
            said += (await self._connect(self._command.alone(), log, limit))[1]
        if status != 0:
            raise HostError(explain(self.name, status, said))
        await self._master()

    async def _connect(self, words: tuple[str, ...], log: Path, limit: float) -> tuple[int | None, str]:
        """Run ssh; return its exit status, None if it took too long, and what it said."""
        status = None
        with open(os.open(log, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "r+b") as errors:
            with trio.move_on_after(limit):
                done = await trio.run_process(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    check=False,
                    start_new_session=True,
                    env=self._environment,
                )
                status = done.returncode
            errors.seek(0)
            return status, "\n".join(map(clean, decode(errors.read(CONTROL_LOG)).splitlines())) + "\n"

    # ---- what a host does

    async def _start(self) -> Channel:
        return await Channel.start(
            self._command.shell(USE_MASTER), lambda status, said: explain(self.name, status, said), self._environment
        )

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation there. Raises HostError, or what the operation's parser raises."""
        limit = min(operation.time_limit, self.remote.command_timeout)
        return operation.parse(await self._channels.ask(operation._replace(time_limit=limit)))

    def watch(self, stream: Stream[T]) -> AbstractAsyncContextManager[Watch[T]]:
        """Open a stream there."""
        return open_watch(self._start, stream, self.settings)

    async def ping(self) -> float:
        """Return the seconds of a round trip. The first one over a new channel is not counted."""
        await self._channels.ask(PING)
        begin = trio.current_time()
        await self._channels.ask(PING)
        return trio.current_time() - begin

    async def close(self) -> None:
        """End the channels, and the master if no other navi uses it."""
        with trio.CancelScope(shield=True):
            await self._channels.close()
            if self._lease and self._lease.take():
                await self._end_master()
            if self._lease:
                self._lease.release()

    async def _end_master(self) -> None:
        with suppress(OSError):
            status, _ = await self._control_command("exit")
            if status is None:
                await self._remove_dead(self._command.control)


def _read_process(control: str) -> int | None:
    try:
        text = Path(f"{control}.pid").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


async def _is_our_master(process: int, control: str) -> bool:
    """Whether that process still is an ssh with our control path: process numbers come back."""
    done = await trio.run_process(
        ("ps", "-ww", "-o", "args=", "-p", str(process)), capture_stdout=True, capture_stderr=True, check=False
    )
    return control in decode(done.stdout)

"""A remote as a host of the trio engine, reached by the system's OpenSSH.

One task opens the master; channels, the watch and attached terminals go over it.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import TypeVar

import trio

from navi.config.remote import Remote
from navi.core.failure import Failure, HostState
from navi.core.log import SILENT, Log
from navi.core.text import decode
from navi.hosts.base import HostError, Watch
from navi.hosts.exchange import LARGEST_ERRORS, cannot_start, connect_limit, connected_peer, read_errors
from navi.hosts.sockets import Lease, refuse_foreign
from navi.hosts.ssh_command import (
    BATCH,
    CONTROL_LIMIT,
    MAKE_MASTER,
    USE_MASTER,
    SshCommand,
    log_options,
    master_process,
)
from navi.hosts.trio_channel import Channel, Channels, open_watch
from navi.ops import Answer, Operation, Stream
from navi.ops.attach import Interactive

T = TypeVar("T")

THROUGH_A_HOP = "UNKNOWN port 65535"
"""How ssh calls the remote of a connection that goes through a jump host."""

PING: Operation[Answer] = Operation("ping", ":", (), lambda answer: answer, time_limit=10)


class OpenSSHHost:
    """A remote of remotes.yaml."""

    def __init__(self, remote: Remote, environment: Mapping[str, str], log: Log = SILENT) -> None:
        self.remote = remote
        self.name = remote.name
        self.destination = remote.destination
        self._peer = connected_peer(remote)
        self.settings = self._peer.settings
        self._environment = {**environment, "SSH_ASKPASS_REQUIRE": "never"}
        self._log = log
        self._command = SshCommand(remote, environment)
        self._channels = Channels(self._start, self._peer, log)
        self._lease: Lease | None = None

    def interactive(self, command: Interactive) -> tuple[str, ...]:
        """Return the command line that runs a command over the master, in this terminal."""
        return self._command.interactive(command)

    def authenticate(self) -> tuple[str, ...]:
        """Return the command line with which a person opens the master: ssh itself asks for what it needs."""
        return self._command.authenticate()

    # ---- the master

    async def open(self) -> None:
        """Use the master that answers, or open one. Raises HostError."""
        control = self._command.control
        refuse_foreign(control)
        if self._lease is None:
            self._lease = Lease(f"{control}.lock")
        try:
            await self._open_master(control, self._lease)
        except OSError as error:
            self._lease.release()
            raise self._cannot_open(error) from error
        except BaseException:
            self._lease.release()
            raise

    def _cannot_open(self, error: OSError) -> HostError:
        if error.filename in (None, "ssh"):
            return cannot_start("ssh", error)
        remedy = f"check that you can write to {os.path.dirname(self._command.control)}"
        return HostError(Failure(HostState.ERROR, f"{error.filename}: {error.strerror}", remedy))

    async def _open_master(self, control: str, lease: Lease) -> None:
        """While a master is opened or closed, the lease is exclusive. A master that hangs is replaced even while others
        use it.
        """
        if lease.share() and await self._find_master():
            return
        if not await self._share_after_waiting(lease):
            await self._remove_dead(control)
            await self._make_master(control)
            lease.share()

    async def _share_after_waiting(self, lease: Lease) -> bool:
        """Wait until nobody else opens or closes the master; return whether it answers by then."""
        with trio.move_on_after(self.remote.connect_timeout):
            while not lease.take():
                await trio.sleep(0.1)
                if lease.share() and await self._find_master():
                    return True
                lease.release()
        return await self._find_master() and lease.share()

    async def _find_master(self) -> bool:
        """Return whether a master answers."""
        process = await self._check_master()
        if process:
            self._log.info("%s: found the master (process %d)", self.name, process)
        return process is not None

    async def _check_master(self) -> int | None:
        """Return the process of the master that answers, and write it down, so that it can be ended when it hangs."""
        process = master_process(*await self._ask_master("check"))
        if process:
            Path(f"{self._command.control}.pid").write_text(f"{process}\n")
        return process

    async def _ask_master(self, request: str) -> tuple[int | None, str]:
        """Send the master a request; return ssh's exit status, None if there is no answer, and its errors."""
        words = self._command.ask_master(request)
        with trio.move_on_after(CONTROL_LIMIT):
            done = await trio.run_process(
                words, capture_stdout=True, capture_stderr=True, check=False, stdin=b"", env=self._environment
            )
            return done.returncode, read_errors(done.stderr)
        return None, ""

    async def _remove_dead(self, control: str) -> None:
        """Kill the master that does not answer, and remove its socket."""
        process = _read_process(control)
        if process and await _is_our_master(process, control):
            self._log.warning("%s: replacing the master that does not answer (process %d)", self.name, process)
            with suppress(OSError):
                os.kill(process, signal.SIGKILL)
        with suppress(FileNotFoundError):
            os.unlink(control)

    async def _make_master(self, control: str) -> None:
        """Open the master. Its errors go to a file: it would hold a pipe open for as long as it runs."""
        log_options(self._log, self.name, self._command.options(BATCH, *MAKE_MASTER))
        errors = Path(f"{control}.log")
        limit = connect_limit(self.remote)
        began = trio.current_time()
        status, words = await self._connect(self._command.make_master(), errors, limit)
        if status is None:
            cause = f"no connection within {limit:g} s"
            raise HostError(Failure(HostState.UNREACHABLE, cause, "check the network, or raise connect_timeout"))
        if status != 0 and THROUGH_A_HOP in words:
            words += "\n" + (await self._connect(self._command.alone(), errors, limit))[1]
        if status != 0:
            raise HostError(self._peer.explain(status, words))
        process, seconds = await self._check_master() or 0, trio.current_time() - began
        self._log.info("%s: opened a master (process %d) in %.1f s", self.name, process, seconds)

    async def _connect(self, words: tuple[str, ...], log: Path, limit: float) -> tuple[int | None, str]:
        """Run ssh; return its exit status, None if it took too long, and its errors."""
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
            return status, read_errors(errors.read(LARGEST_ERRORS))

    # ---- what a host does

    async def _start(self) -> Channel:
        return await Channel.start(self._command.shell(USE_MASTER), self._environment)

    async def run(self, operation: Operation[T]) -> T:
        """Carry out an operation there. Raises HostError, or what the operation's parser raises."""
        return operation.parse(await self._channels.ask(operation))

    def watch(self, stream: Stream[T]) -> AbstractAsyncContextManager[Watch[T]]:
        """Open a stream there."""
        return open_watch(self._start, stream, self._peer)

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
            if self._lease and self._lease.take():
                await self._end_master()
            if self._lease:
                self._lease.release()

    async def _end_master(self) -> None:
        with suppress(OSError):
            status, _ = await self._ask_master("exit")
            if status is None:
                await self._remove_dead(self._command.control)
            self._log.info("%s: closed the master", self.name)


def _read_process(control: str) -> int | None:
    try:
        text = Path(f"{control}.pid").read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


async def _is_our_master(process: int, control: str) -> bool:
    """Return whether that process still is an ssh with our control path: process numbers are reused."""
    done = await trio.run_process(
        ("ps", "-ww", "-o", "args=", "-p", str(process)), capture_stdout=True, capture_stderr=True, check=False
    )
    return control in decode(done.stdout)

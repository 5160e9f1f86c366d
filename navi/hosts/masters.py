"""The master of a remote: finding, opening and closing it, and replacing one that hangs. Both engines use this module,
and every call blocks.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from _socket import AF_UNIX, SOCK_STREAM  # `socket` takes 4 ms to import, a tenth of what a verb takes
from _socket import socket as Socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from errno import EMFILE, ENFILE
from itertools import count

from navi.config.remote import Remote
from navi.core.failure import Failure, HostState
from navi.core.log import SILENT, Log
from navi.core.text import decode
from navi.hosts.base import HostError
from navi.hosts.blocking_process import Process
from navi.hosts.cancellation import Cancellation
from navi.hosts.exchange import cannot_start, connect_limit
from navi.hosts.shell_end import ShellEnd
from navi.hosts.sockets import Lease, refuse_foreign, runtime_folder
from navi.hosts.ssh_command import BATCH, CONTROL_LIMIT, MAKE_MASTER, SshCommand, SshOption, log_options
from navi.hosts.ssh_log import SshLog, failed_on_the_way, hop_command

STARTS = 8
"""Connections that may start through one jump host at a time: sshd refuses some of more than ten (MaxStartups)."""

LONGEST_WAIT = 90.0
"""Seconds that a connection waits for others that start through the same jump host."""

FIRST_PAUSE, LONGEST_RETRY = 0.5, 4.0
"""Seconds between two attempts at a host that turned a connection away."""

Pause = Callable[[float], None]
"""Waits for some seconds. Raises Cancelled."""

SshWithLog = Callable[[SshOption], Sequence[str]]
"""Takes the option of a log; returns the command line of an ssh that writes its words there."""


# ---- what a master answers

HELLO, ALIVE_CHECK, ALIVE = 0x00000001, 0x10000004, 0x80000005
VERSION, REQUEST = 4, 1
ANSWER_LENGTH = 28
"""Bytes of a master's hello and its answer to whether it is alive: two packets of three and four numbers."""


def find_master(control: str) -> int | None:
    """Return the process of the master at a control socket, None where there is none; ask it as ssh -O check does.

    Raise TimeoutError if it does not answer within CONTROL_LIMIT.
    """
    answer = b""
    peer = Socket(AF_UNIX, SOCK_STREAM)
    try:
        peer.settimeout(CONTROL_LIMIT)
        peer.connect(control)
        peer.sendall(struct.pack(">3I3I", 8, HELLO, VERSION, 8, ALIVE_CHECK, REQUEST))
        while len(answer) < ANSWER_LENGTH and (data := peer.recv(ANSWER_LENGTH - len(answer))):
            answer += data
    except BlockingIOError as error:  # as many wait for it as may
        raise TimeoutError from error
    except TimeoutError:
        raise
    except OSError:
        return None
    finally:
        peer.close()
    words = struct.unpack(">7I", answer) if len(answer) == ANSWER_LENGTH else (0,) * 7
    return words[6] if words[4] == ALIVE else None


def _identity(control: str) -> tuple[int, int] | None:
    """Return the identity of a socket, which differs from that of its replacement."""
    try:
        found = os.stat(control)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def remove_master(control: str, environment: Mapping[str, str]) -> list[int]:
    """Kill the masters of a control socket, which do not answer, and remove the socket; return their processes."""
    found = masters_of(control, environment)
    for process in found:
        with suppress(OSError):
            os.kill(process, 9)
    with suppress(FileNotFoundError):
        os.unlink(control)
    return found


def masters_of(control: str, environment: Mapping[str, str]) -> list[int]:
    """Return the processes that are masters of a control socket, by their command lines; none if ps does not show them.
    """
    words = ("ps", "-ww", "-u", str(os.getuid()), "-o", "pid=", "-o", "args=")
    try:
        _, output = Process(words, environment).finish(time.monotonic() + CONTROL_LIMIT)
    except OSError:
        return []
    lines = [line.strip().partition(" ") for line in decode(output).splitlines() if control in line]
    return [int(process) for process, _, command in lines if process.isdecimal() and _is_master(command)]


def _is_master(command: str) -> bool:
    """Return whether a command line is a master's, as navi starts it or as ssh then calls itself; others use it."""
    return "ControlMaster=yes" in command or command.endswith("[mux]")


# ---- many hosts behind one


class Hops:
    """Limits how many connections of this process start through each jump host at a time.

    A host without `jump_host` may have a hop in ~/.ssh/config. Hosts that turned a connection away share one queue for
    that case.
    """

    def __init__(self) -> None:
        self._gates: dict[str, threading.Semaphore] = {}

    @contextmanager
    def start(self, hop: str, pause: Pause) -> Iterator[None]:
        """Wait until one more connection may start through a hop. Raise HostError after LONGEST_WAIT, Cancelled."""
        gate = self._gates.setdefault(hop, threading.Semaphore(STARTS))
        until = time.monotonic() + LONGEST_WAIT
        while not gate.acquire(blocking=False):
            if time.monotonic() > until:
                cause = f"timed out after {LONGEST_WAIT:g} s waiting for other connections through {hop or 'a hop'}"
                raise HostError(Failure(HostState.UNREACHABLE, cause, "try again; check the jump host"))
            pause(0.1)
        try:
            yield
        finally:
            gate.release()


# ---- the master of a remote


def new_log(environment: Mapping[str, str]) -> SshLog:
    """Return a log for an ssh that goes over a master. Raise HostError if it can't be made."""
    try:
        return SshLog(runtime_folder(environment))
    except OSError as error:
        raise cannot_start("ssh", error) from error


class Master:
    """The master of one remote, which may serve several processes: each holds its lease while it uses it.

    Any thread may call this; calls wait for each other.
    """

    def __init__(
        self, remote: Remote, environment: Mapping[str, str], log: Log = SILENT, hops: Hops | None = None
    ) -> None:
        self.remote = remote
        self.command = SshCommand(remote, environment)
        self.environment = {**environment, "SSH_ASKPASS_REQUIRE": "never"}
        self._log = log
        self._hops = hops or Hops()
        self._lease: Lease | None = None
        self._lock = threading.Lock()

    def is_running(self) -> bool:
        """Return whether it answers."""
        refuse_foreign(self.command.control)
        try:
            return find_master(self.command.control) is not None
        except OSError:  # it does not answer in time, or can't be asked
            return False

    def open(self, cancellation: Cancellation | None = None) -> None:
        """Use the master that answers, or open one. Raise HostError, Cancelled."""
        pause = cancellation.pause if cancellation else time.sleep
        with self._lock:
            control = self.command.control
            refuse_foreign(control)
            try:
                self._open(control, pause, cancellation)
            except OSError as error:
                self.release()
                raise self._cannot_open(error) from error
            except BaseException:
                self.release()
                raise

    def _cannot_open(self, error: OSError) -> HostError:
        if error.filename in (None, "ssh") or error.errno in (EMFILE, ENFILE):
            return cannot_start("ssh", error)
        remedy = f"check that you can write to {os.path.dirname(self.command.control)}"
        return HostError(Failure(HostState.ERROR, f"{error.filename}: {error.strerror}", remedy))

    def _open(self, control: str, pause: Pause, cancellation: Cancellation | None) -> None:
        """Open the master under two leases: one keeps others from closing it, the second from opening it at the same
        time.
        """
        if self._lease is None:
            self._lease = Lease(f"{control}.lock")
        self._wait_for(self._lease.share, pause)
        before = _identity(control)
        if self._find(control):
            return
        opening = Lease(f"{control}.opening")
        try:
            self._wait_for(opening.take, pause)
            if _identity(control) == before or not self._find(control):
                for process in remove_master(control, self.environment):
                    self._log.warning("%s: killed the master that did not answer (process %d)", self.name, process)
                self._make(pause, cancellation)
        finally:
            opening.release()

    @property
    def name(self) -> str:
        """The name of its remote."""
        return self.remote.name

    def _wait_for(self, lock: Callable[[], bool], pause: Pause) -> None:
        until = time.monotonic() + LONGEST_WAIT
        while not lock():
            if time.monotonic() > until:
                cause = f"timed out after {LONGEST_WAIT:g} s waiting for another navi that connects"
                raise HostError(Failure(HostState.UNREACHABLE, cause, "try again"))
            pause(0.05)

    def _find(self, control: str) -> bool:
        try:
            process = find_master(control)
        except TimeoutError:
            self._log.warning("%s: the master did not answer within %g s", self.name, CONTROL_LIMIT)
            return False
        if process:
            self._log.info("%s: found the master (process %d)", self.name, process)
        return process is not None

    def _make(self, pause: Pause, cancellation: Cancellation | None) -> None:
        """Open the master; as long as there is time, try again where a connection is turned away before the login."""
        log_options(self._log, self.name, self.command.options(BATCH, *MAKE_MASTER))
        with suppress(FileNotFoundError):
            os.unlink(self.command.kept)
        began = until = 0.0
        for attempt in count():
            hop = self.remote.jump_host.partition(",")[0]
            with self._hops.start(hop, pause) if hop or attempt else nullcontext():
                began = began or time.monotonic()
                until = began + connect_limit(self.remote)
                failure, again = self._try(until, cancellation)
            if failure is None:
                self._log_opened(time.monotonic() - began)
                return
            seconds = _pause_after(attempt)
            if not again or time.monotonic() + seconds > until:
                raise HostError(failure)
            self._log.info("%s: turned away; attempt %d in %.1f s", self.name, attempt + 2, seconds)
            pause(seconds)

    def _log_opened(self, seconds: float) -> None:
        with suppress(TimeoutError):
            process = find_master(self.command.control)
            self._log.info("%s: opened a master (process %s) in %.1f s", self.name, process, seconds)

    def _try(self, until: float, cancellation: Cancellation | None) -> tuple[Failure | None, bool]:
        """Try to open it; return why that failed, and whether the connection was turned away before the login."""
        end = self._connect(self.command.make_master, until, cancellation)
        if end.status == 0:
            return None, False
        if end.status is None:
            cause = f"no connection within {connect_limit(self.remote):g} s"
            return Failure(HostState.UNREACHABLE, cause, "check the network, or raise connect_timeout"), False
        from navi.hosts.failures import explain, turned_away  # takes 5 ms to import

        end = self._follow(end, until, cancellation)
        if failed_on_the_way(end) and not end.again:
            end = end._replace(again=self._connect(self.command.alone, until, cancellation))
        return explain(self.remote, end), turned_away(end)

    def _follow(self, end: ShellEnd, until: float, cancellation: Cancellation | None) -> ShellEnd:
        """If an ssh ended because the ssh to a jump host did, run that one with a log, and so on up to the one that
        failed.
        """
        hop = hop_command(end.ssh, self.environment) if failed_on_the_way(end) else None
        if hop is None:
            return end
        return end._replace(again=self._follow(self._connect(hop, until, cancellation), until, cancellation))

    def _connect(self, ssh: SshWithLog, until: float, cancellation: Cancellation | None) -> ShellEnd:
        """Run an ssh with a log of its own; return how it ended, with the status None if it took too long."""
        with closing(SshLog(runtime_folder(self.environment))) as log:
            return self._run(ssh(log.option), until, cancellation)._replace(ssh=log.read())

    def _run(self, words: Sequence[str], until: float, cancellation: Cancellation | None) -> ShellEnd:
        """Run ssh; return how it ended, with the status None if it took too long."""
        process = Process(words, self.environment, apart=True)
        try:
            return process.finish(until, cancellation)[0]
        finally:
            process.close()

    def release(self) -> None:
        """Release the lease, so that others may close it."""
        if self._lease:
            self._lease.release()

    def close(self) -> None:
        """Close the master if no other navi uses it, and no person has logged in for it. Never raises."""
        with self._lock:
            with suppress(OSError, HostError):
                if self._lease and not os.path.exists(self.command.kept) and self._lease.take():
                    self._end(self.command.control)
            self.release()

    def _end(self, control: str) -> None:
        """Wait until its socket is gone, so that no process finds a master that is about to end."""
        until = time.monotonic() + CONTROL_LIMIT
        status = self._run(self.command.ask_master("exit"), until, None).status
        while status == 0 and os.path.exists(control) and time.monotonic() < until:
            time.sleep(0.01)
        if status is None or os.path.exists(control):
            remove_master(control, self.environment)
        self._log.info("%s: closed the master", self.name)


def _pause_after(attempt: int) -> float:
    """Return the seconds to wait after an attempt (counted from 0), never in step with others."""
    import random  # takes 3 ms to import, and is rarely needed

    return min(LONGEST_RETRY, FIRST_PAUSE * float(2**attempt)) * random.uniform(0.5, 1)

"""Read the processes of this machine from /proc, with parents, command lines and environments."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class Process:
    """One process, as /proc showed it.

    `name` is the kernel's (15 characters), `words` the command line, `session` the pid of its session's leader,
    `state` the kernel's letter (`T` stopped), `started` clock ticks since boot.
    """

    pid: int
    parent: int
    session: int
    state: str
    started: int
    name: str
    words: str
    environment: bytes = field(repr=False)

    def mentions(self, folder: Path) -> bool:
        """Return whether the command line or the initial environment names a path below `folder`."""
        mark = f"{folder}/"
        return mark in self.words or mark.encode() in self.environment


def dead_process() -> int:
    """Return the number of a process that has ended."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    return ended.pid


def processes() -> list[Process]:
    """Return every process except zombies and kernel threads, oldest first.

    The environment of another user's process is empty.
    """
    found = (read(int(name)) for name in os.listdir("/proc") if name.isdigit())
    return sorted((process for process in found if process), key=lambda process: (process.started, process.pid))


def read(pid: int) -> Process | None:
    """Return a process, or None if it is gone, a zombie or a kernel thread."""
    stat, words = content(pid, "stat"), content(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()
    name, _, rest = stat.decode(errors="replace").partition("(")[2].rpartition(")")
    if not rest or not words:
        return None
    state, parent, _, session, *more = rest.split()
    if state in "ZX":
        return None
    return Process(pid, int(parent), int(session), state, int(more[15]), name, words, content(pid, "environ"))


def content(pid: int, name: str) -> bytes:
    """Return a file of a process in /proc; empty if it cannot be read. Every lab reads very many, so it is quick."""
    try:
        file = os.open(f"/proc/{pid}/{name}", os.O_RDONLY)
    except OSError:
        return b""
    try:
        return b"".join(iter(lambda: os.read(file, 65536), b""))
    except OSError:
        return b""
    finally:
        os.close(file)


def family(chosen: Callable[[Process], bool], among: Iterable[Process] | None = None) -> list[Process]:
    """Return the processes that `chosen` picks and all their descendants, oldest first.

    This process and its ancestors are never included.
    """
    everyone = list(processes() if among is None else among)
    spared = set(line_of(os.getpid(), everyone))
    members = {one.pid for one in everyone if chosen(one)} - spared
    size = 0
    while size != len(members):
        size = len(members)
        members.update(one.pid for one in everyone if one.parent in members and one.pid not in spared)
    return [one for one in everyone if one.pid in members]


def line_of(pid: int, among: Iterable[Process]) -> Iterator[int]:
    """Yield `pid` and its known ancestors, nearest first."""
    parents = {one.pid: one.parent for one in among}
    while pid in parents:
        yield pid
        pid = parents[pid]


def send(number: signal.Signals, receivers: Iterable[Process]) -> None:
    """Send a signal to each process; skip those that have ended."""
    for one in receivers:
        try:
            os.kill(one.pid, number)
        except ProcessLookupError:
            continue


def runs(one: Process) -> bool:
    """Return whether a process has not ended yet."""
    now = read(one.pid)
    return now is not None and now.started == one.started


def end(members: Callable[[], list[Process]]) -> None:
    """Kill the processes in `members`, repeatedly, until it returns none.

    Raise AssertionError after ten seconds.
    """

    def all_gone() -> bool:
        left = members()
        send(signal.SIGKILL, left)
        until(lambda: not any(map(runs, left)), what=f"killed processes have ended: {left}")
        return not left

    until(all_gone, what="every process ended")

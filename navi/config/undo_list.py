"""The sessions that were killed from this machine, so that `undo` finds the last one.

Each has a line: the time, the host's name, the undo id, and the address as it was typed here.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

MOST = 50
"""Sessions that are remembered."""


class UndoEntry(NamedTuple):
    """A session that was killed, and the undo id under which its host keeps it."""

    host: str
    undo_id: str
    address: str


def remember(state: Path, killed: UndoEntry) -> None:
    """Add a session at the end of the list. If the folder can't be written to, only `navi undo` is lost."""
    with suppress(OSError), _locked(state):
        _write(state, [*_lines(state), _line(killed)][-MOST:])


def forget(state: Path, killed: UndoEntry) -> None:
    """Remove a session that was brought back from the list."""
    with suppress(OSError), _locked(state):
        _write(state, [line for line in _lines(state) if _parse(line) != killed])


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    """Hold the lock of the file against other processes and threads. Raise OSError."""
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(state / ".killed.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(state: Path, lines: list[str]) -> None:
    beside = state / f".killed.{os.getpid()}"
    with open(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", errors="surrogateescape"
    ) as file:
        file.write("".join(f"{line}\n" for line in lines))
    beside.replace(state / "killed")


def last_killed(state: Path) -> Iterator[UndoEntry]:
    """Yield the killed sessions, the last one first."""
    for line in reversed(_lines(state)):
        found = _parse(line)
        if found:
            yield found


def _line(killed: UndoEntry) -> str:
    return "\t".join((str(int(time.time())), killed.host, killed.undo_id, killed.address)).replace("\n", " ")


def _parse(line: str) -> UndoEntry | None:
    parts = line.split("\t", 3)
    return UndoEntry(*parts[1:]) if len(parts) == 4 else None


def _lines(state: Path) -> list[str]:
    try:
        return (state / "killed").read_text("utf-8", errors="surrogateescape").split("\n")[:-1]
    except OSError:
        return []

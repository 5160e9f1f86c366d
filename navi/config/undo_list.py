"""What this machine remembers of the sessions that were killed from it, so that `undo` finds the last one.

One line each: when, the host's name, the name under which that host keeps it, and the address as it was typed here.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MOST = 50


@dataclass(frozen=True, slots=True)
class Killed:
    """A session that was killed; `keep` is what `navi.ops.lifecycle.undo` wants."""

    host: str
    keep: str
    address: str


def remember(state: Path, killed: Killed) -> None:
    """Write it down, the last one last. A folder that can't be written to only costs `navi undo`."""
    with suppress(OSError), _alone(state):
        _write(state, [*_lines(state), _line(killed)][-MOST:])


def forget(state: Path, killed: Killed) -> None:
    """Take one out again: it was brought back."""
    with suppress(OSError), _alone(state):
        _write(state, [line for line in _lines(state) if _parse(line) != killed])


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile, no other thread either. Raises OSError."""
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


def last_killed(state: Path) -> Iterator[Killed]:
    """Yield what was killed, the last one first."""
    for line in reversed(_lines(state)):
        found = _parse(line)
        if found:
            yield found


def _line(killed: Killed) -> str:
    return "\t".join((str(int(time.time())), killed.host, killed.keep, killed.address)).replace("\n", " ")


def _parse(line: str) -> Killed | None:
    parts = line.split("\t", 3)
    return Killed(*parts[1:]) if len(parts) == 4 else None


def _lines(state: Path) -> list[str]:
    try:
        return (state / "killed").read_text("utf-8", errors="surrogateescape").split("\n")[:-1]
    except OSError:
        return []

"""Locks of which one process of this user has each: the hub has one, and the relay another.

The kernel frees such a lock however its process ends. The file has the process's number, for people.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(Exception):
    """Another process has the lock: its number, 0 if that is unknown."""

    def __init__(self, process: int) -> None:
        super().__init__(f"process {process or 'unknown'}")
        self.process = process


TRIES, PAUSE = 10, 0.02
"""How often a lock is tried, and seconds between: who only asks who has it holds it for an instant (`holder`)."""


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock as long as the context lasts. Raise Locked, OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _take_soon(lock)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def holder(path: Path) -> int | None:
    """Return the process that has the lock, 0 if its number is unknown, None if nobody has it."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        _take(lock)
    except Locked as error:
        return error.process
    finally:
        os.close(lock)
    return None


def _take_soon(lock: int) -> None:
    for left in reversed(range(TRIES)):
        try:
            _take(lock)
            return
        except Locked:
            if not left:
                raise
            time.sleep(PAUSE)


def _take(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        text = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
        raise Locked(int(text) if text.isdigit() else 0) from error

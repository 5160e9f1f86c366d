"""What remotes.yaml said when it was last read: to import YAML takes longer than a verb takes to run.

What is known is a file of JSON, for this user's eyes only, with a mark of the file that it was read from. Whatever is
odd about it, YAML is read again.
"""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from navi import __version__
from navi.remote import Remote

if TYPE_CHECKING:
    from navi.config import Problem

SETTLED = 2.0
"""Seconds after which a file that changes once more is sure to bear another time."""

LARGEST = 1_000_000
"""Bytes that are read."""


def read_remotes(source: str, known: str) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Return what stands in remotes.yaml (`source`) and what is wrong with it, from the file `known` where that is of
    `source` as it is. Only what has no problem is noted there; that it can't be noted is no problem.
    """
    mark = _mark(source)
    remotes = _recall(known, mark) if mark else None
    if remotes is not None:
        return remotes, ()
    from pathlib import Path

    from navi import config

    remotes, problems = config.read_remotes(Path(source))
    if mark and not problems:
        _note(known, mark, remotes)
    return remotes, problems


def _mark(source: str) -> list[object]:
    """What another version of the file, or of navi, would not have; nothing if it has only just changed."""
    try:
        found = os.stat(source)
    except OSError:
        return []
    if time.time() - max(found.st_mtime, found.st_ctime) < SETTLED:
        return []
    times = [found.st_mtime_ns, found.st_ctime_ns]
    return [__version__, *Remote._fields, source, *times, found.st_size, found.st_ino, found.st_dev]


def _recall(known: str, mark: list[object]) -> tuple[Remote, ...] | None:
    import json

    try:
        with open(os.open(known, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o022:
                return None
            document = json.loads(file.read(LARGEST))
        return tuple(map(_remote, document["remotes"])) if document["mark"] == mark else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _remote(values: list[str | float | bool]) -> Remote:
    """Raises TypeError for values that are none of a remote's."""
    remote = Remote(*values)  # type: ignore[arg-type]
    kinds = map(type, Remote("", ""))
    if any(type(value) is not kind for value, kind in zip(remote, kinds, strict=True)):
        raise TypeError
    return remote


def _note(known: str, mark: list[object], remotes: tuple[Remote, ...]) -> None:
    import json

    beside = f"{known}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(known), mode=0o700, exist_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
            json.dump({"mark": mark, "remotes": remotes}, file)
        os.replace(beside, known)
    except OSError:
        with suppress(OSError):
            os.unlink(beside)

"""A cache of remotes.yaml, because importing YAML takes longer than a verb.

The cache is a file that only this user can read: a stamp of remotes.yaml, one line per remote with its values separated
by tabs, and an end line. If anything about it is unexpected, remotes.yaml is read again.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from navi import __version__
from navi.config.remote import Remote

if TYPE_CHECKING:
    from navi.config.settings import Problem

SETTLED = 2.0
"""Seconds after a change until the next change certainly has another time stamp."""

LARGEST = 1_000_000
"""Maximum size of the cache, in bytes."""

END = "end"
YES_OR_NO = {"True": True, "False": False}


def read_remotes(source: str, known: str) -> tuple[tuple[Remote, ...], tuple[Problem, ...]]:
    """Return the remotes of remotes.yaml (`source`) and its problems, from the cache `known` if it is up to date.

    Only a file without problems is cached. Failing to write the cache is not an error.
    """
    mark = _stamp(source)
    remotes = _read_cache(known, mark) if mark else None
    if remotes is not None:
        return remotes, ()
    from pathlib import Path

    from navi.config import reader

    remotes, problems = reader.read_remotes(Path(source))
    if mark and not problems:
        _write_cache(known, mark, remotes)
    return remotes, problems


def _stamp(source: str) -> str:
    """Return a stamp that no other version of the file or of navi has, or "" if the file has only just changed."""
    try:
        found = os.stat(source)
    except OSError:
        return ""
    if time.time() - max(found.st_mtime, found.st_ctime) < SETTLED:
        return ""
    times = (found.st_mtime_ns, found.st_ctime_ns)
    return _line((__version__, *Remote._fields, source, *times, found.st_size, found.st_ino, found.st_dev))


def _line(values: Iterable[object]) -> str:
    return "\t".join(map(str, values))


def _read_cache(known: str, mark: str) -> tuple[Remote, ...] | None:
    try:
        with open(os.open(known, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            found = os.fstat(file.fileno())
            if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o022:
                return None
            return _understand(file.read(LARGEST).decode("utf-8", "surrogatepass"), mark)
    except (OSError, UnicodeError):
        return None


def _understand(text: str, mark: str) -> tuple[Remote, ...] | None:
    """Return the remotes, or None if anything is unexpected."""
    first, *lines = text.split("\n")
    if first != mark or lines[-2:] != [END, ""]:
        return None
    try:
        return tuple(map(_remote, lines[:-2]))
    except (ValueError, KeyError):
        return None


def _remote(line: str) -> Remote:
    """Return the remote that a line holds. Raise ValueError or KeyError for any other line."""
    texts = zip(map(type, Remote("", "")), line.split("\t"), strict=True)
    values: Iterable[Any] = (YES_OR_NO[text] if kind is bool else kind(text) for kind, text in texts)
    return Remote(*values)


def _write_cache(known: str, mark: str, remotes: tuple[Remote, ...]) -> None:
    text = "\n".join((mark, *map(_line, remotes), END, ""))
    if _understand(text, mark) != remotes:
        return  # a value contains a tab or a line end
    beside = f"{known}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(known), mode=0o700, exist_ok=True)
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
        os.replace(beside, known)
    except OSError:
        with suppress(OSError):
            os.unlink(beside)

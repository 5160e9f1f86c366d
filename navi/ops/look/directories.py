"""Directories of a machine, for completing what is typed (script look/directories)."""

from __future__ import annotations

from dataclasses import dataclass

from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, read_records

MAX_DIRECTORIES = 200
"""The number of directories in an answer, at most."""


@dataclass(frozen=True, slots=True)
class Directories:
    """Those that begin as asked, as one would type them, and those in which sessions were created, the last first."""

    matches: tuple[str, ...]
    recent: tuple[str, ...]


def directories(text: str) -> Operation[Directories]:
    """Return the operation that looks for directories that begin with a text; a leading ~ is the home there, and so is
    what is not absolute.
    """
    return Operation(
        "directories",
        link("look/directories"),
        (HostSetting.SESSIONS_DIR, text, str(MAX_DIRECTORIES)),
        _read,
        time_limit=8,
        reads=True,
    )


def _read(answer: Answer) -> Directories:
    """A name that is not clean could not be typed back; it is left out."""
    records = [(record.kind, record.rest) for record in read_records(answer) if clean(record.rest) == record.rest]
    matches = tuple(rest for kind, rest in records if kind == "directory")
    return Directories(matches, tuple(rest for kind, rest in records if kind == "recent"))

"""Directories of a machine, for completion (script look/directories)."""

from __future__ import annotations

from dataclasses import dataclass

from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, Operation, read_records

MOST_DIRECTORIES = 200
"""The most directories in an answer."""


@dataclass(frozen=True, slots=True)
class Directories:
    """The directories that match, as a person would type them, and those in which sessions were created, newest first.
    """

    matches: tuple[str, ...]
    recent: tuple[str, ...]


def directories(text: str) -> Operation[Directories]:
    """Return the operation that looks for directories that begin with a text; a leading ~ is the home there, and
    relative paths begin there.
    """
    return Operation(
        "directories",
        link("look/directories"),
        (HostSetting.SESSIONS_DIR, text, str(MOST_DIRECTORIES)),
        _read,
        time_limit=8,
        reads=True,
    )


def _read(answer: Answer) -> Directories:
    """Read the answer, without names that are not clean: they could not be typed."""
    records = [(record.kind, record.rest) for record in read_records(answer) if clean(record.rest) == record.rest]
    matches = tuple(rest for kind, rest in records if kind == "directory")
    return Directories(matches, tuple(rest for kind, rest in records if kind == "recent"))

"""Rows of runs that are over, and whose files are still to be removed on their hosts."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class Removal(NamedTuple):
    """The files of a run, which can go: the first `received` bytes of its log, which are stored, are all it printed."""

    session_id: str
    generation: int
    host: str
    received: int


def note(database: sqlite3.Connection, one: Removal) -> None:
    """Note that the files of a run can go."""
    database.execute("INSERT OR REPLACE INTO removals VALUES (?, ?, ?, ?)", one)


def drop(database: sqlite3.Connection, session_id: str, generation: int) -> None:
    """Note that the files of a run are gone."""
    database.execute("DELETE FROM removals WHERE session_id = ? AND generation = ?", (session_id, generation))


def all_of(database: sqlite3.Connection) -> tuple[Removal, ...]:
    """Return all runs whose files are still to be removed."""
    return tuple(Removal(*row) for row in database.execute("SELECT * FROM removals ORDER BY rowid"))

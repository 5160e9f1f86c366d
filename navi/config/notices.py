"""A database in the state folder, which all dashboards of this machine share. It has the notices that one of them gave,
so that no other gives them again, and the sessions with a finished turn that nobody has looked at.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from navi.core.listing import SessionKey
from navi.core.notices import Notice, is_known

FILE = "notices.db"

WAITS = 10.0
"""Seconds to wait for another process that writes. A process that gives up may give a notice a second time."""

KEPT = 30 * 24 * 3600
"""Seconds after which a session is forgotten."""

TABLES = """
DROP TABLE IF EXISTS given;
CREATE TABLE IF NOT EXISTS notices (
    way TEXT, host BLOB, name BLOB, socket BLOB, kind TEXT, seen REAL, since REAL, ahead REAL, at REAL,
    PRIMARY KEY (way, host, name, socket, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS finished (
    host BLOB, name BLOB, socket BLOB, at REAL, PRIMARY KEY (host, name, socket)
) WITHOUT ROWID;
"""

GIVE = """
INSERT INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET seen = excluded.seen, since = excluded.since, ahead = excluded.ahead, at = excluded.at
"""


def _bytes(key: SessionKey) -> tuple[bytes, bytes, bytes]:
    """Return a key as it is stored: names come from other machines, and may not be valid text."""
    host, name, socket = (part.encode("utf-8", "surrogateescape") for part in key)
    return host, name, socket


def _text(key: tuple[bytes, bytes, bytes]) -> SessionKey:
    host, name, socket = (part.decode("utf-8", "surrogateescape") for part in key)
    return host, name, socket


class NoticeStore:
    """The database. Each call opens it, because calls are rare and come from several threads.

    All methods raise sqlite3.Error or OSError if the state folder can't be used.
    """

    def __init__(self, state: Path) -> None:
        self._state = state

    def claim(self, notice: Notice, way: str) -> bool:
        """Return whether the caller must give this notice by `way`, because nobody has; afterwards somebody has."""
        key = (way, *_bytes((notice.machine or notice.host, notice.name, notice.socket)), notice.kind)
        with closing(self._open()) as database, database:
            database.execute("BEGIN IMMEDIATE")
            where = "way = ? AND host = ? AND name = ? AND socket = ? AND kind = ?"
            last = database.execute(f"SELECT seen, since, ahead FROM notices WHERE {where}", key).fetchone()
            if last and is_known(notice, *last):
                return False
            database.execute(GIVE, (*key, notice.seen, notice.since, notice.ahead, time.time()))
            return True

    def release(self, notice: Notice, way: str) -> None:
        """Take back a claim, because the notice could not be given, so that another process may give it."""
        key = (way, *_bytes((notice.machine or notice.host, notice.name, notice.socket)), notice.kind, notice.seen)
        where = "way = ? AND host = ? AND name = ? AND socket = ? AND kind = ? AND seen = ?"
        with closing(self._open()) as database, database:
            database.execute(f"DELETE FROM notices WHERE {where}", key)

    def finish(self, keys: Iterable[SessionKey]) -> None:
        """Note that these sessions have finished a turn, which nobody has looked at."""
        now = time.time()
        with closing(self._open()) as database, database:
            rows = [(*_bytes(key), now) for key in keys]
            database.executemany("INSERT OR REPLACE INTO finished VALUES (?, ?, ?, ?)", rows)
            database.execute("DELETE FROM finished WHERE at < ?", (now - KEPT,))
            database.execute("DELETE FROM notices WHERE at < ?", (now - KEPT,))

    def visit(self, keys: Iterable[SessionKey]) -> None:
        """Note that somebody has looked at these sessions, or that their agents work again."""
        with closing(self._open()) as database, database:
            rows = [_bytes(key) for key in keys]
            database.executemany("DELETE FROM finished WHERE host = ? AND name = ? AND socket = ?", rows)

    def finished(self) -> frozenset[SessionKey]:
        """Return the sessions that have finished a turn which nobody has looked at."""
        with closing(self._open()) as database:
            return frozenset(map(_text, database.execute("SELECT host, name, socket FROM finished")))

    def stamp(self) -> object:
        """Return a stamp that differs after every change, without opening the database; None if there is no database.
        """
        for name in (f"{FILE}-wal", FILE):
            with suppress(OSError):
                found = os.stat(self._state / name)
                return name, found.st_mtime_ns, found.st_size
        return None

    def _open(self) -> sqlite3.Connection:
        self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._state / FILE
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        database = sqlite3.connect(path, timeout=WAITS, isolation_level=None)
        try:
            database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {TABLES}")
        except sqlite3.Error:
            database.close()
            raise
        return database

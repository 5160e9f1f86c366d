"""The audit: who did what to a session. It has the last entries of each session, and none that is older than a year.

A program in a loop makes thousands of entries a day, so the audit is trimmed; in pieces so small that no message waits.
"""

from __future__ import annotations

import sqlite3
import time

from navi.headless.store.stored import AuditEntry, By

LONGEST_NAME = 100
"""Characters of the name of somebody that are kept."""

MOST_READ = 200
"""Entries that are read at once, the last ones."""

KEPT = 1000
"""Entries of a session that are kept, the last ones."""

KEPT_FOR = 366 * 86_400.0
"""Seconds for which an entry is kept."""

SESSIONS, ENTRIES = 20, 500
"""Sessions that one piece of trimming looks at, and entries that it removes."""

TOO_MANY = """
DELETE FROM audit WHERE rowid IN (
    SELECT rowid FROM audit WHERE session_id = :session AND (rowid <= :last OR at < :oldest) ORDER BY rowid LIMIT :most
)
"""


def note(database: sqlite3.Connection, by: By, what: str, session_id: str, detail: str) -> None:
    """Note who did what."""
    database.execute(
        "INSERT INTO audit (at, who, what, session_id, detail, origin) VALUES (?, ?, ?, ?, ?, ?)",
        (time.time(), by.name[:LONGEST_NAME], what, session_id, detail, by.origin),
    )


def entries(database: sqlite3.Connection, session_id: str) -> tuple[AuditEntry, ...]:
    """Return the last entries about a session, the oldest first."""
    rows = database.execute(
        "SELECT at, who, what, detail, origin FROM audit WHERE session_id = ? ORDER BY rowid DESC LIMIT ?",
        (session_id, MOST_READ),
    )
    return tuple(AuditEntry(*row) for row in rows)[::-1]


def trim(database: sqlite3.Connection, after: str) -> str | None:
    """Trim the audit of a few sessions, in the order of their ids, from the first one that comes `after` an id.

    Return the id after which to go on, None if there are no more.
    """
    for _ in range(SESSIONS):
        (session,) = database.execute("SELECT min(session_id) FROM audit WHERE session_id > ?", (after,)).fetchone()
        if session is None:
            return None
        if _trim_session(database, session):
            break  # there may be more of it
        after = session
    return after


def _trim_session(database: sqlite3.Connection, session: str) -> int:
    """Remove the oldest entries of a session that are too many or too old, or any if it is gone; return how many."""
    exists = database.execute("SELECT 1 FROM sessions WHERE id = ?", (session,)).fetchone()
    last = database.execute(
        "SELECT rowid FROM audit WHERE session_id = ? ORDER BY rowid DESC LIMIT 1 OFFSET ?",
        (session, KEPT if exists else 0),
    ).fetchone()
    oldest = time.time() - KEPT_FOR
    values = {"session": session, "last": last[0] if last else 0, "oldest": oldest, "most": ENTRIES}
    return database.execute(TOO_MANY, values).rowcount

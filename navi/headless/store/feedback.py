"""Rows of feedback for sessions in terminals."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

from navi.headless.refused import Refused
from navi.headless.store.stored import Feedback


def give(database: sqlite3.Connection, session_id: str, kind: str, body: str, by: str, uuid: str) -> int:
    """Store feedback for a session; return its id. The same uuid again is the same feedback. Raise Refused."""
    number = known(database, session_id, uuid)
    if number:
        return number
    done = database.execute(
        "INSERT INTO feedback (session_id, kind, body, by, created_at, uuid) VALUES (?, ?, ?, ?, ?, ?)",
        (session_id, kind, body, by, time.time(), uuid),
    )
    return int(done.lastrowid or 0)


def known(database: sqlite3.Connection, session_id: str, uuid: str) -> int:
    """Return the id of the feedback with a uuid, 0 if there is none. Raise Refused if it is another session's."""
    query = "SELECT id, session_id FROM feedback WHERE uuid = ? AND uuid != ''"
    found = database.execute(query, (uuid,)).fetchone()
    if found and found[1] != session_id:
        raise Refused(f"the feedback {uuid} is one of another session")
    return int(found[0]) if found else 0


def of_session(database: sqlite3.Connection, session_id: str, state: str) -> tuple[Feedback, ...]:
    """Return the feedback for a session in a state, in its order."""
    query = "SELECT id, kind, body, by FROM feedback WHERE session_id = ? AND state = ? ORDER BY id"
    return tuple(Feedback(*row) for row in database.execute(query, (session_id, state)))


def since(database: sqlite3.Connection, session_id: str, kind: str, at: float) -> int:
    """Return how much feedback of a kind a session was sent since a time (epoch)."""
    query = "SELECT count(*) FROM feedback WHERE session_id = ? AND kind = ? AND created_at > ?"
    return int(database.execute(query, (session_id, kind, at)).fetchone()[0])


def deliver(database: sqlite3.Connection, session_id: str, ids: Sequence[int]) -> tuple[int, ...]:
    """Note that the agent of a session got this feedback; return what was not known to be delivered."""
    new = tuple(one.id for one in of_session(database, session_id, "pending") if one.id in ids)
    database.executemany("UPDATE feedback SET state = 'delivered' WHERE id = ?", [(one,) for one in new])
    return new

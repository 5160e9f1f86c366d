"""What was stored lately, counted for limits: they hold over a restart of the hub."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

SENT = {"user": "sent a message", "interrupt": "interrupted", "mode": "asked for the permission mode"}
"""What the audit says of inputs that people send."""

BEGUN = frozenset({"spawned", "resumed", "resumed in a new conversation"})
"""What the audit says of the beginning of a run."""


def waiting(database: sqlite3.Connection, session_id: str, kind: str) -> int:
    """Return how many inputs of a kind wait: the agent has taken up neither them nor one that was sent later."""
    query = (
        "SELECT count(*) FROM inputs WHERE session_id = :id AND kind = :kind AND state IN ('queued', 'handed') "
        "AND seq > coalesce((SELECT seq FROM inputs WHERE session_id = :id AND kind = :kind AND state = 'taken' "
        "ORDER BY seq DESC LIMIT 1), 0)"
    )
    return int(database.execute(query, {"id": session_id, "kind": kind}).fetchone()[0])


def sent_since(database: sqlite3.Connection, session_id: str, kind: str, since: float, most: int) -> list[float]:
    """Return when the last inputs of a kind were sent, at most so many, since a time; the oldest first. A prompt that
    came with a start is not among them: it counts as a start.
    """
    query = "SELECT at FROM audit WHERE session_id = ? AND what = ? AND at > ? ORDER BY rowid DESC LIMIT ?"
    return [row[0] for row in database.execute(query, (session_id, SENT[kind], since, most))][::-1]


def begun_since(database: sqlite3.Connection, since: float) -> list[float]:
    """Return when agents were started since a time, the oldest first."""
    return list(_begun(database, since))[::-1]


def _begun(database: sqlite3.Connection, since: float) -> Iterator[float]:
    """The audit has no index of times; what is older need not be read."""
    for at, what in database.execute("SELECT at, what FROM audit ORDER BY rowid DESC"):
        if at <= since:
            return
        if what in BEGUN:
            yield at

"""Rows of what an agent printed and asked."""

from __future__ import annotations

import sqlite3

from navi.headless.store.stored import Batch, StoredMessage, StoredSession

LARGEST_PAGE = 1024 * 1024
"""Bytes of messages that are read at once, but for one that is larger."""

LAST, LONG = 200, 65_536
"""Messages in which a session's last text is searched for, and the bytes from which on one is not read for that."""

LONGEST_BODY = 16 * 1024 * 1024
"""Bytes of a message that are kept."""

CUT = b" ... cut here: the line was longer than navi keeps"
"""The end of a message that was longer."""


def store_messages(database: sqlite3.Connection, row: StoredSession, batch: Batch) -> None:
    """Store the messages of a batch behind those of a session."""
    database.executemany(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)",
        [
            (row.id, row.last_index + 1 + number, one.kind, _shortened(one.body), batch.generation, one.at_offset)
            for number, one in enumerate(batch.messages)
        ],
    )


def store_questions(database: sqlite3.Connection, batch: Batch) -> None:
    """Store what is asked, and what is not asked any more. A question that comes again, as after a new start, is open
    again.
    """
    database.executemany(
        "INSERT INTO questions (session_id, request_id, kind, body) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE "
        "SET kind = excluded.kind, body = excluded.body, state = 'open', answer = '', by = ''",
        [(batch.session_id, one.request_id, one.kind, one.body) for one in batch.opened],
    )
    database.executemany(
        "UPDATE questions SET state = 'withdrawn' WHERE session_id = ? AND request_id = ? AND state = 'open'",
        [(batch.session_id, request_id) for request_id in batch.withdrawn],
    )


def _shortened(body: bytes) -> bytes:
    return body if len(body) <= LONGEST_BODY else body[: LONGEST_BODY - len(CUT)] + CUT


def last_text(database: sqlite3.Connection, row: StoredSession) -> StoredMessage | None:
    """Return the last message with a text, None if there is none among the last ones, or it is long."""
    found = database.execute(
        "SELECT idx, kind, body, generation FROM messages WHERE session_id = ? AND idx > ? AND kind = 'text' "
        "AND length(body) < ? ORDER BY idx DESC LIMIT 1",
        (row.id, row.last_index - LAST, LONG),
    ).fetchone()
    return StoredMessage(*found) if found else None


def messages(database: sqlite3.Connection, session_id: str, from_index: int, limit: int) -> tuple[StoredMessage, ...]:
    """Return up to `limit` messages of a session, from a number on: fewer where they are large, but at least one if
    there is one.
    """
    rows = database.execute(
        "SELECT idx, kind, body, generation FROM messages WHERE session_id = ? AND idx >= ? ORDER BY idx LIMIT ?",
        (session_id, from_index, limit),
    )
    found: list[StoredMessage] = []
    size = 0
    for row in rows:
        found.append(StoredMessage(*row))
        size += len(found[-1].body)
        if size > LARGEST_PAGE:
            break
    return tuple(found)

"""Rows of what an agent printed and asked."""

from __future__ import annotations

import sqlite3

from navi.headless.store.stored import Batch, StoredSession

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

"""The tables of the store, and bringing an older database up to date.

A database is stepped from version to version by SQLite's own `user_version`. One that was written before sessions had
the flag `remote` gains it with 0: nothing in it runs without a terminal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

VERSION = 6

SESSIONS = {
    "id": "TEXT PRIMARY KEY",
    "title": "TEXT NOT NULL DEFAULT ''",
    "harness": "TEXT NOT NULL DEFAULT ''",
    "model": "TEXT NOT NULL DEFAULT ''",
    "permission_mode": "TEXT NOT NULL DEFAULT ''",
    "host": "TEXT NOT NULL DEFAULT ''",
    "cwd": "TEXT NOT NULL DEFAULT ''",
    "agent_session_id": "TEXT NOT NULL DEFAULT ''",
    "remote": "INTEGER NOT NULL DEFAULT 0 CHECK (remote IN (0, 1))",
    "interactive": "INTEGER NOT NULL DEFAULT 0 CHECK (interactive IN (0, 1))",
    "status": "TEXT NOT NULL DEFAULT 'archived'",
    "reason": "TEXT NOT NULL DEFAULT ''",
    "exit_code": "INTEGER DEFAULT NULL",
    "client_id": "TEXT NOT NULL DEFAULT ''",
    "tmux_name": "TEXT NOT NULL DEFAULT ''",
    "generation": "INTEGER NOT NULL DEFAULT 1",
    "log_offset": "INTEGER NOT NULL DEFAULT 0",
    "last_index": "INTEGER NOT NULL DEFAULT -1",
    "cost_usd": "REAL DEFAULT NULL",
    "tokens_in": "INTEGER NOT NULL DEFAULT 0",
    "tokens_out": "INTEGER NOT NULL DEFAULT 0",
    "created_at": "REAL NOT NULL DEFAULT 0",
    "updated_at": "REAL NOT NULL DEFAULT 0",
    "last_activity_at": "REAL NOT NULL DEFAULT 0",
    "ended_at": "REAL DEFAULT NULL",
    "conversation_from": "INTEGER NOT NULL DEFAULT 1",
    "lost": "INTEGER NOT NULL DEFAULT 0 CHECK (lost IN (0, 1))",
    "end_asked": "REAL DEFAULT NULL",
    "end_asked_by": "TEXT NOT NULL DEFAULT ''",
    "reached_at": "REAL NOT NULL DEFAULT 0",
}
"""The columns of sessions. An older table gains those that it lacks."""

LATER_IN_AUDIT = {"origin": "TEXT NOT NULL DEFAULT ''"}
LATER_IN_FEEDBACK = {"uuid": "TEXT NOT NULL DEFAULT ''"}

_COLUMNS = ", ".join(f"{name} {kind}" for name, kind in SESSIONS.items())

TABLES = f"""
CREATE TABLE IF NOT EXISTS sessions ({_COLUMNS});

CREATE TABLE IF NOT EXISTS messages (
    session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, idx INTEGER NOT NULL, kind TEXT NOT NULL,
    body BLOB NOT NULL, generation INTEGER NOT NULL, at_offset INTEGER NOT NULL,
    PRIMARY KEY (session_id, idx)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS inputs (
    session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, seq INTEGER NOT NULL, uuid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'answer', 'interrupt', 'mode', 'end', 'line')), body TEXT NOT NULL,
    by TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'handed', 'taken', 'expired')),
    created_at REAL NOT NULL,
    PRIMARY KEY (session_id, seq)
);

CREATE TABLE IF NOT EXISTS questions (
    session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, request_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('permission', 'question', 'plan')), body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'withdrawn', 'expired')),
    answer TEXT NOT NULL DEFAULT '', by TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (session_id, request_id)
);

CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('message', 'diff_comment', 'suggested_edit')), body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered')),
    by TEXT NOT NULL DEFAULT '', created_at REAL NOT NULL, uuid TEXT NOT NULL DEFAULT ''
);

CREATE TABLE IF NOT EXISTS audit (
    at REAL NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, session_id TEXT NOT NULL, detail TEXT NOT NULL,
    origin TEXT NOT NULL DEFAULT ''
);

CREATE TABLE IF NOT EXISTS removals (
    session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, generation INTEGER NOT NULL, host TEXT NOT NULL,
    received INTEGER NOT NULL, PRIMARY KEY (session_id, generation)
);

CREATE INDEX IF NOT EXISTS sessions_by_activity ON sessions (last_activity_at DESC);
CREATE INDEX IF NOT EXISTS audit_of_session ON audit (session_id);
CREATE INDEX IF NOT EXISTS sessions_by_agent ON sessions (agent_session_id) WHERE agent_session_id != '';
CREATE UNIQUE INDEX IF NOT EXISTS feedback_once ON feedback (uuid) WHERE uuid != '';
CREATE INDEX IF NOT EXISTS pending_feedback ON feedback (session_id) WHERE state = 'pending';

CREATE TRIGGER IF NOT EXISTS remote_stays_0 BEFORE UPDATE OF remote ON sessions
WHEN OLD.remote = 0 AND NEW.remote = 1
BEGIN SELECT RAISE(ABORT, 'remote never goes from 0 to 1'); END;
"""


COUNTED = """
UPDATE questions SET request_id = (SELECT generation FROM sessions WHERE id = session_id) || '.' || request_id
WHERE session_id IN (
    SELECT id FROM sessions WHERE harness IN ('gemini', 'opencode', 'qwen', 'codex-acp', 'claude-code-acp', 'scripted')
);
"""
"""Since version 4, questions of agents that count them have the generation before the agent's own id."""


OLD_FILES = """
WITH RECURSIVE earlier (session_id, generation, host) AS (
    SELECT id, generation - 1, host FROM sessions WHERE (remote = 1 OR client_id != '') AND generation > 1
    UNION ALL SELECT session_id, generation - 1, host FROM earlier WHERE generation > 1
)
INSERT OR IGNORE INTO removals SELECT session_id, generation, host, 999999999999999 FROM earlier;
INSERT OR IGNORE INTO removals SELECT id, generation, host, log_offset FROM sessions
WHERE (remote = 1 OR client_id != '') AND ended_at IS NOT NULL;
"""
"""Before version 6, runs that had ended before removals were stored left their files on their hosts. Of a run before
the last one everything was stored: it had to end before the next one. A host that has no such files says so.
"""


class TooNew(Exception):
    """The database was written by a newer navi."""

    def __init__(self, version: int) -> None:
        super().__init__(f"it has version {version}, and this navi knows {VERSION}; use the newer navi that wrote it")


def migrate(database: sqlite3.Connection) -> None:
    """Bring a database up to date, in one transaction; twice does nothing. Raise TooNew, sqlite3.Error."""
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise TooNew(version)
    if version == VERSION:
        return
    added = _missing(database, "sessions", SESSIONS) + _missing(database, "audit", LATER_IN_AUDIT)
    added += _missing(database, "feedback", LATER_IN_FEEDBACK)
    changed = (COUNTED if 0 < version < 4 else "") + OLD_FILES
    try:
        database.executescript(f"BEGIN IMMEDIATE; {added} {TABLES} {changed} PRAGMA user_version = {VERSION}; COMMIT;")
    except sqlite3.Error:
        if database.in_transaction:
            database.execute("rollback")
        raise


def _missing(database: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> str:
    """Return the statements that add the columns that an older table lacks, "" if there is no such table."""
    known = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    missing = [name for name in columns if known and name not in known]
    return "".join(f"ALTER TABLE {table} ADD COLUMN {name} {columns[name]};\n" for name in missing)

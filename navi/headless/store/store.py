"""The store: what the hub knows of sessions, in one SQLite database that only the hub writes.

Every method is one transaction, or part of the one that `together` opens. What a run printed is kept with the offset
of its log in the same transaction, so that after any crash the log goes on where the messages end. Rows are values.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from navi.core.headless import ON_THE_WAY, OVER, InputState, StoredStatus
from navi.headless.refused import AlreadyAnswered, Refused
from navi.headless.store import audit, counts, feedback, output, removals
from navi.headless.store.removals import Removal
from navi.headless.store.schema import SESSIONS, migrate
from navi.headless.store.stored import (
    WRITTEN,
    AuditEntry,
    Batch,
    By,
    Feedback,
    StoredInput,
    StoredMessage,
    StoredQuestion,
    StoredSession,
)

CHANGED_BY_OUTPUT = frozenset(
    {"status", "reason", "exit_code", "agent_session_id", "model", "permission_mode", "title", "cost_usd", "tokens_in",
     "tokens_out", "ended_at", "lost"}
)  # fmt: skip
"""The columns that output can change: neither the flag, nor where and how a session runs."""

NOT_ENDING: Mapping[str, Any] = {"lost": 0, "end_asked": None, "end_asked_by": ""}
"""The columns of a session whose run neither failed nor is to end."""

PATIENCE = 5000
"""Milliseconds to wait for another process that writes, such as one that copies the database."""

INPUT = ", ".join(StoredInput._fields)

WHOLE = ("begin immediate", "commit", ("rollback",))
READING = ("begin", "commit", ("rollback",))
NESTED = ("savepoint inner", "release inner", ("rollback to inner", "release inner"))
"""How a transaction, one for reading, and one within another, begins, is kept and is undone."""


class Store:
    """The database. It may be used from any thread, but from one at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create it, only for this user. Raise sqlite3.Error, OSError, TooNew."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._database.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
            )
            migrate(self._database)
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Close it."""
        self._database.close()

    @property
    def is_open(self) -> bool:
        """Whether a transaction has begun and did not end; SQLite itself ends one where the disk is full."""
        return self._database.in_transaction

    @contextmanager
    def together(self, reading: bool = False) -> Iterator[None]:
        """Make everything in this context one transaction: all of it is stored, or nothing. Contexts can be nested.

        One for `reading` begins also while another process writes; what writes in it then fails at once.
        """
        begin, keep, undo = NESTED if self.is_open else READING if reading else WHOLE
        if not self.is_open:
            self._database.execute(f"pragma busy_timeout = {0 if reading else PATIENCE}")
        self._database.execute(begin)
        try:
            yield
            self._database.execute(keep)
        except BaseException:
            for statement in undo if self._database.in_transaction else ():
                self._database.execute(statement)
            raise

    # ---- sessions

    def spawn(self, session: StoredSession) -> StoredSession:
        """Store a session that is about to run without a terminal. Nothing else ever sets `remote`."""
        return self._insert(session._replace(remote=True, interactive=True, status=StoredStatus.LIVE))

    def add(self, session: StoredSession) -> StoredSession:
        """Store a session of a terminal, or one that was uploaded."""
        return self._insert(session._replace(remote=False))

    def _insert(self, session: StoredSession) -> StoredSession:
        now = time.time()
        row = session._replace(
            created_at=session.created_at or now, updated_at=now, last_activity_at=session.last_activity_at or now
        )
        places = ", ".join("?" * len(row))
        try:
            with self.together():
                self._database.execute(f"INSERT INTO sessions ({', '.join(row._fields)}) VALUES ({places})", row)
        except sqlite3.IntegrityError as error:
            raise Refused(f"there is a session {session.id} already") from error
        return row

    def session(self, session_id: str) -> StoredSession | None:
        """Return a session, None if there is none."""
        return next(self._sessions("WHERE id = ?", session_id), None)

    def of_conversation(self, agent_session_id: str) -> tuple[StoredSession, ...]:
        """Return the sessions with a conversation, by the agent's own id, the newest first."""
        if not agent_session_id:
            return ()
        return tuple(self._sessions("WHERE agent_session_id = ? ORDER BY created_at DESC", agent_session_id))

    def sessions(self, remote: bool | None = None, limit: int = 200, skip: int = 0) -> tuple[StoredSession, ...]:
        """Return a page of sessions, the last active first; with `remote`, only those with or without that flag.

        Of those with it, the ones that were put away are left out.
        """
        where = "" if remote is None else f"WHERE remote = {int(remote)} "
        where += "AND status != 'archived' " if remote else ""
        return tuple(self._sessions(f"{where}ORDER BY last_activity_at DESC, id LIMIT ? OFFSET ?", limit, skip))

    def knows_folder(self, host: str, cwd: str) -> bool:
        """Return whether a session ran in a folder of a host before."""
        query = "SELECT 1 FROM sessions WHERE host = ? AND cwd = ? LIMIT 1"
        return self._database.execute(query, (host, cwd)).fetchone() is not None

    def live(self) -> tuple[StoredSession, ...]:
        """Return the sessions that run without a terminal, as far as it is known."""
        return tuple(self._sessions("WHERE remote = 1 AND status = 'live' ORDER BY id"))

    def unended(self) -> tuple[StoredSession, ...]:
        """Return the sessions that have failed, and of which nobody knows yet that their agents do not run."""
        return tuple(self._sessions("WHERE remote = 1 AND status != 'live' AND ended_at IS NULL ORDER BY id"))

    def listed(self) -> list[StoredSession]:
        """Return the sessions without a terminal that a list shows: all that run, and the last active others."""
        found = {row.id: row for row in (*self.live(), *self.sessions(remote=True))}
        return list(found.values())

    def collaborating(self) -> list[StoredSession]:
        """Return the sessions in terminals that take feedback now."""
        return list(self._sessions("WHERE remote = 0 AND interactive = 1 AND status = 'live' ORDER BY id"))

    def put_away(self, session_id: str) -> StoredSession:
        """Leave a session whose agent has ended out of lists; it can still be read and resumed. Raise Refused."""
        with self.together():
            row = self.needed(session_id)
            if not row.remote or row.status not in OVER:
                raise Refused(f"the agent of {session_id} has not ended, as far as it is known")
            self.change(session_id, status=StoredStatus.ARCHIVED)
            return row._replace(status=StoredStatus.ARCHIVED)

    def hosts_to_watch(self) -> tuple[str, ...]:
        """Return the hosts on which an agent in a terminal may go on with a session, or takes feedback."""
        query = "SELECT DISTINCT host FROM sessions WHERE agent_session_id != '' AND (remote = 1 OR interactive = 1)"
        return tuple(row[0] for row in self._database.execute(query))

    def taking_feedback(self, host: str) -> tuple[StoredSession, ...]:
        """Return the sessions in terminals of a host that take feedback."""
        return tuple(self._sessions("WHERE host = ? AND remote = 0 AND interactive = 1 ORDER BY id", host))

    def _sessions(self, clause: str, *values: object) -> Iterator[StoredSession]:
        query = f"SELECT {', '.join(StoredSession._fields)} FROM sessions {clause}"
        for row in self._database.execute(query, values):
            found = StoredSession(*row)
            yield found._replace(remote=bool(found.remote), interactive=bool(found.interactive), lost=bool(found.lost))

    def change(self, session_id: str, **changes: Any) -> None:
        """Change columns of a session. Raise Refused if there is no such session, or `remote` would become 1."""
        unknown = changes.keys() - SESSIONS.keys()
        if unknown or not changes:
            raise ValueError(f"no columns of sessions: {', '.join(sorted(unknown)) or 'none at all'}")
        columns = ", ".join(f"{name} = ?" for name in changes)
        try:
            with self.together():
                done = self._database.execute(
                    f"UPDATE sessions SET {columns}, updated_at = ? WHERE id = ?",
                    (*changes.values(), time.time(), session_id),
                )
        except sqlite3.IntegrityError as error:
            raise Refused(str(error)) from error
        if not done.rowcount:
            raise Refused(f"there is no session {session_id}")

    def resume(self, session_id: str, sends_again: bool = False, conversation: str | None = None) -> StoredSession:
        """Begin another run of a session whose agent has ended; the flag stays as it is. Raise Refused.

        With `sends_again`, prompts that the agent was given and never took up wait again: it runs none twice. It begins
        with the permission mode that somebody wanted last, also where the agent had not heard of it. With
        `conversation`, the run begins that one in place of the conversation so far. Where no run has printed anything,
        none has begun a conversation, and this one does.
        """
        with self.together():
            row = self.needed(session_id)
            if not row.remote:
                raise Refused(f"{session_id} runs in a terminal, or never ran without one")
            if row.status == StoredStatus.LIVE:
                raise Refused(f"{session_id} still runs, as far as it is known")
            begins = conversation is not None or row.last_index < 0
            self.change(
                session_id, status=StoredStatus.LIVE, reason="", exit_code=None, ended_at=None,
                generation=row.generation + 1, log_offset=0,
                agent_session_id=row.agent_session_id if conversation is None else conversation,
                conversation_from=row.generation + 1 if begins else row.conversation_from,
                permission_mode=self.wanted_mode(row), reached_at=0.0, **NOT_ENDING,
            )  # fmt: skip
            if sends_again:
                self._database.execute(
                    "UPDATE inputs SET state = 'queued' WHERE session_id = ? AND state = 'handed' AND kind = 'user'",
                    (session_id,),
                )
            self._expire(session_id)
            return self.needed(session_id)

    def wanted_mode(self, row: StoredSession) -> str:
        """Return the permission mode that somebody wanted last, also where the agent has not heard of it."""
        waiting = [one.body for one in self.inputs(row.id, *ON_THE_WAY) if one.kind == "mode"]
        return waiting[-1] if waiting else row.permission_mode

    def open_in_terminal(self, session_id: str, tmux_name: str) -> StoredSession:
        """Note that a session now runs in a terminal: it never runs without one again. What waits for its agent is
        given up. For one that was opened already, only the name is noted. Raise Refused.
        """
        with self.together():
            row = self.needed(session_id)
            if row.remote:
                opened = {"remote": 0, "interactive": 0, "tmux_name": tmux_name, "reason": ""}
                self.change(session_id, status=StoredStatus.LIVE, **opened, **NOT_ENDING)
                self._expire(session_id)
                self._database.execute(
                    "UPDATE inputs SET state = 'expired' WHERE session_id = ? AND state = 'queued'", (session_id,)
                )
            elif row.tmux_name in ("", tmux_name) and row.status == StoredStatus.LIVE:
                self.change(session_id, tmux_name=tmux_name)
            else:
                raise Refused(f"{session_id} does not run without a terminal")
            return self.needed(session_id)

    def needed(self, session_id: str) -> StoredSession:
        """Return a session. Raise Refused if there is none."""
        row = self.session(session_id)
        if row is None:
            raise Refused(f"there is no session {session_id}")
        return row

    def _expire(self, session_id: str) -> None:
        """What a run that is over asked, was given and never took, or was to be sent, is of no use now."""
        for statement in (
            "UPDATE questions SET state = 'expired' WHERE session_id = ? AND state = 'open'",
            "UPDATE inputs SET state = 'expired' WHERE session_id = ? "
            "AND (state = 'handed' OR (state = 'queued' AND kind != 'user'))",
        ):
            self._database.execute(statement, (session_id,))

    # ---- output

    def receive(self, batch: Batch) -> bool:
        """Store what an agent printed, and what follows from it. Return false, and store nothing, if the batch does not
        begin where the stored log of that generation ends: the sender must begin there. Raise Refused.
        """
        with self.together():
            row = self.needed(batch.session_id)
            if (row.generation, row.log_offset) != (batch.generation, batch.offset) or batch.end < batch.offset:
                return False
            output.store_messages(self._database, row, batch)
            output.store_questions(self._database, batch)
            self.take(batch.session_id, batch.taken)
            self._database.executemany(
                "UPDATE inputs SET state = 'expired' WHERE session_id = ? AND uuid = ? AND state != 'taken'",
                [(batch.session_id, uuid) for uuid in batch.refused],
            )
            changes = {name: value for name, value in batch.changes.items() if name in CHANGED_BY_OUTPUT}
            last = row.last_index + len(batch.messages)
            now = time.time()
            self.change(batch.session_id, log_offset=batch.end, last_index=last, last_activity_at=now, **changes)
            return True

    def last_text(self, row: StoredSession) -> StoredMessage | None:
        """Return the last message with a text, None if there is none among the last ones, or it is long."""
        return output.last_text(self._database, row)

    def messages(self, session_id: str, from_index: int = 0, limit: int = 100) -> tuple[StoredMessage, ...]:
        """Return up to `limit` messages of a session, from a number on: fewer where they are large, but at least one
        if there is one.
        """
        return output.messages(self._database, session_id, from_index, limit)

    # ---- what people send

    def queue(self, session_id: str, uuid: str, kind: str, body: str, by: str = "", at: float = 0.0) -> StoredInput:
        """Store an input under the next number, as one that was sent now or `at` a time. The same uuid again is the
        same input. Raise Refused.
        """
        with self.together():
            self.needed(session_id)
            query = f"SELECT session_id, {INPUT} FROM inputs WHERE uuid = ?"
            known = self._database.execute(query, (uuid,)).fetchone()
            if known:
                if known[0] != session_id:
                    raise Refused(f"the input {uuid} is one of another session")
                return StoredInput(*known[1:])
            one = StoredInput(self.last_input(session_id) + 1, uuid, kind, body, by, created_at=at or time.time())
            self._database.execute(
                f"INSERT INTO inputs (session_id, {INPUT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (session_id, *one)
            )
            return one

    def knows_input(self, uuid: str) -> bool:
        """Return whether an input with this uuid was stored before."""
        return self._database.execute("SELECT 1 FROM inputs WHERE uuid = ?", (uuid,)).fetchone() is not None

    def count_waiting(self, session_id: str, kind: str) -> int:
        """Return how many inputs of a kind wait: the agent has taken up neither them nor one that was sent later."""
        return counts.waiting(self._database, session_id, kind)

    def sent_since(self, session_id: str, kind: str, since: float, most: int) -> list[float]:
        """Return when the last inputs of a kind were sent, but with a start: at most so many, since a time."""
        return counts.sent_since(self._database, session_id, kind, since, most)

    def begun_since(self, since: float) -> list[float]:
        """Return when agents were started since a time, the oldest first."""
        return counts.begun_since(self._database, since)

    def last_input(self, session_id: str) -> int:
        """Return the number of the last input of a session, 0 if it has none."""
        query = "SELECT coalesce(max(seq), 0) FROM inputs WHERE session_id = ?"
        return int(self._database.execute(query, (session_id,)).fetchone()[0])

    def hand(self, session_id: str, seq: int) -> tuple[StoredInput, ...]:
        """Note that all inputs up to a number are at the agent's host; return those that were not known to be."""
        with self.together():
            handed = [one for one in self.inputs(session_id, InputState.QUEUED) if one.seq <= seq]
            self._database.executemany(
                "UPDATE inputs SET state = 'handed' WHERE session_id = ? AND seq = ?",
                [(session_id, one.seq) for one in handed],
            )
            return tuple(one._replace(state=InputState.HANDED) for one in handed)

    def take(self, session_id: str, uuids: Sequence[str]) -> None:
        """Note that an agent has taken up inputs; one that it was never given is left as it is."""
        with self.together():
            self._database.executemany(
                "UPDATE inputs SET state = 'taken' WHERE session_id = ? AND uuid = ? AND state != 'expired'",
                [(session_id, uuid) for uuid in uuids],
            )

    def take_back(self, session_id: str) -> tuple[StoredInput, ...]:
        """Remove the inputs that wait, and return them: what goes before them takes their numbers."""
        with self.together():
            waiting = self.inputs(session_id, InputState.QUEUED)
            self._database.execute("DELETE FROM inputs WHERE session_id = ? AND state = 'queued'", (session_id,))
            return waiting

    def queue_before_prompts(self, session_id: str, uuid: str, line: str) -> None:
        """Store a line that goes before what people wrote: that waits, was not sent yet, and takes later numbers."""
        with self.together():
            if self.knows_input(uuid):
                return
            waiting = self.inputs(session_id, InputState.QUEUED)
            first = next((number for number, one in enumerate(waiting) if one.kind in WRITTEN), len(waiting))
            places = [(session_id, one.seq) for one in waiting[first:]]
            self._database.executemany("DELETE FROM inputs WHERE session_id = ? AND seq = ?", places)
            for one in (StoredInput(0, uuid, "line", line), *waiting[first:]):
                self.queue(session_id, one.uuid, one.kind, one.body, one.by, one.created_at)

    def inputs(self, session_id: str, *states: str) -> tuple[StoredInput, ...]:
        """Return the inputs of a session in their order, those in these states or all."""
        places = f" AND state IN ({', '.join('?' * len(states))})" if states else ""
        rows = self._database.execute(
            f"SELECT {INPUT} FROM inputs WHERE session_id = ?{places} ORDER BY seq",
            (session_id, *states),
        )
        return tuple(StoredInput(*row) for row in rows)

    def answer(
        self, session_id: str, request_id: str, answer: Mapping[str, Any], by: str, uuid: str, line: str
    ) -> StoredInput:
        """Store an answer, and the line with it as an input, "" for none. Only the first one counts. Raise Refused."""
        with self.together():
            if self.needed(session_id).status != StoredStatus.LIVE:
                raise Refused("its agent has ended, and does not ask it any more")
            if not line:
                raise self._not_open(session_id, request_id)
            done = self._database.execute(
                "UPDATE questions SET state = 'answered', answer = ?, by = ? "
                "WHERE session_id = ? AND request_id = ? AND state = 'open'",
                (json.dumps(answer), by, session_id, request_id),
            )
            if not done.rowcount:
                raise self._not_open(session_id, request_id)
            return self.queue(session_id, uuid, "answer", line, by)

    def _not_open(self, session_id: str, request_id: str) -> Refused:
        found = next((one for one in self.questions(session_id) if one.request_id == request_id), None)
        if found is None:
            return Refused(f"{session_id} asks nothing with the id {request_id}")
        if found.state == "answered":
            return AlreadyAnswered(f"{found.by or 'somebody'} has answered it already")
        return Refused("the agent does not ask it any more")

    def questions(self, session_id: str, *states: str) -> tuple[StoredQuestion, ...]:
        """Return the questions of a session, those in these states or all."""
        places = f" AND state IN ({', '.join('?' * len(states))})" if states else ""
        rows = self._database.execute(
            f"SELECT request_id, kind, body, state, answer, by FROM questions WHERE session_id = ?{places} "
            "ORDER BY rowid",
            (session_id, *states),
        )
        return tuple(StoredQuestion(*row) for row in rows)

    # ---- files of runs that are over

    def note_removal(self, one: Removal) -> None:
        """Note that the files of a run are to be removed on its host."""
        with self.together():
            removals.note(self._database, one)

    def drop_removal(self, session_id: str, generation: int) -> None:
        """Note that the files of a run are gone from its host."""
        with self.together():
            removals.drop(self._database, session_id, generation)

    def removals(self) -> tuple[Removal, ...]:
        """Return the runs whose files are still to be removed."""
        return removals.all_of(self._database)

    # ---- feedback for sessions in terminals, and who did what

    def give_feedback(self, session_id: str, kind: str, body: str, by: str = "", uuid: str = "") -> int:
        """Store feedback for a session in a terminal; return its id. The same uuid again is the same feedback."""
        with self.together():
            self.needed(session_id)
            return feedback.give(self._database, session_id, kind, body, by, uuid)

    def known_feedback(self, session_id: str, uuid: str) -> int:
        """Return the id of the feedback with a uuid, 0 if there is none. Raise Refused if it is another session's."""
        return feedback.known(self._database, session_id, uuid)

    def feedback(self, session_id: str, state: str = "pending") -> tuple[Feedback, ...]:
        """Return the feedback for a session in a state, in its order."""
        return feedback.of_session(self._database, session_id, state)

    def feedback_since(self, session_id: str, kind: str, since: float) -> int:
        """Return how much feedback of a kind a session was sent since a time (epoch)."""
        return feedback.since(self._database, session_id, kind, since)

    def deliver_feedback(self, session_id: str, ids: Sequence[int]) -> tuple[int, ...]:
        """Note that the agent of a session got this feedback; return what was not known to be delivered."""
        with self.together():
            return feedback.deliver(self._database, session_id, ids)

    def note(self, by: By, what: str, session_id: str, detail: str = "") -> None:
        """Note in the audit who did what."""
        with self.together():
            audit.note(self._database, by, what, session_id, detail)

    def audit(self, session_id: str) -> tuple[AuditEntry, ...]:
        """Return the last entries of the audit about a session, the oldest first."""
        return audit.entries(self._database, session_id)

    def trim_audit(self, after: str = "") -> str | None:
        """Trim a piece of the audit, from the first session whose id comes `after` one; return where to go on, or None
        at its end.
        """
        with self.together():
            return audit.trim(self._database, after)

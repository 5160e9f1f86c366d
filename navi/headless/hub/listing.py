"""The list of sessions as clients see it: a document for each, and the clients that watch them all."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, NamedTuple

import trio

from navi.core.headless import StoredStatus
from navi.headless import rule
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import AgentLaunch, Text
from navi.headless.hub.session import HubSession
from navi.headless.hub.subscriber import Client
from navi.headless.messages import Message
from navi.headless.shortened import cut_texts
from navi.headless.state import LONGEST_LATEST
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredMessage, StoredSession
from navi.headless.tool_input import asked_text

PAUSE = 0.2
"""Seconds between two messages to clients that watch: people read no faster, and output comes in thousands of lines."""

LONGEST = 4096
"""Characters of a text in the list."""


READS_AGAIN = 1.0
"""Seconds until what could not be read is read again."""


class Watchers:
    """Clients that watch all sessions. They get the list, and afterwards what has changed of it, a few times a second.

    `documents` returns the documents of sessions by their ids, None for all that are listed.
    """

    def __init__(self, documents: Callable[[Collection[str] | None], Awaitable[Sequence[Message]]]) -> None:
        self._documents = documents
        self._clients: set[Client] = set()
        self._changed: set[str] = set()
        self._news = trio.Event()

    def note(self, session_id: str) -> None:
        """Note that a session is another one now; does not wait."""
        if self._clients:
            self._changed.add(session_id)
            self._news.set()

    async def add(self, client: Client) -> None:
        """Send a client the list, and from now on what changes. Raise sqlite3.Error; then it gets nothing."""
        self._clients.add(client)
        try:
            client.tell({"type": "sessions", "sessions": await self._documents(None)})
        except sqlite3.Error:
            self._clients.discard(client)
            raise

    def forget(self, client: Client) -> None:
        """Note that a client is gone."""
        self._clients.discard(client)

    async def run(self) -> None:
        """Send what changes, until cancelled. What can't be read now, as from a busy database, is read later."""
        while True:
            await self._news.wait()
            self._news = trio.Event()
            changed, self._changed = self._changed, set()
            try:
                message = {"type": "sessions", "sessions": await self._documents(changed)}
            except sqlite3.Error:
                self._changed |= changed
                self._news.set()
                await trio.sleep(READS_AGAIN)
                continue
            for client in self._clients:
                client.tell(message)
            await trio.sleep(PAUSE)


def document(row: StoredSession, shown: rule.Shown, held: HubSession | None = None) -> dict[str, Any]:
    """Return a session as programs see it."""
    found = row._asdict() | {"type": shown.type, "status": shown.status, "badge": shown.badge or None}
    return found | {"reason": (held.trouble if held else "") or row.reason}


class Listed(NamedTuple):
    """A session to be listed: its row, the last message with a text, and how much feedback waits for its agent."""

    row: StoredSession
    last: StoredMessage | None = None
    feedback: int | None = None


def summary(one: Listed, shown: rule.Shown, held: HubSession | None) -> dict[str, Any]:
    """Return a session as a list shows it: also what is asked, the agent's last text, and since when it is so."""
    row = one.row
    questions = held.state.questions if held and held.row.generation == row.generation else ()
    listed = document(row, shown, held) | {
        "asked": [{"request_id": one.request_id, "kind": one.kind} for one in questions],
        "asks": asked_text(questions[0].kind, questions[0].tool, questions[0].input) if questions else "",
        "latest": held.state.latest if held and held.state.latest else text_of(row, one.last),
        "feedback": one.feedback,
        "modes": list(held.modes) if held else [],
        "since": held.since if held else row.ended_at or row.last_activity_at,
    }
    short: dict[str, Any] = cut_texts(listed, LONGEST)
    return short


def rows_of(store: Store, ids: Collection[str] | None, known: Collection[str]) -> list[Listed]:
    """Return the sessions with these ids; or all without a terminal that are listed, and those in terminals that take
    feedback. Each has the last text that its agent printed, but for those of which it is `known`.
    """
    if ids is None:
        rows = [*store.listed(), *store.collaborating()]
    else:
        rows = [row for id in sorted(ids) if (row := store.session(id))]
    return [Listed(row, None if row.id in known else store.last_text(row), _waiting(store, row)) for row in rows]


def _waiting(store: Store, row: StoredSession) -> int | None:
    """Return how much feedback waits for the agent of a session, None if it takes none."""
    takes = row.interactive and not row.remote and row.status == StoredStatus.LIVE
    return len(store.feedback(row.id)) if takes else None


def text_of(row: StoredSession, message: StoredMessage | None) -> str:
    """Return the beginning of the text in a message."""
    harness = HARNESSES.get(row.harness)
    if message is None or harness is None:
        return ""
    codec = harness.codec
    _, events = codec.read(codec.remember(AgentLaunch(row.cwd, row.agent_session_id)), message.body)
    texts = [one.text for one in events if isinstance(one, Text) and one.who == "agent"]
    return " ".join(texts[-1][: 2 * LONGEST_LATEST].split())[:LONGEST_LATEST] if texts else ""

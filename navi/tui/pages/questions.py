"""What the session that the page of details shows asks, read on its own host while the page is open."""

from __future__ import annotations

from collections.abc import Callable

import trio

from navi.core.model import Session
from navi.core.question import Question
from navi.core.statuses import ASKING
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.pane.question import ask
from navi.tui.commands.answering import pane_of
from navi.tui.pages.fetcher import Fetcher
from navi.tui.pages.labels import of_segments
from navi.tui.pages.page import Entry, Services

RETRY_EVERY = 3.0
"""Seconds until a question is read again that could not be read."""

Subject = tuple[tuple[str, str, str], float | None, str]
"""A session, since when it asks, and its message: they differ for each question."""


class Questions:
    """Reads questions on demand, and remembers them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sessions: dict[Subject, Session] = {}
        self._tried_at: dict[Subject, float] = {}
        self._fetcher: Fetcher[Subject, Question | None] = Fetcher(services.background, self._read, services.changed)

    def follow(self, session: Session) -> None:
        """Call this often while the page is open: reads the question once, and again where that failed."""
        subject, now = _subject(session), trio.current_time()
        if session.status.word not in ASKING or not session.tmux or self._fetcher.found(subject):
            return
        is_due = now - self._tried_at.get(subject, -RETRY_EVERY) >= RETRY_EVERY
        if is_due and self._services.fleet.view(session.host).fresh:
            self._sessions[subject] = session
            self._tried_at[subject] = now
            self._fetcher.fetch(subject)

    def lines(self, session: Session) -> list[Entry]:
        """Return what is known of the question of a session that asks."""
        question = self._fetcher.found(_subject(session)) if session.status.word in ASKING else None
        if question is None:
            return []
        texts = [*([question.tool] if question.tool else []), *question.input.splitlines()]
        return [
            of_segments("asks", [("title", " ".join(question.text.split()))]),
            *(of_segments("", [("", f"  {text}")]) for text in texts if text),
            *(of_segments("", [("key", str(one.n)), ("", f"  {one.label}")]) for one in question.choices),
        ]

    async def _read(self, subject: Subject, show: Callable[[Question | None], None]) -> None:
        session = self._sessions[subject]
        try:
            found = await self._services.fleet.ask(session.host, ask(pane_of(session)))
        except (HostError, OperationError):
            return
        show(found)


def _subject(session: Session) -> Subject:
    return (session.key, session.status.since, session.message)

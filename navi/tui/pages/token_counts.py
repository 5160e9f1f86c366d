"""The tokens of the session that the page of details shows: counted on its own host, while the page is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from navi.core.metrics import Tokens, session_id
from navi.core.model import Session
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.hooks.tokens import tokens
from navi.tui.pages.fetcher import Fetcher, in_words
from navi.tui.pages.page import Services

COUNT_EVERY = 3.0
"""Seconds between two counts of a session that is active."""

Subject = tuple[str, str]
"""A host, and an agent's session id."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """What is known so far. `fault` says why nothing is known, or why it may be out of date."""

    tokens: Tokens | None = None
    fault: str = ""


class TokenCounts:
    """Counts on demand, and remembers by host and session."""

    def __init__(self, services: Services) -> None:
        self._fleet = services.fleet
        self._more = services.keymap.name("hosts")
        self._keymap = services.keymap
        self._fetcher: Fetcher[Subject, TokenView] = Fetcher(services.background, self._count, services.changed)
        self._requested: dict[Subject, tuple[float | None, float]] = {}

    def view(self, session: Session) -> TokenView | None:
        """Return what is known of a session's tokens; None for a session without an agent's id."""
        id = session_id(session)
        if not id:
            return None
        found = self._fetcher.found((session.host, id))
        view = self._fleet.view(session.host)
        return found or TokenView(fault="" if view.fresh else f"{view.name} is {view.state}; {self._more} shows more")

    def follow(self, session: Session, now: float) -> None:
        """Call this often while the page is open: counts when the hook has reported news, at most every `COUNT_EVERY`
        seconds, and at once where more is left to be read. `now` is of `trio.current_time`.
        """
        subject = (session.host, session_id(session))
        counted, requested = self._requested.get(subject, (None, -COUNT_EVERY))
        found = self._fetcher.found(subject)
        more = found and found.tokens and found.tokens.partial and not found.fault
        news = subject not in self._requested or (_timestamp(session) != counted and now - requested >= COUNT_EVERY)
        if (more or news) and self._fleet.view(session.host).fresh:
            self.fetch(session, now)

    def fetch(self, session: Session, now: float) -> None:
        """Count again, unless that is under way; does not wait."""
        subject = (session.host, session_id(session))
        if subject[1] and self._fetcher.fetch(subject):
            self._requested[subject] = (_timestamp(session), now)

    async def _count(self, subject: Subject, show: Callable[[TokenView], None]) -> None:
        host, id = subject
        before = self._fetcher.found(subject) or TokenView()
        try:
            counted = await self._fleet.ask(host, tokens(id))
            show(TokenView(counted))
        except (HostError, OperationError) as error:
            show(TokenView(before.tokens, in_words(error, self._keymap)))


def _timestamp(session: Session) -> float | None:
    return session.file.timestamp if session.file else None

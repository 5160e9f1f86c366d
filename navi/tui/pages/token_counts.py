"""The tokens of the session that the page of details shows: counted on its own machine, while somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from navi.core.metrics import Tokens, session_id
from navi.core.model import Session
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.tokens import tokens
from navi.tui.pages.fetcher import Lookups, in_words

PAUSE = 3.0
"""Seconds between two counts of a session that goes on."""

Subject = tuple[str, str]
"""A host, and the agent's id of a session."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """What is known by now. `fault` says why it is not known, or not how it stands now."""

    tokens: Tokens | None = None
    fault: str = ""


class TokenCounts:
    """Counts on demand, and remembers by host and session. `changed` is called with news."""

    def __init__(self, fleet: Fleet, changed: Callable[[], None]) -> None:
        self._fleet = fleet
        self._lookups: Lookups[Subject, TokenView] = Lookups(self._count, changed)
        self._asked: dict[Subject, tuple[float | None, float]] = {}
        self.run = self._lookups.run

    def view(self, session: Session) -> TokenView | None:
        """Return what is known of a session's tokens; None for one that names no session of an agent."""
        id = session_id(session)
        if not id:
            return None
        found = self._lookups.found((session.host, id))
        view = self._fleet.view(session.host)
        return found or TokenView(fault="" if view.fresh else f"{view.name} is {view.state}; H tells more")

    def follow(self, session: Session, now: float) -> None:
        """Call this often while somebody looks: counts when the hook has told news, a while after the last time, and
        goes on at once where more is to be read. `now` is of `trio.current_time`.
        """
        subject = (session.host, session_id(session))
        said, asked = self._asked.get(subject, (None, -PAUSE))
        found = self._lookups.found(subject)
        more = found and found.tokens and found.tokens.partial and not found.fault
        news = subject not in self._asked or (_timestamp(session) != said and now - asked >= PAUSE)
        if (more or news) and self._fleet.view(session.host).fresh:
            self.look(session, now)

    def look(self, session: Session, now: float) -> None:
        """Count anew, unless that is under way; does not wait."""
        subject = (session.host, session_id(session))
        if subject[1] and self._lookups.look(subject):
            self._asked[subject] = (_timestamp(session), now)

    async def _count(self, subject: Subject, show: Callable[[TokenView], None]) -> None:
        host, id = subject
        before = self._lookups.found(subject) or TokenView()
        try:
            counted = await self._fleet.ask(host, tokens(id))
            show(TokenView(counted))
        except (HostError, OperationError) as error:
            show(TokenView(before.tokens, in_words(error)))


def _timestamp(session: Session) -> float | None:
    return session.file.timestamp if session.file else None

"""The branches of sessions' directories, which pages name: read on their own hosts, while such a page is open."""

from __future__ import annotations

from collections.abc import Callable

import trio

from navi.core.ages import ago
from navi.core.model import Session
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.session.losses import Losses, losses
from navi.tui.pages.fetcher import Fetcher
from navi.tui.pages.page import Services

Subject = tuple[str, str]
"""A host, and a directory there."""


READ_EVERY = 10.0
"""Seconds between two readings for a page that is open."""


class Branches:
    """Reads on demand, and remembers by host and directory."""

    def __init__(self, services: Services) -> None:
        self._fleet = services.fleet
        self._sessions: dict[Subject, Session] = {}
        self._read_at: dict[Subject, float] = {}
        self._found_at: dict[Subject, float] = {}
        self._fetcher: Fetcher[Subject, Losses] = Fetcher(services.background, self._read, services.changed)

    def of(self, session: Session) -> Losses | None:
        """Return what git knows of a session's directory, None as long as that is not known."""
        return self._fetcher.found(_subject(session))

    def how_old(self, session: Session, now: float) -> str:
        """Say how old that is where it could not be read again lately, else ""."""
        seconds = now - self._found_at.get(_subject(session), now)
        return f"read {ago(seconds)}" if seconds > 2 * READ_EVERY else ""

    def follow(self, session: Session, now: float) -> None:
        """Call this often while a page is open: reads every `READ_EVERY` seconds. `now` is of `trio.current_time`."""
        is_due = now - self._read_at.get(_subject(session), -READ_EVERY) >= READ_EVERY
        if is_due and self._fleet.view(session.host).fresh:
            self.fetch(session, now)

    def fetch(self, session: Session, now: float) -> None:
        """Read it again, unless that is under way; does not wait."""
        subject = _subject(session)
        if session.folder:
            self._sessions[subject] = session
            self._read_at[subject] = now
            self._fetcher.fetch(subject)

    async def _read(self, subject: Subject, show: Callable[[Losses], None]) -> None:
        try:
            (found,) = await self._fleet.ask(subject[0], losses([self._sessions[subject]]))
        except (HostError, OperationError):
            return
        self._found_at[subject] = trio.current_time()
        show(found)


def _subject(session: Session) -> Subject:
    return (session.host, session.folder)

"""The branches of sessions' directories, which pages name: read on their own hosts, once for each page."""

from __future__ import annotations

from collections.abc import Callable

from navi.core.model import Session
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.losses import Losses, losses
from navi.tui.pages.fetcher import Fetcher
from navi.tui.pages.page import Services

Subject = tuple[str, str]
"""A host, and a directory there."""


class Branches:
    """Reads on demand, and remembers by host and directory."""

    def __init__(self, services: Services) -> None:
        self._fleet = services.fleet
        self._sessions: dict[Subject, Session] = {}
        self._fetcher: Fetcher[Subject, Losses] = Fetcher(services.background, self._read, services.changed)

    def of(self, session: Session) -> Losses | None:
        """Return what git knows of a session's directory, None as long as that is not known."""
        return self._fetcher.found(_subject(session))

    def fetch(self, session: Session) -> None:
        """Read it again, unless that is under way; does not wait."""
        if session.folder:
            self._sessions[_subject(session)] = session
            self._fetcher.fetch(_subject(session))

    async def _read(self, subject: Subject, show: Callable[[Losses], None]) -> None:
        try:
            (found,) = await self._fleet.ask(subject[0], losses([self._sessions[subject]]))
        except (HostError, OperationError):
            return
        show(found)


def _subject(session: Session) -> Subject:
    return (session.host, session.folder)

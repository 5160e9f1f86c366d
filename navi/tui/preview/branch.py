"""Fetches which branch is checked out in the directory of the session that the preview shows."""

from __future__ import annotations

from collections.abc import Callable

import trio

from navi.core.model import Session
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.git.status import branch
from navi.tui.preview.host_tasks import HostTasks

SETTLE_TIME = 0.2
"""Seconds that the cursor must rest on a session before its branch is fetched, which starts a program there."""

Place = tuple[str, str]
"""A host and a directory there."""


class BranchFeed:
    """One task per host. It asks again when the session's status has changed: an agent at rest changes no branch.
    `changed` is called with news.
    """

    def __init__(self, fleet: Fleet, changed: Callable[[], None]) -> None:
        self._fleet = fleet
        self._changed = changed
        self._known: dict[Place, str] = {}
        self._subject: tuple[Place, str] | None = None
        self._hosts = HostTasks(self._run_for)

    def of(self, session: Session | None) -> str:
        """Return the last known branch in a session's directory, "" before the first answer."""
        return self._known.get((session.host, session.cwd), "") if session else ""

    def follow(self, session: Session | None) -> None:
        """Follow another session, or none."""
        has_directory = session is not None and bool(session.cwd) and self._fleet.view(session.host).fresh
        subject = ((session.host, session.cwd), session.status.word) if session and has_directory else None
        if subject != self._subject:
            self._subject = subject
            if subject:
                self._hosts.wake(subject[0][0])

    async def run(self) -> None:
        """Fetch until cancelled."""
        await self._hosts.run()

    async def _run_for(self, host: str) -> None:
        asked = None
        while True:
            await trio.sleep(SETTLE_TIME)
            woken, subject = self._hosts.next_wake(host), self._subject
            if subject and subject != asked and subject[0][0] == host:
                asked = subject
                await self._fetch(subject[0])
            await woken.wait()

    async def _fetch(self, place: Place) -> None:
        """Fetch a branch. Without an answer, what was known stays."""
        try:
            found = await self._fleet.ask(place[0], branch(place[1]))
        except (HostError, OperationError):
            return
        if found != self._known.get(place, ""):
            self._known[place] = found
            self._changed()

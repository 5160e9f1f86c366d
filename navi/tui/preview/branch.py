"""Fetches which branch is checked out in the directory of the session that the preview shows."""

from __future__ import annotations

import math
from collections.abc import Callable

import trio

from navi.core.model import Session
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.git.status import branch
from navi.tui.preview.host_tasks import HostTasks

READ_EVERY = 10.0
"""Seconds after which it is read again: a person may check another branch out while the agent rests."""

SETTLE_TIME = 0.2
"""Seconds that the cursor must rest on a session before its branch is fetched, which starts a program there."""

Directory = tuple[str, str]
"""A host and a directory there."""


class BranchFeed:
    """One task per host. It asks whenever the cursor comes to a session or the session's status has changed, and every
    `READ_EVERY` seconds. `changed` is called with news.
    """

    def __init__(self, fleet: Fleet, changed: Callable[[], None]) -> None:
        self._fleet = fleet
        self._changed = changed
        self._known: dict[Directory, str] = {}
        self._subject: tuple[Directory, str] | None = None
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
        while True:
            await trio.sleep(SETTLE_TIME)
            woken, subject, pause = self._hosts.next_wake(host), self._subject, math.inf
            if subject and subject[0][0] == host:
                await self._fetch(subject[0])
                pause = READ_EVERY
            with trio.move_on_after(pause):
                await woken.wait()

    async def _fetch(self, directory: Directory) -> None:
        """Fetch a branch. Without an answer, what was known stays."""
        try:
            found = await self._fleet.ask(directory[0], branch(directory[1]))
        except (HostError, OperationError):
            return
        if found != self._known.get(directory, ""):
            self._known[directory] = found
            self._changed()

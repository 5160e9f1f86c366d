"""Feeds the preview: fetches what the selected pane shows, for as long as somebody looks."""

from __future__ import annotations

import math

import trio

from navi.core.model import Session
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.capture import capture
from navi.tui.preview.view import HISTORY, Preview

PACE = (0.4, 0.8, 1.5)
"""Seconds until the next capture: right after one that differed, and after one and more that did not."""

SETTLE_TIME = 0.03
"""Seconds that the cursor must rest on a session before its pane is fetched: a held key passes many."""


class PreviewFeed:
    """One task a host, so that one which does not answer keeps nobody from looking at another."""

    def __init__(self, fleet: Fleet, preview: Preview) -> None:
        self._fleet = fleet
        self._preview = preview
        self._session: Session | None = None
        self._subject: object = None
        self._turned = trio.Event()

    async def run(self) -> None:
        """Feed the preview until cancelled."""
        async with trio.open_nursery() as nursery:
            for view in self._fleet.views:
                nursery.start_soon(self._follow, view.name)

    def turn_to(self, session: Session | None, seen: bool) -> None:
        """Follow another session; None, or a preview that is not seen, fetches nothing."""
        reached = bool(session and self._fleet.view(session.host).fresh)
        self._session = session if seen else None
        subject = (session and session.key, seen, reached)
        if subject != self._subject:
            self._subject = subject
            self._turned.set()
            self._turned = trio.Event()

    async def _follow(self, host: str) -> None:
        calm = 0
        while True:
            turned = self._turned
            session = self._session
            pause = math.inf
            if session and session.host == host:
                calm = 0 if await self._fetch(session) else min(calm + 1, len(PACE) - 1)
                pause = PACE[calm]
            with trio.move_on_after(pause):
                await turned.wait()
                await trio.sleep(SETTLE_TIME)

    async def _fetch(self, session: Session) -> bool:
        """Whether it was news. A host that is known to be lost is not asked: that would be one more attempt at it."""
        view = self._fleet.view(session.host)
        if not view.fresh:
            self._preview.fail(session.key, f"{clean(view.name)} is {view.state}; H tells more")
            return False
        try:
            return self._preview.show(session.key, await self._fleet.ask(session.host, capture(session, HISTORY)))
        except HostError as error:
            self._preview.fail(session.key, error.failure.cause)
        except OperationError as error:
            self._preview.fail(session.key, str(error))
        return False

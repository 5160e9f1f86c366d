"""Fetches what the selected pane shows, for as long as the preview is visible."""

from __future__ import annotations

import math

import trio

from navi.core.agent_panes import looked_into
from navi.core.model import Session
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts import HostError
from navi.ops import OperationError
from navi.ops.pane.preview import capture
from navi.tui.headless.feeds import SharedFeeds
from navi.tui.keys.keymap import Keymap
from navi.tui.preview.host_tasks import HostTasks
from navi.tui.preview.view import HISTORY, Preview, TranscriptEnd

PAUSES = (0.4, 0.8, 1.5)
"""Seconds until the next capture: after one that differed, after one that did not, and after two and more."""

SETTLE_TIME = 0.03
"""Seconds that the cursor must rest on a session before its pane is fetched: a held key passes many."""


MOMENT = 0.2
"""Seconds for which the preview of the session before stays while nothing is known of the next one."""


class PreviewFeed:
    """One task per host, and one for sessions without a terminal, whose feeds are in `feeds`. `colors` says whether
    captures have their colours.
    """

    def __init__(
        self, fleet: Fleet, preview: Preview, keymap: Keymap, feeds: SharedFeeds, colors: bool = False
    ) -> None:
        self._fleet = fleet
        self._preview = preview
        self._more = keymap.name("hosts")
        self._feeds = feeds
        self._colors = colors
        self._hosts = HostTasks(self._follow)
        self._session: Session | None = None
        self._subject: object = None
        self._changed = trio.Event()

    async def run(self) -> None:
        """Fetch for the preview until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._follow_headless)
            nursery.start_soon(self._end_waiting)
            nursery.start_soon(self._hosts.run)

    def follow(self, session: Session | None, visible: bool) -> None:
        """Follow another session. For None, or a preview that is not visible, nothing is fetched."""
        reached = bool(session and (session.headless or self._fleet.view(session.host).fresh))
        before, self._session = self._session, session if visible else None
        subject = (session and session.key, visible, reached)
        if subject != self._subject:
            self._subject = subject
            self._changed.set()
            self._changed = trio.Event()
            for host in {one.host for one in (before, self._session) if one}:
                self._hosts.wake(host)

    async def _end_waiting(self) -> None:
        while True:
            await self._changed.wait()
            await trio.sleep(MOMENT)
            self._preview.stop_waiting()

    async def _follow(self, host: str) -> None:
        calm = 0
        await trio.sleep(SETTLE_TIME)
        while True:
            woken = self._hosts.next_wake(host)
            session = self._session
            pause = math.inf
            if session and session.host == host and not session.headless:
                calm = 0 if await self._fetch(session) else min(calm + 1, len(PAUSES) - 1)
                pause = PAUSES[calm]
            with trio.move_on_after(pause):
                await woken.wait()
                await trio.sleep(SETTLE_TIME)

    async def _follow_headless(self) -> None:
        """Show the end of the transcript of the session that is followed, as long as it is one without a terminal."""
        while True:
            changed, session = self._changed, self._session
            if session and session.headless:
                await self._show_transcript(session, changed)
            else:
                await changed.wait()
            await trio.sleep(SETTLE_TIME)

    async def _show_transcript(self, session: Session, changed: trio.Event) -> None:
        """Show the end of a transcript until another session is followed."""

        def show() -> None:
            if not changed.is_set():
                self._preview.show(session.key, TranscriptEnd(tuple(feed.last_lines(HISTORY))))
                if feed.fault:
                    self._preview.fail(session.key, feed.fault)

        feed = self._feeds.open(session, show)
        try:
            await changed.wait()
        finally:
            self._feeds.close(session, show)

    async def _fetch(self, session: Session) -> bool:
        """Fetch a capture; return whether it differed. A lost host is not asked: that would be a retry."""
        view = self._fleet.view(session.host)
        if not view.fresh:
            self._preview.fail(session.key, f"{clean(view.name)} is {view.state}; {self._more} shows more")
            return False
        try:
            found = await self._fleet.ask(session.host, capture(looked_into(session), HISTORY, self._colors))
            return self._preview.show(session.key, found)
        except HostError as error:
            self._preview.fail(session.key, error.failure.cause)
        except OperationError as error:
            self._preview.fail(session.key, str(error))
        return False

"""The feeds of sessions without a terminal, for pages and preview: the hub's code is imported with the first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from navi.core.model import Session
from navi.tui.pages.page import Services

if TYPE_CHECKING:
    from navi.tui.headless.feed import Feed


class SharedFeeds:
    """Feeds by session, shared by everything that shows one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._feeds: dict[str, Feed] = {}

    def open(self, session: Session, changed: Callable[[], None]) -> Feed:
        """Return the feed of a session; it runs until `close` was called for each. `changed` is called with news."""
        from navi.tui.headless.feed import Feed

        feed = self._feeds.get(session.name)
        if feed is None:
            feed = self._feeds[session.name] = Feed(session, self._services.hub_folder)
            self._services.background.start(feed.run)
        feed.changed.add(changed)
        return feed

    def close(self, session: Session, changed: Callable[[], None]) -> None:
        """Note that one part of the screen shows the session no more."""
        feed = self._feeds.get(session.name)
        if feed:
            feed.changed.discard(changed)
            if not feed.changed:
                feed.scope.cancel()
                del self._feeds[session.name]

    def older(self, feed: Feed) -> None:
        """Have older messages fetched; does not wait."""
        self._services.background.start(feed.fetch_older)

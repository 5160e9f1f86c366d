"""When a session became what it is shown as: its status, and that no relay reaches it."""

from __future__ import annotations

import time

from navi.core.headless import HeadlessStatus


class Times:
    """`changed` and `lost` are epoch times; at first both are when the agent was last heard of."""

    def __init__(self, at: float) -> None:
        self.changed = self.lost = at
        self.begin(False, HeadlessStatus.STARTING)

    def begin(self, reached: bool, status: HeadlessStatus) -> None:
        """Note what it is, without any change of it."""
        self._reached, self._status = reached, status

    def note(self, reached: bool, status: HeadlessStatus) -> None:
        """Note what it is now."""
        now = time.time()
        self.changed = self.changed if self._status is status else now
        self.lost = now if self._reached and not reached else self.lost
        self.begin(reached, status)

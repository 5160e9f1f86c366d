"""Notices that wait until they are given. Hosts take turns, and no host can have many waiting. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from navi.core.notices import MORE, Notice

MOST_PENDING = 100
"""Notices of one host that wait; more than that are only counted."""


class Pending:
    """The waiting notices of each host in their order, and how many more there were."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Notice]] = {}
        self._left_out: dict[str, Notice] = {}

    def add(self, notice: Notice) -> bool:
        """Add a notice; return whether it will be given, and not only counted."""
        waiting = self._waiting.setdefault(notice.host, deque())
        if len(waiting) < MOST_PENDING:
            waiting.append(notice)
            return True
        before = self._left_out.get(notice.host)
        count = int(before.message) + 1 if before else 1
        self._left_out[notice.host] = Notice(
            notice.host, "", "", MORE, str(count), before=notice.seen, seen=notice.seen, ahead=notice.ahead
        )
        return False

    def next(self, busy: Collection[str] = ()) -> Notice | None:
        """Take the next notice of a host that is not busy, None if there is none. A host that had its turn is last."""
        host = next((name for name in self._waiting if name not in busy), None)
        if host is None:
            return None
        waiting = self._waiting.pop(host)
        notice = waiting.popleft()
        if not waiting and host in self._left_out:
            waiting.append(self._left_out.pop(host))
        if waiting:
            self._waiting[host] = waiting
        return notice

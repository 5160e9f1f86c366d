"""How many sessions need the user, and how many work: for the header and for the terminal's title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from navi.core.listing import asks_person
from navi.core.model import HostView
from navi.core.same_machine import distinct_views
from navi.tui.per_host import PerHost


class Tally(NamedTuple):
    """How many sessions ask the user for something, have failed, and work."""

    people: int = 0
    errors: int = 0
    working: int = 0


class Tallies:
    """Counts sessions, and remembers the counts of each host."""

    def __init__(self) -> None:
        self._hosts = PerHost(_count)

    def of(self, views: Sequence[HostView]) -> Tally:
        """Count all sessions: no filter hides that one needs the user. A session counts once, even if its machine is
        reached under several names.
        """
        hosts = [self._hosts.of(view) for view in distinct_views(views)]
        return Tally(*map(sum, zip(*hosts, strict=True)))


def _count(view: HostView) -> Tally:
    words = [session.status.word for session in view.sessions]
    return Tally(sum(map(asks_person, view.sessions)), words.count("error"), words.count("working"))

"""The columns of a list whose sessions take one line each: name, host, message, status, age. Pure.

Where there is little room, hosts lose their own column first, then long names are cut, and only a list under 51 columns
has no messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from navi.core.model import Session
from navi.core.text import clean
from navi.tui.style.paint import width_of

BEFORE_NAME = 5
"""Columns of the symbols before a name."""

GAP = 2
"""Columns between the message and what is beside it."""

STATUS, AGE = 12, 6
"""Columns of a status with the blanks before it, and of an age with those around it."""

NARROW = 60
"""Columns under which status and age have fewer blanks around them."""

WORDLESS = 30
"""Columns under which only its symbol says what a session's status is."""

COMFORTABLE = 32
"""Columns that messages keep, where hosts have a column of their own; else they are behind the names."""

LEAST_MESSAGE = 12
"""Columns under which one line has no room for a message."""

LEAST_NAMES = 16
"""Columns that names and hosts get before messages have any."""

NAMES, NAMES_AND_HOSTS = 2 / 5, 1 / 2
"""How much of the room for all three the longest names may take, and how much with hosts behind them: one long name is
not to take the room from the messages of all.
"""


class ColumnWidths(NamedTuple):
    """How wide the columns of names and of hosts are. Without one of their own (0), hosts are behind the names."""

    name: int = 0
    host: int = 0

    @property
    def both(self) -> int:
        """The columns of names and hosts."""
        return self.name + (self.host + 1 if self.host else 0)


NO_COLUMNS = ColumnWidths()
"""Those of a list whose sessions take more lines."""


def columns_for_state(width: int) -> int:
    """Return the columns of status and age in a row of this width."""
    return AGE - 1 if width < WORDLESS else STATUS + AGE - (2 if width < NARROW else 0)


def choose_columns(sessions: Iterable[Session], width: int) -> ColumnWidths:
    """Return the columns for a list of this width: names and hosts get what they need, as long as that is no more than
    their share, or little.

    Only names count, not what sessions do, so that no column moves while they work.
    """
    room = width - BEFORE_NAME - columns_for_state(width)
    longest = _share(room, NAMES)
    sizes = {(min(name, longest), host) for name, host in {_sizes(one.label, one.remote) for one in sessions}}
    name, host = (max((size[place] for size in sizes), default=0) for place in (0, 1))
    if host and name + 1 + host + GAP + COMFORTABLE <= room:
        return ColumnWidths(name, host)
    joined = max((name + (host + 1 if host else 0) for name, host in sizes), default=0)
    return ColumnWidths(min(joined, _share(room, NAMES_AND_HOSTS)))


def _share(room: int, share: float) -> int:
    """Return so much of the room, but no less than names get before messages have any."""
    return max(int(room * share), min(room, LEAST_NAMES), 0)


@lru_cache(8192)
def _sizes(label: str, remote: str) -> tuple[int, int]:
    return width_of(clean(label)), width_of(f"[{clean(remote)}]") if remote else 0


def host_label(session: Session) -> str:
    """Return the host of a session of another machine in brackets, "" for one of this machine."""
    return f"[{clean(session.remote)}]" if session.remote else ""

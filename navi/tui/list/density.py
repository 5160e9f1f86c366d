"""How many lines a session takes, and whether groups have headings. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from navi.config.settings import CHOICES
from navi.core.listing import GROUPS, group_of
from navi.core.model import Session

DENSITIES = CHOICES["density"]
"""What a user can choose; `auto` takes the most lines with which all sessions fit."""

SMALL = (50, 12)
"""Columns of the list under which a session takes one line, and lines under which groups have no headings, too."""


class Density(NamedTuple):
    """`lines` is 1, 2 or 3: name, then message or directory, then both; a team has one more with 3."""

    lines: int = 3
    headings: bool = False


def height_of(session: Session, lines: int) -> int:
    """Return how many lines a session takes."""
    return min(lines, 2) if lines < 3 else 2 + bool(session.message) + bool(session.teammates)


def headings_of(sessions: Sequence[Session]) -> Mapping[int, int]:
    """Return where each group begins, and how many sessions it has. They are in the order of their groups."""
    headings = {}
    place = 0
    while place < len(sessions):
        end = bisect_right(sessions, _group(sessions[place]), place, key=_group)
        headings[place] = end - place
        place = end
    return headings


def _group(session: Session) -> int:
    return GROUPS.index(group_of(session))


def choose_density(chosen: str, sessions: Sequence[Session], grouped: bool, width: int, height: int) -> Density:
    """Return how a list of this size shows the sessions. `grouped` says that they are ordered by their groups."""
    if height < SMALL[1]:
        return Density(1)
    narrow = width < SMALL[0]
    if chosen in DENSITIES[1:]:
        return Density(1 if narrow else DENSITIES.index(chosen), grouped)
    if len(sessions) > height:
        return Density(1, grouped)
    headings = len(headings_of(sessions)) if grouped else 0
    for lines in (1,) if narrow else (3, 2, 1):
        if sum(_room_for(session, lines) for session in sessions) + headings <= height:
            return Density(lines, grouped)
    return Density(1, False)


def _room_for(session: Session, lines: int) -> int:
    """Return the most lines that the session can take: the density must not change as messages come and go."""
    return lines + bool(session.teammates and lines == 3)

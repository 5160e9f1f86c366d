"""The list of sessions: which are shown, in which order, and what a search finds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from operator import itemgetter

from navi.core.address import LOCAL
from navi.core.model import HostView, Session
from navi.core.status import rank
from navi.core.statuses import ASKING, ENDED

SessionKey = tuple[str, str, str]
"""A session's identity: host, name, socket."""


class Scope(StrEnum):
    """Which hosts are shown; any other text is the name of a host."""

    ALL = "all"
    LOCAL = "local"
    REMOTE = "remote"


BOOKMARKED = "bookmarked"
"""The word for the bookmark in a filter by tag. No tag has it: tags begin with a #."""


class Sort(StrEnum):
    """The orders, in the sequence in which the dashboard offers them."""

    PRIORITY = "priority"
    NAME = "name"
    AGE = "age"
    STATUS = "status"
    DIRECTORY = "directory"
    MARKS = "marks"


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which sessions of the fleet are listed. `everything` adds those with neither a known agent nor a status file.
    `mark` is the tag, or BOOKMARKED, that a listed session must have; "" lists sessions with any marks or none.
    """

    scope: str = Scope.ALL
    sort: Sort = Sort.PRIORITY
    offline: bool = True
    everything: bool = False
    mark: str = ""


def asks_person(session: Session) -> bool:
    """Return whether the session, or one of its teammates, asks the user for something."""
    if session.status.word in ASKING:
        return True
    mates = session.teammates
    return any(mate.status in ASKING for mate in mates) if mates else False


def needs_person(session: Session) -> bool:
    """Return whether the session asks the user for something, or its agent has failed."""
    return session.status.word == "error" or asks_person(session)


def is_agent(session: Session) -> bool:
    """Return whether the session is an agent's: it has a status file, runs a known agent, or was created by navi."""
    return session.file is not None or bool(session.agent) or bool(session.tmux and session.tmux.own)


def _since(session: Session) -> float:
    return session.status.since or 0.0


GROUPS = ("needs you", "error", "working", "idle", "done", "ended", "unknown")
"""The groups of a list that is ordered by priority, the most urgent first."""


def group_of(session: Session) -> str:
    """Return the group of GROUPS that a session belongs to."""
    if asks_person(session):
        return "needs you"
    word = "ended" if session.status.word in ENDED else session.status.word
    return word if word in GROUPS else "unknown"


_ORDERS: dict[Sort, Callable[[Session], tuple[object, ...]]] = {
    Sort.PRIORITY: lambda session: (GROUPS.index(group_of(session)), -_since(session)),
    Sort.NAME: lambda session: (session.label.casefold(),),
    Sort.AGE: lambda session: (-_since(session),),
    Sort.STATUS: lambda session: (rank(session.status.word), -_since(session)),
    Sort.DIRECTORY: lambda session: (session.cwd.casefold(),),
    Sort.MARKS: lambda session: (not session.marks.bookmarked, not session.marks.tags, session.marks.tags),
}


Ranked = tuple[tuple[object, ...], Session]
"""A listed session, after the key that it is sorted by."""


def ranked(view: HostView, list_filter: ListFilter) -> list[Ranked]:
    """Return the listed sessions of a host. Equal ones are sorted by name, then by host, so that none jumps."""
    order = _ORDERS[list_filter.sort]
    shown = view.sessions if _in_scope(view, list_filter.scope) else ()
    listed = [session for session in shown if is_listed(session, list_filter)]
    return [((*order(session), session.label.casefold(), session.key), session) for session in listed]


def in_order(hosts: Iterable[Iterable[Ranked]]) -> tuple[Session, ...]:
    """Return the sessions of all hosts in one order."""
    return tuple(session for _, session in sorted(chain.from_iterable(hosts), key=itemgetter(0)))


def _in_scope(view: HostView, scope: str) -> bool:
    if scope == Scope.ALL:
        return True
    if scope in (Scope.LOCAL, Scope.REMOTE):
        return (view.name == LOCAL) == (scope == Scope.LOCAL)
    return view.name == scope


def is_listed(session: Session, list_filter: ListFilter) -> bool:
    """Return whether a session of a host that is shown is listed."""
    if session.status.word in ENDED and not list_filter.offline:
        return False
    if list_filter.mark and list_filter.mark not in marks_of(session):
        return False
    return list_filter.everything or is_agent(session)


def marks_of(session: Session) -> tuple[str, ...]:
    """Return a session's marks, as they are shown and searched: `bookmarked`, and tags with their #."""
    bookmark = (BOOKMARKED,) if session.marks.bookmarked else ()
    return (*bookmark, *(f"#{tag}" for tag in session.marks.tags))


def next_mark(mark: str, views: Iterable[HostView]) -> str:
    """Return what is shown after `mark`: everything, the bookmarked sessions, then those of each tag."""
    found = {one for view in views for session in view.sessions for one in marks_of(session)}
    marks = ["", *sorted(found, key=lambda one: (one != BOOKMARKED, one.casefold()))]
    return marks[(marks.index(mark) + 1) % len(marks)] if mark in marks else ""


def matches(session: Session, query: str) -> bool:
    """Return whether name, title, address, directory, message or a mark contain the query, in any case."""
    texts = (session.address, session.label, session.cwd, session.message, *marks_of(session))
    return query.casefold() in "\n".join(texts).casefold()


def find_waiting(sessions: Sequence[Session], start: int, also: Collection[SessionKey] = ()) -> int | None:
    """Return the index of the next session that needs the user, from `start` on (wrapping around), or None.

    The sessions whose keys are in `also` count, too.
    """
    indices = chain(range(start, len(sessions)), range(start))
    return next((index for index in indices if needs_person(sessions[index]) or sessions[index].key in also), None)

"""Which commands can do something now, why the rest can't, and which keys the footer offers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from navi.core.headless import INTERRUPTIBLE
from navi.core.listing import asks_person
from navi.core.model import Session

NO_SESSION = "no session is selected"

NO_SESSION_ON = {"hosts": "no session is selected: this page selects hosts"}
"""The same in other words, on some pages."""

OF_ALL = ("attach", "attention", "mark", "preview", "hosts", "message", "new", "kill", "search", "scope", "details")
OF_ASKED = ("answer", "watch", *OF_ALL)
OF_SELECTED = ("answer", "message", "kill", "dismiss", "mark", "leave", *OF_ALL)
OF_NONE = ("leave", "new", "everything", "add_hosts", "authenticate", "hosts", "scope")
OF_PAGE = ("back", *OF_ASKED)
OF_HOSTS = ("restore", "host_sessions", "authenticate", *OF_PAGE)
OF_PREVIEW = ("focus", *OF_ASKED)
"""The first commands of the footer: usually, where a session asks, where some are selected, where none is listed, on a
page, on that of hosts, while the moving keys scroll the preview.
"""


EXPLAINED = frozenset({"details", "git", "watch", "comments", "marked", "layout", "wrap", "shrink", "grow"})
"""Commands whose keys would show nothing, or an empty page, where they can do nothing: navi says why instead. The
others say so themselves.
"""


class Situation(NamedTuple):
    """What decides which commands can do something. `session` is the page's, or that under the cursor, and `about` the
    one that a page would be opened for, if that is another one: from help, that of what is below it.

    `selected` sessions are selected and `listed` ones in the list, of `hosts` hosts; `hidden` ones run no agent, and
    are counted only where none is listed. `on_page` says that a page is in front, and `page` is the command that opens
    it; `opened` are those of all open pages, which such a command brings back; `needed` says that a session needs the
    user, `filtered` that a search or a filter is on, `found` that the search finds something, `previewing` that the
    preview is on the screen, `in_preview` that the moving keys scroll it, `login` that a host needs one, `lost` that
    hosts have lost sessions, `tagged` that sessions have bookmarks or tags, `killed` that one can be restored.
    `refusals` are the commands that the page in front knows to be of no use now, with the reasons.
    """

    session: Session | None = None
    about: Session | None = None
    selected: int = 0
    listed: int = 0
    hidden: int = 0
    hosts: int = 1
    on_page: bool = False
    page: str = ""
    opened: tuple[str, ...] = ()
    needed: bool = False
    filtered: bool = False
    found: bool = True
    previewing: bool = False
    in_preview: bool = False
    login: bool = False
    lost: bool = False
    tagged: bool = True
    killed: bool = True
    refusals: Mapping[str, str] = MappingProxyType({})


def no_session(page: str) -> str:
    """Return why a command of a session can't do anything, on the page that a command opens, or in the list for ""."""
    return NO_SESSION_ON.get(page, NO_SESSION)


def why_not(command: str, now: Situation) -> str:
    """Return why a command can't do anything now, "" if it can. That of an open page always goes back to it."""
    if command in now.opened:
        return ""
    reason = REASONS.get(command)
    return now.refusals.get(command, "") or (reason(now) if reason else "")


def is_offered(command: str, now: Situation) -> bool:
    """Return whether the footer offers a command now: it can do something, and a user may want it. The command of the
    page in front would only close that page, so it is not offered, apart from help, whose key stays in its place.
    """
    if command == now.page != "help":
        return False
    wanted = WANTED.get(command)
    return (wanted is None or wanted(now)) and not why_not(command, now)


def footer_order(now: Situation) -> tuple[str, ...]:
    """Return the commands that come first in the footer."""
    if now.on_page:
        return OF_HOSTS if now.page == "hosts" else OF_PAGE
    if now.in_preview:
        return OF_PREVIEW
    if now.selected:
        return OF_SELECTED
    return OF_ASKED if now.listed else OF_NONE


Reason = Callable[[Situation], str]


def _if_not(is_so: Callable[[Situation], bool], words: str) -> Reason:
    return lambda now: "" if is_so(now) else words


def _of_one(reason: Callable[[Session], str] = lambda _: "") -> Reason:
    """Return the reason of a command that takes the session under the cursor, or the page's."""
    return lambda now: reason(now.session) if now.session else no_session(now.page)


def _of_page(reason: Callable[[Session], str] = lambda _: "") -> Reason:
    """Return the reason of a command that opens a page of a session."""

    def why(now: Situation) -> str:
        session = now.session or now.about
        return reason(session) if session else no_session(now.page)

    return why


def _of_all(reason: Callable[[Session], str] = lambda _: "") -> Reason:
    """Return the reason of a command that takes all selected sessions; some of them may be fit for it."""
    of_one = _of_one(reason)
    return lambda now: "" if now.selected and not now.on_page else of_one(now)


def _without_terminal(session: Session) -> str:
    return "" if session.tmux or session.headless else "no terminal of it is known"


def _interrupt(session: Session) -> str:
    busy = session.word in INTERRUPTIBLE if session.headless else session.word == "working"
    return "" if busy else "the agent is not working"


def _resume(session: Session) -> str:
    ended = session.headless is not None and session.headless.over
    return "" if ended else "only for a session without a terminal whose agent has ended"


def _mode(session: Session) -> str:
    lives = session.headless is not None and not session.headless.over
    return "" if lives else "only for a session without a terminal whose agent runs"


def _kill(session: Session) -> str:
    return "the agent has ended" if session.headless and session.headless.over else ""


def _rename(session: Session) -> str:
    return "a session without a terminal keeps its name" if session.headless else ""


def _watch(session: Session) -> str:
    return "" if session.headless else "only for a session without a terminal"


_MOVE = _if_not(lambda now: bool(now.listed) or now.on_page, "no session is listed")
_PREVIEW = _if_not(lambda now: now.previewing, "the preview is hidden")
_MATCH = _if_not(lambda now: now.found, "the search finds nothing")

REASONS: Mapping[str, Reason] = {
    **dict.fromkeys(("down", "up", "page_down", "page_up", "first", "last"), _MOVE),
    "attention": _if_not(lambda now: now.needed, "no session needs you"),
    **dict.fromkeys(("mark", "clone", "tag", "preview"), _of_one()),
    **dict.fromkeys(("details", "git"), _of_page()),
    "attach": _of_one(lambda session: "" if session.background else _without_terminal(session)),
    "rename": _of_one(_rename),
    "watch": _of_page(_watch),
    **dict.fromkeys(("answer", "dismiss", "bookmark"), _of_all()),
    "message": _of_all(_without_terminal),
    "interrupt": _of_all(_interrupt),
    "resume": _of_all(_resume),
    "mode": _of_all(_mode),
    "kill": _of_all(_kill),
    "undo": _if_not(lambda now: now.killed, "no session was killed lately"),
    "next_match": _MATCH,
    "previous_match": _MATCH,
    "scope": _if_not(lambda now: now.hosts > 1, "remotes.yaml has no host"),
    "host": _if_not(lambda now: now.hosts > 1, "remotes.yaml has no host"),
    "marked": _if_not(lambda now: now.tagged, "no session has a bookmark or a tag"),
    "leave": _if_not(lambda now: bool(now.filtered or now.selected), "no search, selection or filter is on"),
    "authenticate": _if_not(lambda now: now.login, "no host needs a login"),
    "restore": _if_not(lambda now: now.lost, "no lost session is known"),
    **dict.fromkeys(("layout", "wrap", "shrink", "grow"), _PREVIEW),
}

WANTED: Mapping[str, Callable[[Situation], bool]] = {
    "answer": lambda now: now.session is not None and asks_person(now.session),
    "watch": lambda now: not now.on_page,
    "everything": lambda now: bool(now.hidden),
    "leave": lambda now: bool(now.selected) or not now.listed,
    "focus": lambda now: now.in_preview,
    "dismiss": lambda now: bool(now.selected),
    "add_hosts": lambda now: now.hosts == 1 and not now.listed and not now.on_page,
    "search": lambda now: now.listed > 1 or now.on_page,
    "sort": lambda now: now.listed > 1,
}

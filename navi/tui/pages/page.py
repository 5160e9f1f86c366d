"""What a page is: a title, lines, what it follows, and keys of its own. Each page has a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol, TypeVar

from navi.config.settings import Problem
from navi.core.model import Session
from navi.core.text import clean
from navi.fleet import Fleet
from navi.tui.keys.keymap import Binding, Keymap
from navi.tui.pages.fetcher import PageTasks
from navi.tui.style.paint import Line
from navi.tui.style.theme import Glyphs


class Wide(Protocol):
    """A part of a page that makes its lines for the width that there is."""

    def lines(self, width: int, glyphs: Glyphs) -> list[Line]:
        """Return its lines, none wider than that."""
        ...


Entry = Line | Wide
"""What a page is made of: lines that are folded where they are too long, and parts that take the width there is."""

Shared = TypeVar("Shared")


class Services:
    """What pages work with. `changed` is called when a page has other lines. `hub_folder` has the hub's socket.
    `chosen_host` returns the host whose sessions are listed; `clicked` is called after a click on a row, with whether
    the cursor was there already.
    """

    def __init__(
        self, fleet: Fleet, glyphs: Glyphs, keymap: Keymap, problems: Sequence[Problem], changed: Callable[[], None]
    ) -> None:
        self.fleet = fleet
        self.glyphs = glyphs
        self.keymap = keymap
        self.problems = problems
        self.changed = changed
        self.background = PageTasks()
        self.hub_folder = ""
        self.chosen_host: Callable[[], str] = lambda: ""
        self.clicked: Callable[[bool], None] = lambda _: None
        self._shared: dict[type, object] = {}

    def shared(self, kind: type[Shared]) -> Shared:
        """Return the one object of a kind that all pages share and that outlives them, such as a fetcher."""
        found = self._shared.get(kind)
        if not isinstance(found, kind):
            found = self._shared[kind] = kind(self)  # type: ignore[call-arg]
        return found


class Page:
    """A page that follows nothing. `context` is that of its own keys; the command that opens it has the same name.

    It is made when it is opened, with the session that is selected then, or that of the page below it. `opened_in` are
    the contexts of keys that were in front then. A page that `is_aside` leaves selected what was: from there, keys open
    the pages of the session below it.
    """

    context: ClassVar[str]
    title: ClassVar[str]
    keys: ClassVar[tuple[Binding, ...]] = ()
    is_aside: ClassVar[bool] = False
    opened_in: tuple[str, ...] = ()

    def __init__(self, services: Services, about: Session | None) -> None:
        del about
        self.services = services

    @property
    def session(self) -> Session | None:
        """The session that commands apply to while the page is open, if there is one."""
        return None

    @property
    def host(self) -> str:
        """The host that commands apply to while the page is open, "" if it has none of its own."""
        return ""

    @property
    def heading(self) -> str:
        """What the first line of the screen says of the page."""
        return self.title

    def lines(self) -> Sequence[Entry]:
        """Return what the page says now."""
        raise NotImplementedError

    def follow(self) -> None:
        """Called often while the page is in front: fetch what is needed and not known."""

    def refresh(self) -> bool:
        """Fetch everything again; return whether that is all, so that no host need be refreshed."""
        return False

    def commands(self) -> Mapping[str, Callable[[], None]]:
        """Return the commands of the page's own keys."""
        return {}

    def refusals(self) -> Mapping[str, str]:
        """Return the commands that are of no use now, as far as the page knows, with the reasons."""
        return {}

    def close(self) -> None:
        """Called when the page is closed."""


class SessionPage(Page):
    """A page that follows a session: the one it was opened for, also when the cursor moves on."""

    def __init__(self, services: Services, about: Session | None) -> None:
        super().__init__(services, about)
        self._key = about.key if about else None
        self._identity = _identity(about) if about else None
        self._label = clean(about.called) if about else ""

    @property
    def branch(self) -> str:
        """The branch of the session's directory, "" if there is none or it is not known."""
        return ""

    @property
    def heading(self) -> str:
        """The title, with the session and its branch."""
        return f" {self.services.glyphs.dot} ".join(filter(None, (self.title, self._label, self.branch)))

    @property
    def session(self) -> Session | None:
        """The session as it is now, also under another name, or None when it has ended."""
        found = self._find(lambda one: one.key == self._key)
        if self._identity and not (found and _identity(found) == self._identity):
            found = self._find(lambda one: _identity(one) == self._identity) or found
        if found:
            self._key, self._label = found.key, clean(found.called)
        return found

    def _find(self, is_it: Callable[[Session], bool]) -> Session | None:
        sessions = (session for view in self.services.fleet.views for session in view.sessions)
        return next(filter(is_it, sessions), None)

    def lines(self) -> Sequence[Entry]:
        """Return what there is to say about the session."""
        session = self.session
        if session is None:
            return [[("dim", "  this session has ended" if self._key else "  no session is selected")]]
        return self.lines_about(session)

    def lines_about(self, session: Session) -> Sequence[Entry]:
        """Return what the page says about the session."""
        raise NotImplementedError


def _identity(session: Session) -> object:
    """Return what a session of tmux keeps when it is renamed, None for other sessions."""
    tmux = session.tmux
    return (session.host, tmux.socket, tmux.server, tmux.id, tmux.created) if tmux else None


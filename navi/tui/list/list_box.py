"""The list box: rows that are painted when they become visible, and again only when they have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import urwid

from navi.core.ages import age
from navi.core.listing import SessionKey
from navi.core.model import Session
from navi.tui.list.rows import RowContext, height_of, row
from navi.tui.style.paint import paint


class SessionRow(urwid.Widget):
    """A session in the list box; `clicked` is called with its place, and whether the cursor was there already."""

    _sizing = frozenset([urwid.FLOW])
    _selectable = True

    def __init__(self, clicked: Callable[[int, bool], None]) -> None:
        super().__init__()
        self._clicked = clicked
        self._place = 0
        self._shown: tuple[object, ...] = ()

    def put(self, place: int, session: Session, context: RowContext) -> None:
        """Show a session. Nothing is painted again if only the time differs, and its age reads the same."""
        self._place = place
        since = session.status.since
        shown = (session, replace(context, now=0.0), age(context.now - since) if since else "")
        if shown != self._shown:
            self._shown = shown
            self._session, self._context = session, context
            self._invalidate()

    @property
    def key(self) -> SessionKey:
        """The session's key."""
        return self._session.key

    def rows(self, size: tuple[int], focus: bool = False) -> int:
        """Return how many lines the row takes (urwid's protocol)."""
        del size, focus
        return height_of(self._session, self._context)

    def render(self, size: tuple[int], focus: bool = False) -> urwid.Canvas:  # type: ignore[override]
        """Paint the row; the cursor is on the one in focus (urwid's protocol)."""
        lines = row(self._session, replace(self._context, current=focus), size[0])
        return paint(lines, size[0], len(lines), ellipsis=self._context.glyphs.ellipsis)

    def keypress(self, size: tuple[int], key: str) -> str:  # type: ignore[override]
        """Leave every key unhandled (urwid's protocol)."""
        del size
        return key

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Take a click (urwid's protocol)."""
        del size, column, line
        if "press" in event and button == 1:
            self._clicked(self._place, focus)
        return True


class Rows(urwid.ListWalker):  # type: ignore[type-arg]
    """Gives the list box the rows that it asks for. `context` returns how the session at a place is shown."""

    def __init__(self, context: Callable[[int], RowContext], clicked: Callable[[int, bool], None]) -> None:
        self._context = context
        self._clicked = clicked
        self._sessions: Sequence[Session] = ()
        self._current: dict[int, SessionRow] = {}
        self._before: dict[SessionKey, SessionRow] = {}
        self.focus = 0

    def show(self, sessions: Sequence[Session]) -> None:
        """Have the rows of these sessions shown. Rows that look the same are kept."""
        self._before |= {one.key: one for one in self._current.values()}
        self._current = {}
        self._sessions = sessions
        self._modified()

    def forget(self) -> None:
        """Forget the rows that are not in use any more."""
        self._before = {}

    def __getitem__(self, place: int) -> SessionRow:
        """Return the row at a place. Raises IndexError where there is none."""
        if place not in self._current:
            if not 0 <= place < len(self._sessions):
                raise IndexError(place)
            session = self._sessions[place]
            found = self._before.pop(session.key, None) or SessionRow(self._clicked)
            found.put(place, session, self._context(place))
            self._current[place] = found
        return self._current[place]

    def next_position(self, place: int) -> int:
        """Return the place below. Raises IndexError at the end."""
        if place + 1 >= len(self._sessions):
            raise IndexError(place)
        return place + 1

    def prev_position(self, place: int) -> int:
        """Return the place above. Raises IndexError at the top."""
        if place <= 0:
            raise IndexError(place)
        return place - 1

    def set_focus(self, place: int) -> None:
        """Move the focus."""
        self.focus = place
        self._modified()


class SessionListBox(urwid.ListBox):  # type: ignore[type-arg]
    """A list box that remembers the visible places, and how many lines of the first one are hidden."""

    visible: Sequence[int] = ()
    hidden = 0

    def calculate_visible(self, size: tuple[int, int], focus: bool = False) -> Any:
        """Find what is visible (urwid's protocol)."""
        found = super().calculate_visible(size, focus)
        middle, above, below = found
        if middle and above and below:
            self.visible = sorted([middle[2], *(place for _, place, _ in (*above[1], *below[1]))])
            self.hidden = above[0]
        return found

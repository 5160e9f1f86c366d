"""The list of sessions: which are seen, which one is selected, and that the selection stays on its session."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from navi.core.listing import Key, find, find_waiting, matches
from navi.core.model import HostView, Session
from navi.tui.list.rows import RowContext, height_of, label_lasts, row
from navi.tui.paint import Line, Panel
from navi.tui.theme import Glyphs

COMPACT_BELOW = (50, 12)
"""Columns and lines under which a session takes one line."""


class SessionList(Panel):
    """Shows sessions and keeps the selected one in sight. `empty` are the lines for when there is none."""

    def __init__(self, glyphs: Glyphs, clicked: Callable[[bool], None]) -> None:
        super().__init__(glyphs)
        self._clicked = clicked
        self._sessions: tuple[Session, ...] = ()
        self._views: dict[str, HostView] = {}
        self._selected: Key | None = None
        self._moved = False
        self._place = 0
        self._top = 0
        self._shown: list[tuple[int, range]] = []
        self.empty: Sequence[Line] = ()
        self.query = ""
        self.marked: frozenset[Key] = frozenset()
        self.label_lasts = float("inf")

    # ---- what is listed

    @property
    def sessions(self) -> tuple[Session, ...]:
        """All sessions in their order."""
        return self._sessions

    @property
    def selected(self) -> Session | None:
        """The session under the cursor."""
        return self._sessions[self._place] if self._sessions else None

    def show(self, sessions: tuple[Session, ...], views: Sequence[HostView]) -> None:
        """List other sessions; the cursor stays on its session, or on its place if that is gone.

        Until somebody moves it, it stays at the top, where the most urgent session stands.
        """
        self._sessions = sessions
        self._views = {view.name: view for view in views}
        places = [place for place, session in enumerate(sessions) if session.key == self._selected]
        self.marked &= {session.key for session in sessions}
        self._put(places[0] if places and self._moved else self._place)
        self.changed()

    def _put(self, place: int) -> None:
        self._place = max(0, min(place, len(self._sessions) - 1))
        if self._sessions:
            self._selected = self._sessions[self._place].key

    # ---- marking

    @property
    def chosen(self) -> tuple[Session, ...]:
        """What a command is about: the marked sessions, or else the one under the cursor."""
        marked = tuple(session for session in self._sessions if session.key in self.marked)
        return marked or ((self.selected,) if self.selected else ())

    def mark(self) -> None:
        """Mark the session under the cursor, or take that back, and go on to the next one."""
        if self.selected:
            self.marked ^= {self.selected.key}
            self.move(1)

    def unmark(self) -> None:
        """Take all marks back."""
        self.marked = frozenset()
        self.changed()

    def go_to(self, host: str, name: str) -> Session | None:
        """Put the cursor on a session of that name, if it is listed."""
        for place, session in enumerate(self._sessions):
            if (session.host, session.name) == (host, name):
                self.select(place)
                return session
        return None

    # ---- moving

    def hold(self) -> None:
        """Keep the cursor on its session from now on, wherever that goes in the order."""
        self._moved = True

    def select(self, place: int) -> None:
        """Put the cursor on a place, counted from 0; places beyond the ends mean the ends."""
        self._moved = True
        self._put(place)
        self.changed()

    def move(self, step: int) -> None:
        """Move the cursor by so many sessions."""
        self.select(self._place + step)

    def page(self, direction: int) -> None:
        """Move by as many sessions as are seen."""
        self.move(direction * max(1, len(self._shown) - 1))

    def seek_waiting(self) -> bool:
        """Go to the next session that needs a person; return whether there is one."""
        place = find_waiting(self._sessions, self._place + 1) if self._sessions else None
        if place is not None:
            self.select(place)
        return place is not None

    def seek(self, step: int, begin: int = 0) -> bool:
        """Go to the next match of the query (step 1 or -1), from `begin` sessions away; return whether there is one."""
        place = find(self._sessions, self.query, self._place + begin, step) if self.query else None
        if place is not None:
            self.select(place)
        return place is not None

    def count_matches(self) -> tuple[int, int]:
        """Return which match the cursor is on (0 if none), and how many there are."""
        found = [place for place, session in enumerate(self._sessions) if matches(session, self.query)]
        return (found.index(self._place) + 1 if self._place in found else 0), len(found)

    # ---- painting

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the sessions around the cursor."""
        self.label_lasts = float("inf")
        self._shown = []
        if not self._sessions:
            return self.empty[:height]
        compact = width < COMPACT_BELOW[0] or height < COMPACT_BELOW[1]
        self._scroll(compact, height)
        lines: list[Line] = []
        now = time.time()
        for place in range(self._top, len(self._sessions)):
            if len(lines) >= height:
                break
            painted = self._paint(place, compact, width, now)
            self._shown.append((place, range(len(lines), len(lines) + len(painted))))
            lines += painted
        return lines[:height]

    def _paint(self, place: int, compact: bool, width: int, now: float) -> list[Line]:
        session = self._sessions[place]
        view = self._views[session.host]
        clock = view.clock(now)
        self.label_lasts = min(self.label_lasts, label_lasts(session, clock))
        context = RowContext(
            self.glyphs, clock, view.fresh, place == self._place,
            self.query if matches(session, self.query) else "", compact,
            view.frame.home if view.frame else "", session.key in self.marked,
        )  # fmt: skip
        return row(session, context, width)

    def _scroll(self, compact: bool, height: int) -> None:
        """Choose the first session shown, so that the selected one is seen whole."""
        self._top = min(self._top, self._place)
        space = height - height_of(self._sessions[self._place], compact)
        first = self._place
        while first > self._top and (space := space - height_of(self._sessions[first - 1], compact)) >= 0:
            first -= 1
        self._top = first if first > self._top else self._top
        self._fill(compact, height)

    def _fill(self, compact: bool, height: int) -> None:
        """Leave no empty lines below while sessions are hidden above."""
        below = sum(height_of(session, compact) for session in self._sessions[self._top : self._top + height])
        while self._top > 0 and below + (more := height_of(self._sessions[self._top - 1], compact)) <= height:
            self._top -= 1
            below += more

    # ---- the mouse

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Select by click, attach by a click on the selected one, move by the wheel (urwid's protocol)."""
        del size, column, focus
        if "press" not in event:
            return False
        if button in (4, 5):
            self.move(-1 if button == 4 else 1)
            self._clicked(False)
        elif button == 1:
            self._click(line)
        return True

    def _click(self, line: int) -> None:
        for place, lines in self._shown:
            if line in lines:
                again = place == self._place
                self.select(place)
                self._clicked(again)

"""The list of sessions: a list box of painted rows. The cursor stays on its session, whatever the order becomes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import urwid

from navi.core.listing import Key, find, find_waiting, matches
from navi.core.model import HostView, Session
from navi.core.notices import RESTING
from navi.tui.list.list_box import Box, Rows
from navi.tui.list.rows import RowContext, height_of, label_lasts
from navi.tui.paint import Line, Panel, paint
from navi.tui.theme import Glyphs

COMPACT_BELOW = (50, 12)
"""Columns and lines under which a session takes one line."""


class SessionList(Panel):
    """Shows sessions and keeps the selected one visible. `empty` are the lines for when there is none."""

    def __init__(self, glyphs: Glyphs, clicked: Callable[[bool], None]) -> None:
        super().__init__(glyphs)
        self._clicked = clicked
        self._sessions: tuple[Session, ...] = ()
        self._views: dict[str, HostView] = {}
        self._selected: Key | None = None
        self._moved = False
        self._place = 0
        self._compact = False
        self._rows = Rows(self._context, self._click)
        self._box = Box(self._rows)
        self.empty: Sequence[Line] = ()
        self.query = ""
        self.marked: frozenset[Key] = frozenset()
        self.unseen: frozenset[Key] = frozenset()
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
        """List other sessions. The cursor stays on its session, or on its place if that is gone.

        Until the user moves it, it stays at the top, where the most urgent session is.
        """
        self._sessions = sessions
        self._views = {view.name: view for view in views}
        self._put(self._place_of_selected() if self._moved else self._place)
        if self.marked:
            self.marked &= {session.key for session in sessions}
        self.changed()

    def _place_of_selected(self) -> int:
        """Return where the session is that was selected; the cursor's place where it is gone."""
        places = (place for place, session in enumerate(self._sessions) if session.key == self._selected)
        return next(places, self._place)

    def changed(self) -> None:
        """Show what may be others: the sessions, the matches or the marks."""
        self._rows.show(self._sessions)
        super().changed()

    def _put(self, place: int) -> None:
        self._place = max(0, min(place, len(self._sessions) - 1))
        self._rows.set_focus(self._place)
        if self._sessions:
            self._selected = self._sessions[self._place].key

    # ---- marking

    @property
    def chosen(self) -> tuple[Session, ...]:
        """The sessions that a command applies to: the marked ones, or else the one under the cursor."""
        marked = tuple(session for session in self._sessions if session.key in self.marked)
        return marked or ((self.selected,) if self.selected else ())

    def mark(self) -> None:
        """Mark the session under the cursor, or unmark it, and move to the next one."""
        if self.selected:
            self.marked ^= {self.selected.key}
            self.changed()
            self.move(1)

    def unmark(self) -> None:
        """Remove all marks."""
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
        """Keep the cursor on its session from now on, wherever the order puts that."""
        self._moved = True

    def select(self, place: int) -> None:
        """Put the cursor on a place, counted from 0; places beyond the ends mean the ends."""
        self._moved = True
        self._put(place)
        self._invalidate()

    def move(self, step: int) -> None:
        """Move the cursor by so many sessions."""
        self.select(self._place + step)

    def page(self, direction: int) -> None:
        """Move by as many sessions as are visible."""
        self.move(direction * max(1, len(self._box.visible) - 1))

    def seek_waiting(self, also_unseen: bool = False) -> bool:
        """Go to the next session that needs the user, or has finished unseen; return whether there is one."""
        also = self.unseen if also_unseen else ()
        place = find_waiting(self._sessions, self._place + 1, also) if self._sessions else None
        if place is not None:
            self.select(place)
        return place is not None

    def seek(self, step: int, begin: int = 0) -> bool:
        """Go to the next match of the query (step 1 or -1), from `begin` sessions on; return whether there is one."""
        place = find(self._sessions, self.query, self._place + begin, step) if self.query else None
        if place is not None:
            self.select(place)
        return place is not None

    def count_matches(self) -> tuple[int, int]:
        """Return which match the cursor is on (0 if none), and how many there are."""
        found = [place for place, session in enumerate(self._sessions) if matches(session, self.query)]
        return (found.index(self._place) + 1 if self._place in found else 0), len(found)

    # ---- painting

    def render(self, size: tuple[int, int], focus: bool = False) -> urwid.Canvas:  # type: ignore[override]
        """Paint the sessions around the cursor (urwid's protocol)."""
        del focus
        self.label_lasts = float("inf")
        if not self._sessions:
            return paint(self.empty, *size, ellipsis=self.glyphs.ellipsis)
        compact = size[0] < COMPACT_BELOW[0] or size[1] < COMPACT_BELOW[1]
        if compact != self._compact:
            self._compact = compact
            self._rows.show(self._sessions)
        self._box.shift_focus(size, self._offset(size[1]))
        canvas = self._box.render(size, True)
        self._rows.forget()
        now = time.time()
        self.label_lasts = min(self._label_lasts(place, now) for place in self._box.visible)
        return canvas

    def _offset(self, height: int) -> int:
        """Return on which line the session under the cursor begins: the visible part moves as little as possible."""
        room = max(0, height - self._height(self._place))
        visible = self._box.visible or (0,)
        offset = -self._box.hidden
        for place in range(visible[0], self._place):
            offset += self._height(place)
            if offset >= room:
                break
        return max(0, min(offset, room))

    def _label_lasts(self, place: int, now: float) -> float:
        session = self._sessions[place]
        return label_lasts(session, self._clock(session, now))

    def _clock(self, session: Session, now: float) -> float:
        """Return the time by which a session's times are: its host's, or that of the hub, which is ours."""
        return now if session.headless else self._views[session.host].clock(now)

    def _height(self, place: int) -> int:
        return height_of(self._sessions[place], self._compact)

    def _context(self, place: int) -> RowContext:
        """Return how the session at a place is shown, unless it is selected."""
        session = self._sessions[place]
        view = self._views[session.host]
        return RowContext(
            self.glyphs, self._clock(session, time.time()), view.fresh or session.headless is not None,
            query=self.query if self.query and matches(session, self.query) else "", compact=self._compact,
            home=view.frame.home if view.frame else "", marked=session.key in self.marked,
            unseen=session.key in self.unseen and session.status.word in RESTING,
        )  # fmt: skip

    # ---- the mouse

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Select by click, attach by a click on the selected one, move by the wheel (urwid's protocol)."""
        del focus
        if "press" not in event:
            return False
        if button in (4, 5):
            self.move(-1 if button == 4 else 1)
            self._clicked(False)
        elif button == 1 and self._sessions:
            self._box.mouse_event(size, event, button, column, line, True)
        return True

    def _click(self, place: int, again: bool) -> None:
        self.select(place)
        self._clicked(again)

"""The list of sessions: a list box of painted rows. The cursor stays on its session, whatever the order becomes."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

import urwid

from navi.core.listing import SessionKey, find_waiting, matches
from navi.core.model import HostView, Session
from navi.core.statuses import RESTING
from navi.tui.frame import Content, Extent
from navi.tui.list.changes import Changes
from navi.tui.list.columns import NO_COLUMNS, choose_columns
from navi.tui.list.density import Density, choose_density, headings_of, height_of
from navi.tui.list.list_box import Rows, SessionListBox
from navi.tui.list.rows import RowContext, Urgent, above_and_below, label_lasts, position
from navi.tui.style.paint import Line, paint, wrap_line
from navi.tui.style.theme import Glyphs

POSITION_AT_LEAST = 8
"""Lines of a list under which none says what lies above and below."""

WHEEL = 3
"""Lines by which the wheel scrolls."""


class SessionList(Content):
    """Shows sessions and keeps the one under the cursor visible. `empty` are the lines for when there is none."""

    def __init__(self, glyphs: Glyphs, clicked: Callable[[bool], None]) -> None:
        super().__init__(glyphs)
        self._clicked = clicked
        self._all: tuple[Session, ...] = ()
        self._sessions: tuple[Session, ...] = ()
        self._views: dict[str, HostView] = {}
        self._current_key: SessionKey | None = None
        self._moved = False
        self._place = 0
        self._grouped = False
        self._headings: Mapping[int, int] = {}
        self._density = Density()
        self._columns = NO_COLUMNS
        self._urgent = Urgent(())
        self._arranged: tuple[int, int] | None = None
        self._needed: bool | None = None
        self.density = "auto"
        self._rows = Rows(self._context, self._click)
        self._box = SessionListBox(self._rows)
        self.empty: Sequence[Line] = ()
        self.query = ""
        self._filters: Sequence[str] = []
        self._height_now = 0
        self.selected_keys: frozenset[SessionKey] = frozenset()
        self.unseen: frozenset[SessionKey] = frozenset()
        self._changes = Changes()
        self._ages_last = float("inf")

    # ---- what is listed

    @property
    def sessions(self) -> tuple[Session, ...]:
        """All sessions in their order, also those that a search hides."""
        return self._all

    @property
    def current(self) -> Session | None:
        """The session under the cursor."""
        return self._sessions[self._place] if self._sessions else None

    def show(self, sessions: tuple[Session, ...], views: Sequence[HostView], grouped: bool = False) -> None:
        """List other sessions. The cursor stays on its session, or on its place if that is gone.

        Until the user moves it, it stays at the top, where the most urgent session is. `grouped` says that they are in
        the order of their groups.
        """
        self._grouped = grouped
        self._all = sessions
        self._needed = None
        self._views = {view.name: view for view in views}
        self._changes.note(views, time.monotonic())
        self._narrow(sessions)
        self._put(self._place_of_current() if self._moved else self._place)
        if self.selected_keys:
            self.selected_keys &= {session.key for session in sessions}
        self.changed()

    def narrow(self, query: str) -> None:
        """Show only what matches a search; all for "". The cursor stays on its session, or goes to the first match."""
        among = self._sessions if query.startswith(self.query) else self._all
        self.query = query
        self._narrow(among)
        self._moved = True
        self._put(self._place_of_current(otherwise=0))
        self.changed()

    def _narrow(self, among: tuple[Session, ...]) -> None:
        self._sessions = tuple(one for one in among if matches(one, self.query)) if self.query else self._all

    def _place_of_current(self, otherwise: int | None = None) -> int:
        """Return the place of the session that had the cursor; without it `otherwise`, or else the cursor's place."""
        if self._place < len(self._sessions) and self._sessions[self._place].key == self._current_key:
            return self._place
        places = (place for place, session in enumerate(self._sessions) if session.key == self._current_key)
        return next(places, self._place if otherwise is None else otherwise)

    def changed(self) -> None:
        """Paint the list again: the sessions, the matches, the selected ones or the density may have changed."""
        self._arranged = None
        self._rows.show(self._sessions)
        super().changed()

    def _put(self, place: int) -> None:
        self._place = max(0, min(place, len(self._sessions) - 1))
        self._rows.set_focus(self._place)
        if self._sessions:
            self._current_key = self._sessions[self._place].key

    @property
    def label_lasts(self) -> float:
        """For how many seconds all rows look the same."""
        return min(self._ages_last, self._changes.last(time.monotonic()))

    # ---- selecting several

    @property
    def chosen(self) -> tuple[Session, ...]:
        """The sessions that a command applies to: the selected ones, or else the one under the cursor."""
        selected = tuple(session for session in self._all if session.key in self.selected_keys)
        return selected or ((self.current,) if self.current else ())

    def toggle_selected(self) -> None:
        """Select the session under the cursor, or deselect it, and move to the next one."""
        if self.current:
            self.selected_keys ^= {self.current.key}
            self.changed()
            self.move(1)

    def clear_selected(self) -> None:
        """Deselect all sessions."""
        self.selected_keys = frozenset()
        self.changed()

    def select_again(self, key: SessionKey, were: frozenset[SessionKey]) -> bool:
        """Select a session of those that were selected, as long as no others are; return whether that was done."""
        if key not in were or not self.selected_keys <= were or all(session.key != key for session in self._all):
            return False
        self.selected_keys |= {key}
        self.changed()
        return True

    def go_to(self, is_it: Callable[[Session], bool]) -> Session | None:
        """Put the cursor on the first session that is it, if one is listed."""
        for place, session in enumerate(self._sessions):
            if is_it(session):
                self.put_cursor(place)
                return session
        return None

    # ---- moving

    def hold(self) -> None:
        """Keep the cursor on its session from now on, wherever the order puts that."""
        self._moved = True

    def put_cursor(self, place: int) -> None:
        """Put the cursor on a place, counted from 0; places beyond the ends mean the ends."""
        self._moved = True
        self._put(place)
        self._invalidate()

    def move(self, step: int) -> None:
        """Move the cursor by so many sessions."""
        self.put_cursor(self._place + step)

    def page(self, direction: int) -> None:
        """Move by as many sessions as are visible."""
        self.move(direction * max(1, len(self._box.visible) - 1))

    def seek_waiting(self, also_unseen: bool) -> bool:
        """Go to the next session that needs the user, or has finished unseen; return whether there is one.

        If a search hides it, the search ends.
        """
        keys = [session.key for session in self._all]
        begin = keys.index(self._current_key) + 1 if self._current_key in keys else 0
        place = self._find_waiting(begin, also_unseen)
        if place is None:
            return False
        if self._all[place] not in self._sessions:
            self.narrow("")
        self.put_cursor(self._sessions.index(self._all[place]))
        return True

    def has_waiting(self, also_unseen: bool) -> bool:
        """Return whether there is a session for `seek_waiting`. The result is remembered: every key asks."""
        if self._needed is None:
            self._needed = self._find_waiting(0, also_unseen) is not None
        return self._needed

    def _find_waiting(self, begin: int, also_unseen: bool) -> int | None:
        return find_waiting(self._all, begin, self.unseen if also_unseen else ()) if self._all else None

    def seek(self, step: int) -> None:
        """Go to the next match of the search (step 1), or the previous one (-1); behind the last comes the first."""
        if self._sessions:
            self.put_cursor((self._place + step) % len(self._sessions))

    def count_matches(self) -> tuple[int, int]:
        """Return which match the cursor is on (0 if none), and how many there are."""
        return min(self._place + 1, len(self._sessions)), len(self._sessions)

    # ---- painting

    def render(self, size: tuple[int, int], focus: bool = False) -> urwid.Canvas:  # type: ignore[override]
        """Paint the sessions around the cursor (urwid's protocol)."""
        del focus
        self._ages_last = float("inf")
        if not self._sessions:
            lines = [[], [("title", f"  No session matches {self.query}")]] if self._all else self.empty
            wrapped = [part for line in lines for part in wrap_line(line, size[0])]
            return paint(wrapped, *size, ellipsis=self.glyphs.ellipsis)
        self._arrange(size)
        inner = self._inner(size)
        self._height_now = inner[1]
        self._box.shift_focus(inner, self._offset(inner[1]))
        canvas = self._box.render(inner, True)
        self._rows.forget()
        now = time.time()
        self._ages_last = min(self._label_lasts(place, now) for place in self._box.visible)
        if inner == size:
            return canvas
        below = paint([position(self._urgent, self._place, self._box.visible, size[0])], size[0], 1)
        return urwid.CanvasCombine([(canvas, None, False), (below, None, False)])

    def _arrange(self, size: tuple[int, int]) -> None:
        """Choose how many lines a session takes, unless neither the sessions nor the size have changed. A search does
        not change it, so that rows stay as they are while the user types.
        """
        if self._arranged == size:
            return
        self._density = choose_density(self.density, self._all, self._grouped, *size)
        self._headings = headings_of(self._sessions) if self._density.headings else {}
        self._columns = choose_columns(self._sessions, size[0]) if self._density.lines == 1 else NO_COLUMNS
        self._urgent = Urgent(self._sessions)
        self._rows.show(self._sessions)
        self._arranged = size

    def _inner(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the list without the line that says what lies above and below, which small lists lack, and
        those with a frame.
        """
        width, height = size
        if self.framed:
            return size
        total = sum(map(self._height, range(min(len(self._sessions), height + 1))))
        return (width, height - 1) if total > height >= POSITION_AT_LEAST else size

    # ---- the frame

    def name_filters(self, words: Sequence[str]) -> None:
        """Show in the frame what narrows the list."""
        if words != self._filters:
            self._filters = words
            self._invalidate()

    def border_title(self, width: int) -> Line:
        """Return what is listed."""
        del width
        filters = " ".join(self._filters)
        return [("title", " sessions "), *([("notice", f"{filters} ")] if filters else [])]

    def border_keys(self, width: int) -> Line:
        """Return what lies above and below the visible sessions."""
        if not self._sessions or self.extent.seen >= self.extent.total:
            return ()
        return [*above_and_below(self._urgent, self._box.visible, width - 1), ("", " ")]

    @property
    def position(self) -> str:
        """Which session the cursor is on, of how many."""
        return f"{self._place + 1}/{len(self._sessions)}" if self._sessions else ""

    @property
    def extent(self) -> Extent:
        """Which sessions are in sight."""
        visible = self._box.visible if self._sessions else ()
        return Extent(visible[0], len(visible), len(self._sessions)) if visible else Extent()

    @property
    def cursor_rows(self) -> range:
        """The rows of the session under the cursor."""
        if not self._sessions or not self._height_now:
            return range(0)
        offset = self._offset(self._height_now)
        return range(offset, offset + self._height(self._place))

    # ---- painting

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

    def clock(self, session: Session) -> float:
        """Return the time by which a listed session's times are."""
        return self._clock(session, time.time())

    def _clock(self, session: Session, now: float) -> float:
        """Return the time by which a session's times are: its host's, or that of the hub, which is ours."""
        return now if session.headless else self._views[session.host].clock(now)

    def _height(self, place: int) -> int:
        return height_of(self._sessions[place], self._density.lines) + (place in self._headings)

    def _context(self, place: int) -> RowContext:
        """Return how the session at a place is shown where the cursor is not on it."""
        session = self._sessions[place]
        view = self._views[session.host]
        return RowContext(
            self.glyphs, self._clock(session, time.time()), view.fresh or session.headless is not None,
            query=self.query,
            lines=self._density.lines, columns=self._columns, heading=self._headings.get(place, 0),
            home=view.frame.home if view.frame else "", selected=session.key in self.selected_keys,
            unseen=session.key in self.unseen and session.status.word in RESTING,
            changed=self._changes.has(session.key),
        )  # fmt: skip

    # ---- the mouse

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Move the cursor by a click, attach by a click on its session, scroll by the wheel (urwid's protocol)."""
        del focus
        if "press" not in event:
            return False
        if button in (4, 5):
            if self._sessions:
                self._scroll(self._inner(size)[1], -WHEEL if button == 4 else WHEEL)
            self._clicked(False)
        elif button == 1 and self._sessions and line < self._inner(size)[1]:
            self._box.mouse_event(self._inner(size), event, button, column, line, True)
        return True

    def _scroll(self, height: int, step: int) -> None:
        """Scroll by lines. The cursor moves only if its session would leave the screen."""
        begins = list(accumulate(map(self._height, range(len(self._sessions))), initial=0))
        visible = self._box.visible or (0,)
        top = begins[visible[0]] + self._box.hidden + step
        top = max(0, min(top, begins[-1] - height))
        first = bisect_right(begins, top) - 1
        self._box.visible, self._box.hidden = (first,), top - begins[first]
        highest = bisect_left(begins, top)
        lowest = max(highest, bisect_right(begins, top + height) - 2)
        self.put_cursor(max(highest, min(self._place, lowest)))

    def _click(self, place: int, again: bool) -> None:
        self.put_cursor(place)
        self._clicked(again)

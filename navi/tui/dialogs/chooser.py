"""A dialog with rows, and a cursor on one of them. Rows are painted only where they are in sight."""

from __future__ import annotations

from collections.abc import Sequence

from navi.tui.dialogs.dialog import Dialog
from navi.tui.frame import Extent, bar
from navi.tui.style.paint import Line

LEAST_ROWS = 3
"""Rows that stay in sight before there is room for what only introduces them."""


class Chooser(Dialog):
    """A subclass says what its rows are and what choosing one does. `place` is the cursor's row, counted from 0."""

    place = 0
    _first = 0
    _above = 0

    @property
    def count(self) -> int:
        """The number of rows."""
        raise NotImplementedError

    def row(self, place: int, width: int) -> Line:
        """Return a row; its cursor is painted by `visible`."""
        raise NotImplementedError

    def introduction(self, width: int) -> list[Line]:
        """Return the lines at the top that small dialogs leave out."""
        del width
        return []

    def choose(self) -> None:
        """Do what a click on the row under the cursor does."""
        raise NotImplementedError

    # ---- the cursor

    def move(self, step: int, around: bool = False) -> None:
        """Move the cursor by so many rows: up to the ends, or around them."""
        place = self.place + step
        self.place = place % self.count if around and self.count else max(0, min(place, self.count - 1))
        self.changed()

    def scroll(self, step: int) -> None:
        """Move the cursor by so many rows."""
        self.move(step)

    @property
    def position(self) -> str:
        """Which row the cursor is on, of how many."""
        return f"{min(self.place + 1, self.count)}/{self.count}"

    # ---- painting

    def length(self, width: int) -> int:
        """Return the number of rows, with what introduces them."""
        return len(self.introduction(width)) + self.count

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the rows around the cursor with what is above and below them; on few lines, less of it."""
        text, foot = self.introduction(width), self._foot(width)
        above = [*([] if self.framed else [self._rule(width)]), *self.fixed(width)]
        if height <= len(above) + len(foot):
            foot = foot[:1] if self.fault else []
        above = above[max(0, len(above) + len(foot) + 1 - height) :]
        if height >= len(above) + len(text) + min(LEAST_ROWS, self.count) + len(foot):
            above += text
        self._rows = max(1, height - len(above) - len(foot))
        self._above = len(above)
        shown = self.visible(width)
        blank: list[Line] = [[]] * (self._rows - len(shown))
        return [*above, *shown, *blank, *foot][:height]

    def visible(self, width: int) -> list[Line]:
        """Return the rows around the cursor: those in sight change as little as possible."""
        last = self.count - self._rows
        self._first = max(0, min(self._first, self.place, last), self.place - self._rows + 1)
        shown = range(self._first, min(self._first + self._rows, self.count))
        self._extent = Extent(self._first, len(shown), self.count)
        return [self._line(place, width) for place in shown]

    def _line(self, place: int, width: int) -> Line:
        row = self.row(place, width)
        return bar(row, width, self.glyphs.ellipsis) if place == self.place else row

    # ---- the mouse

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Choose by click, move by the wheel (urwid's protocol)."""
        del size, column, focus
        if "press" not in event:
            return False
        if button in (4, 5):
            self.move(-1 if button == 4 else 1)
        elif button == 1:
            self._click(line - self._above)
        return True

    def _click(self, row: int) -> None:
        place = self._first + row
        if 0 <= row < self._rows and place < self.count:
            self.place = place
            self.choose()

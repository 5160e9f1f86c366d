"""The frame around a part of the screen: title, keys and position in its borders, and a scroll bar at the right."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import urwid

from navi.tui.style.paint import Line, Panel, columns_of, fit, paint, width_of
from navi.tui.style.theme import Glyphs, lit

LEAST_KEYS = 16
"""Columns that the keys in the lower border have before the position has room beside them."""


class Extent(NamedTuple):
    """Which part of something long is in sight: `seen` of `total` lines or rows, behind the `first` ones."""

    first: int = 0
    seen: int = 0
    total: int = 0

    @property
    def words(self) -> str:
        """What is in sight, such as `12-45/230`; "" if that is all."""
        return f"{self.first + 1}-{self.first + self.seen}/{self.total}" if 0 < self.seen < self.total else ""


def thumb(extent: Extent, rows: int) -> range:
    """Return which rows of a scroll bar show what is in sight; none if that is all.

    They touch an end of the bar only where the end of the text is in sight.
    """
    hidden = extent.total - extent.seen
    if hidden <= 0 or rows < 1:
        return range(0)
    size = max(1, rows * extent.seen // extent.total)
    last = rows - size
    begin = max(round(last * extent.first / hidden), int(extent.first > 0))
    begin = max(0, min(begin, last - int(extent.first < hidden)))
    return range(begin, begin + size)


def bar(line: Line, width: int, ellipsis: str) -> Line:
    """Return the line of a chosen row: over all of the width, on the ground that the list has under its cursor."""
    return [(lit(style), text) for style, text in fit(line, width, ellipsis=ellipsis)]


class Content(Panel):
    """A part of the screen that can have a frame. While `framed`, it leaves out what the borders say."""

    framed = False

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self.border = Border(self)

    def enclose(self, framed: bool) -> None:
        """Leave out what the borders say, or show it."""
        if framed != self.framed:
            self.framed = framed
            self._invalidate()

    def border_title(self, width: int) -> Line:
        """Return what the upper border says, with blanks around it."""
        del width
        return ()

    def border_keys(self, width: int) -> Line:
        """Return what the lower border says at the left, with blanks around it: what has the style `key` is one, and a
        click on it, or on what it does, presses it.
        """
        del width
        return ()

    def last_line_keys(self, width: int) -> Line:
        """Return the keys in the last line of the part while it has no frame: they can be clicked, too."""
        del width
        return ()

    @property
    def position(self) -> str:
        """What the lower border says at the right: which part is in sight."""
        return self.extent.words

    @property
    def extent(self) -> Extent:
        """Which part is in sight, for the scroll bar."""
        return Extent()

    @property
    def takes_keys(self) -> bool:
        """Whether the moving keys are for this part, though another one is the main one."""
        return False

    @property
    def cursor_rows(self) -> range:
        """The rows in which the cursor was painted: a dialog leaves them in sight."""
        return range(0)


class ScrollingPanel(Content):
    """A panel whose lines can be scrolled, by the wheel too."""

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines."""
        raise NotImplementedError

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Scroll by the wheel (urwid's protocol)."""
        del size, column, line, focus
        if "press" in event and button in (4, 5):
            self.scroll(-3 if button == 4 else 3)
            return True
        return False


class Border(urwid.Widget):
    """Paints a content with a border around it. The border of the part that takes keys is `active`."""

    _sizing = frozenset([urwid.BOX])
    _selectable = False

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content = content
        self._active = False

    def light(self, active: bool) -> None:
        """Show whether the content takes keys."""
        if active != self._active:
            self._active = active
            self._invalidate()

    def render(self, size: tuple[int, int], focus: bool = False) -> urwid.Canvas:  # type: ignore[override]
        """Paint the content, and then the frame: only then is it known what is in sight (urwid's protocol)."""
        del focus
        width, rows = size[0] - 2, size[1] - 2
        inside = self._content.render((width, rows))
        style, glyphs = "active" if self._active else "border", self._content.glyphs
        visible = thumb(self._content.extent, rows)
        symbols = "".join(glyphs.thumb if row in visible else glyphs.wall for row in range(rows))
        columns = [(_column(glyphs.wall * rows, style), 1), (inside, width), (_column(symbols, style), 1)]
        middle = urwid.CanvasJoin([(canvas, None, False, number) for canvas, number in columns])
        above, below = (paint([line], size[0], 1) for line in (self._above(width, style), self._below(width, style)))
        return urwid.CanvasCombine([(canvas, None, False) for canvas in (above, middle, below)])

    def _above(self, width: int, style: str) -> Line:
        title = self._content.border_title(width - 2)
        return self._edge(title, "", width, style, self._content.glyphs.corners[:2])

    def _below(self, width: int, style: str) -> Line:
        return self._edge(self.keys(width), self._position(width), width, style, self._content.glyphs.corners[2:])

    def keys(self, width: int) -> Line:
        """Return the keys in the lower border around a content of so many columns; they begin in its second one."""
        return self._content.border_keys(width - 2 - width_of(self._position(width)))

    def _position(self, width: int) -> str:
        position = f" {self._content.position} " if self._content.position else ""
        return position if width - 2 - width_of(position) >= LEAST_KEYS else ""

    def _edge(self, left: Line, right: str, width: int, style: str, corners: str) -> Line:
        """Paint an edge of that many columns between its corners; the text at the left is cut if needed."""
        glyphs, room = self._content.glyphs, width - 2 - width_of(right)
        if columns_of(left) > room:
            left = fit(left, room, ellipsis=glyphs.ellipsis)
        rule = glyphs.rule * (room - columns_of(left))
        begin, end = (style, corners[0] + glyphs.rule), (style, glyphs.rule + corners[1])
        return [begin, *left, (style, rule), ("dim", right), end]

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Pass on what happens within the frame (urwid's protocol)."""
        width, rows = size[0] - 2, size[1] - 2
        take = getattr(self._content, "mouse_event", None)
        if take is None or not (0 < column <= width and 0 < line <= rows):
            return False
        return bool(take((width, rows), event, button, column - 1, line - 1, focus))


@lru_cache(256)
def _column(symbols: str, style: str) -> urwid.TextCanvas:
    """Return a canvas with one symbol in each row. It is remembered: most keys change no border."""
    return paint([[(style, symbol)] for symbol in symbols], 1, len(symbols))

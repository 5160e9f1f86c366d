"""The panel that shows a page: a title and lines that can be scrolled."""

from __future__ import annotations

from collections.abc import Sequence

from navi.tui.frame import Extent, ScrollingPanel
from navi.tui.pages.page import Entry
from navi.tui.style.paint import Line, columns_of, justify, wrap
from navi.tui.style.theme import Glyphs

LEAST_FOLDED = 12
"""Columns under which text is not folded, but cut."""


class PageView(ScrollingPanel):
    """A title and lines that can be scrolled. `back` is the key that closes the page."""

    def __init__(self, glyphs: Glyphs, title: str, lines: Sequence[Entry], back: str = "Esc") -> None:
        super().__init__(glyphs)
        self.title = title
        self._back = back
        self._lines = lines
        self._top = 0
        self._rows = 1
        self._length = len(lines)
        self._folded: tuple[int, list[Line]] | None = None

    def put(self, lines: Sequence[Entry]) -> None:
        """Show other lines, at the same scroll position."""
        if lines != self._lines:
            self._lines = lines
            self._folded = None
            self.changed()

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines."""
        self._top = max(0, min(self._top + step, self._length - self._rows))
        self.changed()

    def page(self, direction: int) -> None:
        """Go a page up or down."""
        self.scroll(direction * max(1, self._rows - 1))

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the title and the visible lines; long ones continue in the next line, under their text. A frame has the
        title.
        """
        self._rows = max(1, height - (0 if self.framed else 2))
        folded = self._fold(width)
        self._length = len(folded)
        self._top = max(0, min(self._top, self._length - self._rows))
        head: list[Line] = [] if self.framed else [self._head(width), []]
        return [*head, *folded[self._top : self._top + self._rows]]

    def border_title(self, width: int) -> Line:
        """Return the title."""
        del width
        return [("title", f" {self.title} ")]

    def border_keys(self, width: int) -> Line:
        """Return how to close the page."""
        del width
        return [("key", f" {self._back}"), ("dim", " closes ")]

    @property
    def extent(self) -> Extent:
        """Which lines are in sight."""
        return Extent(self._top, min(self._rows, self._length - self._top), self._length)

    def _head(self, width: int) -> Line:
        """Paint the title; at the right, the last visible line of how many, if not all fit, and how to close it."""
        position = f"{self._top + self._rows}/{self._length}  " if self._length > self._rows else ""
        hint: Line = [("dim", position), ("key", self._back), ("dim", " closes ")]
        return justify([("title", f" {self.title} ")], hint, width, ellipsis=self.glyphs.ellipsis)

    def retitle(self, title: str) -> None:
        """Show another title."""
        if title != self.title:
            self.title = title
            self.changed()

    def _fold(self, width: int) -> list[Line]:
        """Fold all lines, and remember the result: folding a long page is slow, and scrolling must not be."""
        if self._folded is None or self._folded[0] != width:
            self._folded = width, [piece for entry in self._lines for piece in self._pieces(entry, width)]
        return self._folded[1]

    def _pieces(self, entry: Entry, width: int) -> list[Line]:
        return fold(entry, width) if isinstance(entry, Sequence) else entry.lines(width, self.glyphs)


def fold(line: Line, width: int) -> list[Line]:
    """Break the last segment of a line that is too long; the pieces are aligned under each other, and behind the blanks
    that it begins with, unless these take half of the width.
    """
    if not line:
        return [line]
    *head, (style, text) = line
    words = text.lstrip(" ")
    blanks = text[: len(text) - len(words)]
    if blanks and words and columns_of(head) + len(blanks) <= width // 2:
        head, text = [*head, (style, blanks)], words
    indent = columns_of(head)
    if indent > width - LEAST_FOLDED:
        return [line]
    first, *more = wrap(text, width - indent)
    return [[*head, (style, first)], *([("", " " * indent), (style, piece)] for piece in more)]

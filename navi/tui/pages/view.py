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
        self._is_new = True
        self._top = 0
        self._rows = 1
        self._length = len(lines)
        self._folded: tuple[int, list[Line]] | None = None
        self.query = ""
        self._match = 0
        self._begins = 0
        self._found: tuple[Sequence[Line], int, str, list[int]] | None = None

    def put(self, lines: Sequence[Entry]) -> None:
        """Show other lines, at the same scroll position."""
        if lines != self._lines:
            self._lines = lines
            self._is_new = True
            self.changed()

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines."""
        self._top = max(0, min(self._top + step, self._length - self._rows))
        self.changed()

    def move(self, step: int) -> None:
        """Take a moving key: go up (negative) or down by lines."""
        self.scroll(step)

    def page(self, direction: int) -> None:
        """Go a page up or down."""
        self.scroll(direction * max(1, self._rows - 1))

    # ---- the search

    def narrow(self, query: str) -> None:
        """Search the page; "" searches nothing, and from where the page is then, others find their first match."""
        self.query = query
        if not query:
            self._begins = self._top
        if found := self._matches():
            self._go_to(found, next((number for number, place in enumerate(found) if place >= self._begins), 0))
        self.changed()

    def seek(self, step: int) -> None:
        """Go to the next match (step 1), or the previous one (-1); behind the last comes the first."""
        if found := self._matches():
            self._go_to(found, (self._match + step) % len(found))

    def count_matches(self) -> tuple[int, int]:
        """Return which match was gone to (0 if none), and how many lines match."""
        count = len(self._matches())
        return min(self._match + 1, count), count

    def _go_to(self, found: Sequence[int], number: int) -> None:
        """Go to a match; a page that shows it already stays as it is."""
        self._match = number
        if not self._top <= found[number] < self._top + self._rows:
            self.scroll(found[number] - self._rows // 3 - self._top)
        self.changed()

    def _searched(self) -> Sequence[Line]:
        """Return the lines that are searched: all that can be scrolled, as they were painted."""
        return self._folded[1] if self._folded else ()

    def _matches(self) -> list[int]:
        """Return the lines that match. They are remembered: every key asks, and a difference may be long."""
        lines, query = self._searched(), self.query.lower()
        if not query:
            return []
        known = self._found
        if known is None or known[0] is not lines or known[1:3] != (len(lines), query):
            found = [place for place, line in enumerate(lines) if query in _text(line)]
            known = self._found = lines, len(lines), query, found
        return known[3]

    def _marked(self, lines: Sequence[Line], first: int) -> list[Line]:
        """Return visible lines, of which the first one has a number, with what the search has found in them."""
        if not self.query:
            return list(lines)
        found = self._matches()
        here = found[self._match] if self._match < len(found) else -1
        query = self.query.lower()
        return [
            marked(line, query, "cursor" if place == here else "match") if query in _text(line) else line
            for place, line in enumerate(lines, first)
        ]

    # ---- painting

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the title and the visible lines; long ones continue in the next line, under their text. A frame has the
        title.
        """
        self._rows = max(1, height - (0 if self.framed else 2))
        folded = self._fold(width)
        self._length = len(folded)
        self._top = max(0, min(self._top, self._length - self._rows))
        head: list[Line] = [] if self.framed else [self._head(width), []]
        return [*head, *self._marked(folded[self._top : self._top + self._rows], self._top)]

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
        if self._folded is None or self._folded[0] != width or self._is_new:
            self._is_new = False
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


def _text(line: Line) -> str:
    """Return the text of a line in small letters, each of which is where it was."""
    text = "".join(text for _, text in line)
    return small if len(small := text.lower()) == len(text) else text


def marked(line: Line, query: str, style: str) -> Line:
    """Return a line whose parts that are this text, in small letters, have this style."""
    text = _text(line)
    begins = [place for place in range(len(text)) if text.startswith(query, place)]
    inside = {place for begin in begins for place in range(begin, begin + len(query))}
    letters = [(name, letter) for name, part in line for letter in part]
    pieces: list[tuple[str, str]] = []
    for place, (name, letter) in enumerate(letters):
        look = style if place in inside else name
        if pieces and pieces[-1][0] == look:
            pieces[-1] = (look, pieces[-1][1] + letter)
        else:
            pieces.append((look, letter))
    return pieces

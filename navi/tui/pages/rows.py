"""Pages of rows: a cursor is on one of them, and keys apply to it. The lines below a row are part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from navi.tui.frame import bar
from navi.tui.pages.grid import Grid
from navi.tui.pages.page import Page
from navi.tui.pages.view import PageView
from navi.tui.style.paint import Line
from navi.tui.style.theme import Glyphs

TITLE = 2
"""Lines of a page without a frame above those that scroll: the title, and a blank one."""


class RowsPage(Page):
    """A page that ends with a grid, on whose rows a cursor is."""

    @property
    def place(self) -> int:
        """The row under the cursor, counted from 0."""
        raise NotImplementedError

    def choose(self, place: int) -> None:
        """Put the cursor on a row; places beyond the ends mean the ends."""
        raise NotImplementedError


class RowsView(PageView):
    """Shows such a page. The row under the cursor stays in sight, wherever the lines above it put it. `clicked` is
    called after a click on a row, with whether the cursor was there already.
    """

    def __init__(self, glyphs: Glyphs, page: RowsPage, back: str, clicked: Callable[[bool], None]) -> None:
        super().__init__(glyphs, page.heading, page.lines(), back)
        self._page = page
        self._clicked = clicked
        self._spans: list[range] = []
        self._sought: object = None
        self._width = 0

    # ---- the cursor

    def move(self, step: int) -> None:
        """Go up (negative) or down by rows; line by line at the ends, and in a row that is longer than the page."""
        if abs(step) == 1 and self._is_cut(step):
            super().scroll(step)
            return
        self._choose(self._page.place + step)
        if self._page.place == 0:
            self._top = 0

    def page(self, direction: int) -> None:
        """Go up or down by as many rows as are in sight, or by a page in what a row alone fills."""
        if self._is_cut(direction):
            super().scroll(direction * max(1, self._rows - 1))
        else:
            self.move(direction * max(2, sum(map(self._shows, self._spans)) - 1))

    def scroll(self, step: int) -> None:
        """Go up (negative) or down by lines. The cursor moves only if its row would leave the page."""
        super().scroll(step)
        visible = [place for place, span in enumerate(self._spans) if self._shows(span)]
        if visible and self._page.place not in visible:
            self._choose(visible[0 if step > 0 else -1])
            self._sought = self._place_now()

    def _choose(self, place: int) -> None:
        self._page.choose(max(0, min(place, len(self._spans) - 1)))
        self.changed()

    def _go_to(self, found: Sequence[int], number: int) -> None:
        """Go to a match, with the cursor, if it is in a row."""
        super()._go_to(found, number)
        row = next((place for place, span in enumerate(self._spans) if found[number] in span), None)
        if row is not None:
            self._choose(row)
            self._sought = self._place_now()

    def _shows(self, span: range) -> bool:
        """Return whether lines are in sight: all of them, or of a row that is longer than the page any."""
        least = min(len(span), self._rows)
        return min(span.stop, self._top + self._rows) - max(span.start, self._top) >= least

    def _is_cut(self, step: int) -> bool:
        """Return whether there is more to see in this direction before another row."""
        span, end = self._span, self._top + self._rows
        is_long = len(span) > self._rows
        if step < 0:
            is_above = span.stop <= self._top or (is_long and span.start < self._top)
            return self._top > 0 and (self._page.place == 0 or is_above)
        is_last = self._page.place >= len(self._spans) - 1
        return end < self._length and (is_last or span.start >= end or (is_long and span.stop > end))

    @property
    def _span(self) -> range:
        place = self._page.place
        return self._spans[place] if place < len(self._spans) else range(0)

    def _place_now(self) -> object:
        return self._page.place, self._span, self._rows

    def _seek(self) -> None:
        """Scroll as little as possible to the row under the cursor, if it is another one or elsewhere."""
        span, now = self._span, self._place_now()
        if span and now != self._sought:
            if len(span) >= self._rows or span.start < self._top:
                self._top = span.start
            else:
                self._top = max(self._top, span.stop - self._rows)
        self._sought = now

    @property
    def cursor_rows(self) -> range:
        """The rows of the page's row under the cursor."""
        before = (0 if self.framed else TITLE) - self._top
        return range(max(0, self._span.start + before), max(0, self._span.stop + before))

    # ---- painting

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the title and the lines around the cursor."""
        self._rows = max(1, height - (0 if self.framed else TITLE))
        self._width = width
        self._fold(width)
        self._seek()
        return super().lines(width, height)

    def _fold(self, width: int) -> list[Line]:
        """Fold all lines, and remember which are those of each row."""
        before = self._folded
        folded = super()._fold(width)
        if self._folded is not before:
            self._spans = self._find_spans(len(folded), width)
        return folded

    def _find_spans(self, total: int, width: int) -> list[range]:
        grid = self._lines[-1] if self._lines else ()
        if not isinstance(grid, Grid):
            return []
        heights = [len(block) for block in grid.blocks(width, self.glyphs)]
        ends = [total - sum(heights[place + 1 :]) for place in range(len(heights))]
        spans = [range(end - height, end) for end, height in zip(ends, heights, strict=True)]
        return spans[len(spans) - len(grid.rows) :]

    def _marked(self, lines: Sequence[Line], first: int) -> list[Line]:
        """Return visible lines with what the search has found, and with the cursor."""
        span = self._span
        marked = super()._marked(lines, first)
        return [
            self._lit(line, place == span.start) if place in span else line for place, line in enumerate(marked, first)
        ]

    def _lit(self, line: Line, first: bool) -> Line:
        """Return a line of the row under the cursor, whose first one has the sign for it."""
        begin: Line = [("selected", f" {self.glyphs.cursor} ")] if first else line[:1]
        return bar([*begin, *line[1:]], self._width, self.glyphs.ellipsis)

    # ---- the mouse

    def mouse_event(  # type: ignore[override]
        self, size: tuple[int, int], event: str, button: int, column: int, line: int, focus: bool
    ) -> bool:
        """Move the cursor by a click, scroll by the wheel (urwid's protocol)."""
        if "press" not in event or button != 1:
            return super().mouse_event(size, event, button, column, line, focus)
        place = self._top + line - (0 if self.framed else TITLE)
        row = next((number for number, span in enumerate(self._spans) if place in span), None)
        if row is not None:
            again = row == self._page.place
            self._choose(row)
            self._clicked(again)
        return True

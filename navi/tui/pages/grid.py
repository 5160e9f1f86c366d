"""Tables on pages: columns are as wide as their cells, and some are left out where there is little room. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from navi.tui.pages.view import fold
from navi.tui.style.paint import Line, Segment, columns_of, fit, width_of, wrap
from navi.tui.style.theme import Glyphs

GAP = 2
"""Columns between two columns."""

MIN_COLUMNS = 6
"""Columns to which the widest column is narrowed at most."""

LEAST_LAST = 16
"""Columns that the last column keeps, if it needs so many."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A cell for each column, and the lines that are below the row."""

    cells: tuple[Segment, ...]
    below: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """`headings` are the headings of the columns, if they have any. On a narrow page, the columns in `optional` are
    left out in this order. The columns in `right` are aligned at the right. A last cell that is too long goes on below,
    or is `cut`.
    """

    rows: tuple[GridRow, ...]
    headings: tuple[str, ...] = ()
    optional: tuple[int, ...] = ()
    right: frozenset[int] = frozenset()
    indent: int = 1
    cut: bool = False

    def lines(self, width: int, glyphs: Glyphs) -> list[Line]:
        """Return the lines for a width."""
        return [line for block in self.blocks(width, glyphs) for line in block]

    def blocks(self, width: int, glyphs: Glyphs) -> list[list[Line]]:
        """Return the lines of each row with those below it, after those of the headings."""
        head = (GridRow(tuple(("dim", one) for one in self.headings)),) if self.headings and self.rows else ()
        widths = self._widths(width - self.indent)
        return [self._block(row, widths, width, glyphs.ellipsis) for row in (*head, *self.rows)]

    def _block(self, row: GridRow, widths: dict[int, int], width: int, ellipsis: str) -> list[Line]:
        found = self._row(row.cells, widths, width, ellipsis)
        found += [piece for line in row.below for piece in fold(line, width)]
        return [line if columns_of(line) <= width else fit(line, width, ellipsis=ellipsis) for line in found]

    def _widths(self, width: int) -> dict[int, int]:
        """Return how wide each column is that is shown. A column without any text takes no room."""
        count = len(self.rows[0].cells) if self.rows else 0
        natural = {place: max(width_of(row.cells[place][1]) for row in self.rows) for place in range(count)}
        heads = dict(enumerate(map(len, self.headings)))
        widths = {place: max(wide, heads.get(place, 0)) for place, wide in natural.items() if wide}
        for place in self.optional:
            if _needed(widths) > width:
                widths.pop(place, None)
        if widths:
            *others, last = widths
            while _needed(widths) > width and (widest := max(others, key=widths.__getitem__, default=None)) is not None:
                if widths[widest] <= MIN_COLUMNS:
                    break
                widths[widest] -= 1
            if last not in self.right:
                widths[last] = max(1, width - sum(widths[place] + GAP for place in others))
        return widths

    def _row(self, cells: Sequence[Segment], widths: dict[int, int], width: int, ellipsis: str) -> list[Line]:
        if not widths:
            return []
        *others, last = widths
        line: list[Segment] = [("", " " * self.indent)]
        for place in others:
            line += [*self._cell(cells[place], place, widths[place], ellipsis), ("", " " * GAP)]
        style, text = cells[last]
        if last in self.right:
            return [[*line, *self._cell(cells[last], last, widths[last], ellipsis)]]
        if self.cut:
            return [[*line, *fit([cells[last]], min(widths[last], width_of(text)), ellipsis=ellipsis)]]
        first, *more = wrap(text, max(widths[last], 1))
        indent = ("", " " * min(columns_of(line), width))
        return [[*line, (style, first)], *([indent, (style, piece)] for piece in more)]

    def _cell(self, cell: Segment, place: int, width: int, ellipsis: str) -> Line:
        before = max(0, width - width_of(cell[1])) if place in self.right else 0
        return [("", " " * before), *fit([cell], width - before, ellipsis=ellipsis)]


def _needed(widths: dict[int, int]) -> int:
    """Return the columns that a table needs; the last column counts with the least that it keeps."""
    *others, last = widths or {0: 0}
    return sum(widths[place] + GAP for place in others) + min(LEAST_LAST, widths.get(last, 0))

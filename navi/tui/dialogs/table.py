"""Tables: rows whose cells are aligned below each other, in columns as wide as what they hold. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.text import clean
from navi.tui.style.paint import Line, Segment, columns_of, fit, width_of, wrap

Row = Sequence[Segment]
"""A cell for each column: a style and a text. A row with one cell is no part of the columns, but a line of its own."""

GAP = 2
"""Columns between two cells."""

MIN_COLUMNS = 6
"""Columns to which a cell is narrowed at most; the last one keeps twice as many."""

USUAL = 20
"""Columns that a cell should have at least, if it needs so many, before the last column is left out."""


def table(
    rows: Sequence[Row], width: int, ellipsis: str = "…", wraps: bool = False, usual: int = USUAL
) -> list[Line]:  # fmt: skip
    """Return the rows as lines of at most so many columns. What is too long is cut, or goes on below in the last column
    if that `wraps`; else, if the others can't have their `usual` columns, the last of more than three is left out. A
    column without any text takes no room.
    """
    cleaned = [[(style, clean(text).strip()) for style, text in row] for row in rows]
    number = max(map(len, cleaned), default=0)
    natural = [
        max((width_of(row[place][1]) for row in cleaned if 1 < len(row) > place), default=0) for place in range(number)
    ]
    used = [place for place in range(number) if natural[place]]
    asked = sum(min(natural[place], usual) + GAP for place in used[:-1])
    if len(used) > 3 and not wraps and asked + 2 * MIN_COLUMNS > width - 1:
        del used[-1]
    widths = dict(zip(used, _widths([natural[place] for place in used], width - 1, usual > USUAL), strict=True))
    lines = [line for row in cleaned for line in _row(row, widths, width, ellipsis, wraps)]
    return [line if columns_of(line) <= width else fit(line, width, ellipsis=ellipsis) for line in lines]


def _widths(natural: list[int], width: int, last_gives_way: bool) -> list[int]:
    """Return the width of each column: the widest of those before the last are narrowed where there is too little room,
    and the last one takes what is left, a third if it needs that, unless it gives way to the others.
    """
    if not natural:
        return []
    *widths, last = natural
    room = width - GAP * len(widths)
    least = min(last, max(2 * MIN_COLUMNS, 0 if last_gives_way else room // 3))
    while sum(widths) > room - least and max(widths, default=0) > MIN_COLUMNS:
        widths[widths.index(max(widths))] -= 1
    return [*widths, max(0, min(last, room - sum(widths)))]


def _row(row: Row, widths: dict[int, int], width: int, ellipsis: str, wraps: bool) -> list[Line]:
    if len(row) < 2:
        style, text = row[0] if row else ("", "")
        return [[("", " "), (style, piece)] for piece in wrap(text, width - 2)]
    line: list[Segment] = [("", " ")]
    indent = 1
    *cells, last = [place for place in widths if place < len(row)] or [0]
    for place in cells:
        line += [*fit([row[place]], widths[place], ellipsis=ellipsis), ("", " " * GAP)]
        indent += widths[place] + GAP
    style, text = row[last]
    room = widths.get(last, 0)
    if not wraps or width_of(text) <= room or room < MIN_COLUMNS:
        return [[*line, *fit([(style, text)], min(room, width_of(text)), ellipsis=ellipsis)]]
    first, *more = wrap(text, room)
    return [[*line, (style, first)], *([("", " " * indent), (style, piece)] for piece in more)]

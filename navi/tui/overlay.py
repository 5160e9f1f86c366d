"""Painting one canvas over another: a dialog floats over the list. Pure.

urwid can do this, but measures letters that join into one sign as one. The rest of the screen does not (paint.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache

import urwid

from navi.tui.style.paint import letter_width, place_in, width_of

Piece = tuple[Hashable, Hashable, bytes]
"""A style, a character set, and a text in the terminal's encoding."""


def overlay(below: urwid.Canvas, above: urwid.Canvas, left: int, top: int) -> urwid.Canvas:
    """Return a canvas with another one over it, whose upper left corner is at these coordinates."""
    rows, height = list(below.content()), above.rows()
    middle = [
        [*cut(row, 0, left), *over, *cut(row, left + above.cols(), below.cols())]
        for row, over in zip(rows[top : top + height], above.content(), strict=True)
    ]
    parts: list[urwid.Canvas] = [_canvas(middle, below.cols())]
    if top:
        parts.insert(0, _part(below, 0, top))
    if top + height < len(rows):
        parts.append(_part(below, top + height, len(rows) - top - height))
    whole = urwid.CanvasCombine([(part, None, False) for part in parts])
    # The rows that were copied must be painted again when what they show has changed.
    whole.children += [(0, 0, below, None), (left, top, above, None)]
    return whole


def _part(canvas: urwid.Canvas, first: int, count: int) -> urwid.Canvas:
    part = urwid.CompositeCanvas(canvas)
    part.trim(first, count)
    return part


def _canvas(rows: Sequence[Sequence[Piece]], width: int) -> urwid.TextCanvas:
    texts = [b"".join(data for *_, data in row) for row in rows]
    styles = [[(style, len(data)) for style, _, data in row] for row in rows]
    charsets = [[(charset, len(data)) for _, charset, data in row] for row in rows]
    return urwid.TextCanvas(texts, styles, charsets, maxcol=width, check_width=False)  # type: ignore[arg-type]


def cut(row: Sequence[Piece], begin: int, end: int) -> list[Piece]:
    """Return the part of a row between two columns. The half of a wide letter is blank."""
    kept: list[Piece] = []
    column = 0
    encoding = "utf-8" if urwid.get_encoding_mode() == "utf8" else "latin-1"
    for style, charset, data in row:
        width = _width(data, encoding)
        first, last = max(begin - column, 0), min(end - column, width)
        if first < last:
            kept.append((style, charset, _between(data, first, last, encoding)))
        column += width
    return kept


@lru_cache(4096)
def _width(data: bytes, encoding: str) -> int:
    """Return the columns of a text. The result is remembered: below a dialog, each key asks for the same rows."""
    return width_of(data.decode(encoding))


@lru_cache(4096)
def _between(data: bytes, first: int, last: int, encoding: str) -> bytes:
    """Return the part of a text between two columns."""
    if data.isascii():
        return data[first:last]
    text = data.decode(encoding)
    start, stop = place_in(text, first) if first else 0, place_in(text, last)
    before = first - width_of(text[:start])
    if before and start < len(text):
        before = letter_width(text[start]) - before
        start += 1
    if start > stop:
        return b" " * (last - first)
    return f"{' ' * before}{text[start:stop]}{' ' * (last - width_of(text[:stop]))}".encode(encoding)

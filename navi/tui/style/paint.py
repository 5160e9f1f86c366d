"""Lines of styled text, and painting them: every part of the screen is made of these.

One canvas for many lines, instead of a widget for each text, keeps keys fast.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal

import urwid

from navi.tui.style.colors import LOOK, spec_of
from navi.tui.style.theme import Glyphs

Segment = tuple[str, str]
"""A style of the theme, or a look of its own (colors.py), and a text without line ends."""

Line = Sequence[Segment]

Charset = Literal["0", "U"] | None

PaintedRow = list[tuple[Hashable, Charset, bytes]]
"""A row of the screen, as urwid takes it."""


@lru_cache(4096)
def letter_width(letter: str) -> int:
    """Return the columns that a letter takes: 0, 1 or 2."""
    return int(urwid.calc_width(letter, 0, 1))


def width_of(text: str) -> int:
    """Return the columns that a text takes.

    Letters are measured one by one: terminals disagree about letters that join into one sign (flags, skin tones). A
    line that turns out shorter does no harm, while a longer one runs over the next.
    """
    return len(text) if text.isascii() else sum(map(letter_width, text))


def place_in(text: str, width: int) -> int:
    """Return how many letters fit into so many columns."""
    if text.isascii():
        return width
    for place, letter in enumerate(text):
        width -= letter_width(letter)
        if width < 0:
            return place
    return len(text)


def columns_of(line: Line) -> int:
    """Return the columns that a line takes."""
    return sum(width_of(text) for _, text in line)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into pieces of at most so many columns; at least one piece."""
    return [text[begin:end] for begin, end in wrap_places(text, width)]


def wrap_places(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Yield where the pieces of a text begin and end that is broken into at most so many columns."""
    begin = 0
    # Only what fits is measured: comments can have long lines, and keys wait meanwhile. A letter has up to 3 marks.
    while width > 1 and (room := place_in(text[begin : begin + 4 * width + 1], width)) < len(text) - begin:
        room = max(room, 1)
        space = text.rfind(" ", begin + 1, begin + room + 1)
        end = space + 1 if space > begin + room // 2 else begin + room
        yield begin, begin + len(text[begin:end].rstrip())
        begin = end
    yield begin, len(text)


def wrap_line(line: Line, width: int) -> list[Line]:
    """Break a line into lines of at most so many columns, with the blanks at its beginning before each."""
    text = "".join(part for _, part in line)
    indent = len(text) - len(text.lstrip(" "))
    if not text or width <= indent + 1:
        return [line]
    places = wrap_places(text[indent:], width - indent)
    return [[("", " " * indent), *_between(line, indent + begin, indent + end)] for begin, end in places]


def _between(line: Line, begin: int, end: int) -> Iterator[Segment]:
    """Yield what a line has between two of its letters."""
    for name, text in line:
        part = text[max(begin, 0) : max(end, 0)]
        begin, end = begin - len(text), end - len(text)
        if part:
            yield name, part


def justify(left: Line, right: Line, width: int, ellipsis: str = "…") -> Line:
    """Put one line at the left and another at the right edge; the left one is cut if needed."""
    space = width - columns_of(right)
    if space < 1:
        return fit(right, width, ellipsis=ellipsis)
    return [*fit(left, space, ellipsis=ellipsis), *right]


def fit(line: Line, width: int, style: str = "", ellipsis: str = "…") -> Line:
    """Cut or pad a line to exactly so many columns; the padding has the given style, an ellipsis marks the cut."""
    space = width - columns_of(line)
    if space < 0:
        return _cut(line, width, ellipsis)
    return [*line, (style, " " * space)] if space else line


def clip(line: Line, width: int, ellipsis: str = "…") -> Line:
    """Cut a line that is wider than so many columns; an ellipsis marks the cut."""
    return _cut(line, width, ellipsis) if columns_of(line) > width else line


def shorten(text: str, width: int, ellipsis: str = "…") -> str:
    """Cut a text that is wider than so many columns; an ellipsis marks the cut, without a blank before it."""
    if width_of(text) <= width:
        return text
    room = max(0, width - len(ellipsis))
    return f"{text[: place_in(text, room)].rstrip()}{ellipsis}"[: max(0, width)]


def _cut(line: Line, width: int, ellipsis: str) -> Line:
    """Cut a line. A wide letter that is cut leaves a column, which is filled, so that the right edge stays straight."""
    room = max(0, width - len(ellipsis))
    kept: list[Segment] = []
    for name, text in line:
        columns = width_of(text)
        if columns > room:
            piece = text[: place_in(text, room)]
            kept.append((name, piece + f"{ellipsis}{' ' * (room - width_of(piece))}"[:width]))
            break
        kept.append((name, text))
        room -= columns
    return kept


class Painted(urwid.TextCanvas):
    """A canvas that keeps its rows as the screen takes them: each is read for every key, but painted rarely."""

    _rows: Sequence[PaintedRow] | None = None

    def content(
        self, trim_left: int = 0, trim_top: int = 0, cols: int = 0, rows: int = 0, attr: Any = None
    ) -> Iterator[PaintedRow]:
        """Yield rows (urwid's protocol)."""
        if trim_left or attr or (cols and cols != self.cols()):
            return super().content(trim_left, trim_top, cols, rows, attr)
        if self._rows is None:
            self._rows = tuple(super().content())
        return iter(self._rows[trim_top : trim_top + rows] if rows else self._rows[trim_top:])


def paint(lines: Sequence[Line], width: int, height: int, style: str = "", ellipsis: str = "…") -> Painted:
    """Make a canvas of exactly width × height from lines, cut or padded where needed."""
    texts: list[bytes] = []
    attributes: list[list[tuple[Hashable, int]]] = []
    charsets: list[list[tuple[Charset, int]]] = []
    for number in range(height):
        text, attribute, charset = _encode(fit(lines[number] if number < len(lines) else (), width, style, ellipsis))
        texts.append(text)
        attributes.append(attribute)
        charsets.append(charset)
    return Painted(texts, attributes, charsets, maxcol=width, check_width=False)


def _encode(line: Line) -> tuple[bytes, list[tuple[Hashable, int]], list[tuple[Charset, int]]]:
    text = b""
    attributes: list[tuple[Hashable, int]] = []
    charsets: list[tuple[Charset, int]] = []
    for style, piece in line:
        data, charset = urwid.apply_target_encoding(_for_terminal(piece))
        text += data
        if data:
            attributes.append((spec_of(style) if style.startswith(LOOK) else style or None, len(data)))
            charsets += charset
    return text, attributes, charsets


def _for_terminal(text: str) -> str:
    """Replace letters for an ASCII terminal, where their bytes could be control characters."""
    if text.isascii() or urwid.get_encoding_mode() == "utf8":
        return text
    text = text.replace("…", "~")  # texts that were cut before anybody knew the terminal; it has one column
    return "".join(letter if letter.isascii() else "?" * width_of(letter) for letter in text)


class Panel(urwid.Widget):
    """A part of the screen that paints lines into a box. Call `changed` when the lines have changed."""

    _sizing = frozenset([urwid.BOX])
    _selectable = False

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Return what to paint: at most `height` lines."""
        del width, height
        return ()

    def changed(self) -> None:
        """Have the panel painted again."""
        self._invalidate()

    def render(self, size: tuple[int, int], focus: bool = False) -> urwid.Canvas:  # type: ignore[override]
        """Paint the panel (urwid's protocol)."""
        del focus
        return paint(self.lines(*size), *size, ellipsis=self.glyphs.ellipsis)

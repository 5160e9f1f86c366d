"""Reads colours, bold, underline and reverse from the escape sequences SGR (ECMA-48, `ESC [ … m`) in a pane's text. It
ignores all else that these set, and all other sequences; none of them leaves this module. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from navi.core.text import clean_lines, split_lines

Color = int | tuple[int, int, int] | None
"""One of 256 colours, a value of red, green and blue, or the terminal's own."""

LONGEST_SEQUENCE = 64
"""Characters of a sequence that are read; longer ones are dropped. tmux writes 40 at most."""

SEQUENCE = re.compile(rf"\x1b\[([0-9:;]{{0,{LONGEST_SEQUENCE}}})m")


class TextStyle(NamedTuple):
    """How a piece of text looks."""

    front: Color = None
    back: Color = None
    bold: bool = False
    underline: bool = False
    reverse: bool = False


PLAIN = TextStyle()

BASIC = ((30, "front", 0), (90, "front", 8), (40, "back", 0), (100, "back", 8))
"""Where the parameters for the first 16 colours begin, what they set, and which colour is the first."""

StyleRuns = tuple[tuple[int, TextStyle], ...]
"""The looks of a line from its beginning, each with the number of letters that have it."""

SETS: dict[str, dict[str, Any]] = {
    "0": PLAIN._asdict(), "": PLAIN._asdict(), "1": {"bold": True}, "22": {"bold": False}, "4": {"underline": True},
    "21": {"underline": True}, "24": {"underline": False}, "4:0": {"underline": False}, "7": {"reverse": True},
    "27": {"reverse": False}, "39": {"front": None}, "49": {"back": None},
    **{f"4:{kind}": {"underline": True} for kind in range(1, 6)},
    **{str(first + number): {field: base + number} for first, field, base in BASIC for number in range(8)},
}  # fmt: skip
"""What a parameter sets."""

EXTENDED = ("38", "48", "58")
"""The parameters that others follow, with a colour: of the text, behind it, and of a line below, which is left out."""

TAB = 8


def styled_lines(text: str) -> Iterator[tuple[str, StyleRuns]]:
    """Yield the lines of a text, as `clean_lines` returns them, with their looks; () where they fit no letters."""
    look = PLAIN
    for raw, line in zip(split_lines(text), clean_lines(text, TAB), strict=True):
        found: list[tuple[str, TextStyle]] = []
        column = 0
        for number, piece in enumerate(SEQUENCE.split(raw)):
            if number % 2:
                look = after_sequence(look, piece)
            elif cleaned := _clean(piece, column):
                found.append((cleaned, look))
                column += len(cleaned)
        same = "".join(piece for piece, _ in found) == line
        yield line, tuple((len(piece), look) for piece, look in found) if same else ()


def _clean(piece: str, column: int) -> str:
    """Return a piece of a line as it is safe to print; tabs count from the column in which it begins."""
    if piece.isascii() and piece.isprintable():
        return piece
    before = column % TAB
    return clean_lines(" " * before + piece, TAB)[0][before:]


@lru_cache(4096)
def after_sequence(look: TextStyle, parameters: str) -> TextStyle:
    """Return a look after a sequence with these parameters. Unknown ones change nothing."""
    texts = iter(parameters.split(";"))
    for text in texts:
        kind, *parts = text.split(":")
        if kind in EXTENDED:
            color = _color(parts) if parts else _color(_rest(texts))
            if color is not None and kind != "58":
                look = look._replace(front=color) if kind == "38" else look._replace(back=color)
        else:
            look = look._replace(**SETS.get(text, {}))
    return look


def _rest(texts: Iterator[str]) -> list[str]:
    """Return the parameters of a colour: those behind 5 or 2."""
    kind = next(texts, "")
    return [kind, *islice(texts, {"5": 1, "2": 3}.get(kind, 0))]


def _color(parts: Sequence[str]) -> Color:
    """Return the colour of `5:NUMBER`, `2:RED:GREEN:BLUE` or `2:SPACE:RED:GREEN:BLUE`, None if it is no colour."""
    kind, *rest = parts
    values = [int(part) if part.isdigit() else 256 for part in (rest[1:] if kind == "2" and len(rest) == 4 else rest)]
    if any(value > 255 for value in values):
        return None
    if kind == "2" and len(values) == 3:
        return values[0], values[1], values[2]
    return values[0] if kind == "5" and len(values) == 1 else None

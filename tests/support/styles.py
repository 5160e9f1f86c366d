"""What a terminal shows, from its lines with colours (`capture-pane -e`): runs of one style, and cells.

Colours are those that the program asked for: "" for the terminal's own, "0" to "255" for one of xterm's 256, "#rrggbb".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

SGR = re.compile(r"\x1b\[([0-9;:]*)m")

OTHER = re.compile(r"\x1b\([B0]|\x1b#\d|[\x0e\x0f\r\uffff]")
"""What terminals print beside SGR and means no character: character sets, kinds and ends of lines, right halves."""


@dataclass(frozen=True, slots=True)
class Style:
    """The style of characters."""

    front: str = ""
    back: str = ""
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False

    @property
    def words(self) -> str:
        """The style in words: "bold 80 on 236"; "plain" for the terminal's own."""
        names = ("bold", "dim", "italic", "underline", "reverse")
        words = [name for name in names if getattr(self, name)]
        words += [self.front] if self.front else []
        words += ["on", self.back] if self.back else []
        return " ".join(words) or "plain"

    @property
    def behind(self) -> Style:
        """What of the style shows on a blank."""
        if self.reverse:
            return replace(self, bold=False, dim=False, italic=False)
        return Style(back=self.back, underline=self.underline)


PLAIN = Style()

SWITCHES: Mapping[int, Mapping[str, Any]] = {
    1: {"bold": True}, 2: {"dim": True}, 3: {"italic": True}, 4: {"underline": True}, 7: {"reverse": True},
    22: {"bold": False, "dim": False}, 23: {"italic": False}, 24: {"underline": False}, 27: {"reverse": False},
}  # fmt: skip


def restyle(style: Style, parameters: str) -> Style:
    """Return the style after the sequence `ESC [ parameters m`; unknown parameters are ignored."""
    numbers = iter([int(number or 0) for number in re.split("[;:]", parameters)])
    for number in numbers:
        if number == 0:
            style = PLAIN
        elif number in SWITCHES:
            style = replace(style, **SWITCHES[number])
        else:
            style = recolour(style, number, numbers)
    return style


def recolour(style: Style, number: int, more: Iterator[int]) -> Style:
    """Return the style after a parameter that sets a colour; `more` yields the parameters that follow it."""
    side, place = ("front", number - 30) if number // 10 in (3, 9) else ("back", number - 40)
    if place == 8:
        chosen = str(next(more)) if next(more) == 5 else "#" + "".join(f"{next(more):02x}" for _ in range(3))
    elif place in range(8):
        chosen = str(place)
    elif place in range(60, 68):
        chosen = str(place - 52)
    elif place == 9:
        chosen = ""
    else:
        return style
    return replace(style, front=chosen) if side == "front" else replace(style, back=chosen)


# ---- text of one style


@dataclass(frozen=True, slots=True)
class Run:
    """Adjacent characters of one style, from a column on; `width` is in columns."""

    column: int
    width: int
    text: str
    style: Style


def width_of(text: str) -> int:
    """Return the width of a text in a terminal, in columns."""
    plain = [letter for letter in text if not unicodedata.combining(letter)]
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in plain)


def runs_of(line: str, style: Style) -> tuple[list[Run], Style]:
    """Split a line at its sequences; return the runs, and the style that continues in the next line."""
    runs: list[Run] = []
    column = 0
    for number, piece in enumerate(SGR.split(OTHER.sub("", line))):
        if number % 2:
            style = restyle(style, piece)
        elif piece:
            runs.append(Run(column, width_of(piece), piece, style))
            column += width_of(piece)
    return runs, style


def lines_of(screen: str) -> list[list[Run]]:
    """Return the runs of each line of a screen."""
    style, found = PLAIN, list[list[Run]]()
    for line in screen.rstrip("\n").split("\n"):
        runs, style = runs_of(line, style)
        found.append(runs)
    return found


# ---- cells


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a line. `text` is a character with what combines with it; "" in the right half of a wide one."""

    text: str
    style: Style


def cells_of(runs: list[Run]) -> list[Cell]:
    """Return the cells of a line."""
    cells: list[Cell] = []
    for run in runs:
        for letter in run.text:
            if unicodedata.combining(letter) and cells:
                cells[-1] = replace(cells[-1], text=cells[-1].text + letter)
            else:
                style = run.style.behind if letter == " " else run.style
                cells += [Cell(letter, style), *[Cell("", style)] * (width_of(letter) - 1)]
    return cells

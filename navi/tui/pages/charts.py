"""Bars: parts of a whole, as wide as the page allows, and readable without colours. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from navi.core.facts import Part
from navi.tui.style.paint import Line, fit, width_of
from navi.tui.style.theme import Glyphs

INDENT = 16
"""Columns before the texts of a page (labels.py); labels of bars may take more."""

NARROWEST = 5
"""Columns of the narrowest bar; with less room, only label and figure are shown."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A part and its style."""

    part: Part
    style: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars below each other, on one scale."""

    bars: tuple[Bar, ...]

    def lines(self, width: int, glyphs: Glyphs) -> list[Line]:
        """Draw the chart in so many columns: label, bar, figure."""
        names = max((width_of(bar.part.label) for bar in self.bars), default=0)
        figures = max((width_of(bar.part.figure) for bar in self.bars), default=0)
        label = max(INDENT, min(names + 6, width // 3))
        room = width - label - figures - 3
        return [self._line(bar, label, room, glyphs) for bar in self.bars]

    def _line(self, bar: Bar, label: int, room: int, glyphs: Glyphs) -> Line:
        name = fit([("dim", bar.part.label)], label - 5, ellipsis=glyphs.ellipsis)
        drawn = [*_drawn(bar, room, glyphs), ("", "  ")] if room >= NARROWEST else []
        return [("", "    "), *name, ("", " "), *drawn, ("", bar.part.figure)]


def filled(share: float, room: int) -> int:
    """Return how many columns a share takes: at least one if it is not zero, and all only for the whole."""
    columns = round(max(0.0, min(share, 1.0)) * room)
    if 0 < share < 1:
        return max(1, min(columns, room - 1))
    return columns


def _drawn(bar: Bar, room: int, glyphs: Glyphs) -> Line:
    columns = filled(bar.part.share, room)
    return [(bar.style, glyphs.full * columns), ("dim", glyphs.empty * (room - columns))]

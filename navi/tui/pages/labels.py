"""Labels with what they name, in two columns: one form for all pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from navi.core.text import clean
from navi.tui.pages.view import fold
from navi.tui.style.paint import Line, Segment, fit
from navi.tui.style.theme import Glyphs

INDENT, LABEL = 2, 14
"""Columns before a label, and of a label with the gap behind it."""

NARROW = 60
"""Columns of a page under which labels have less room."""

NARROW_INDENT, NARROW_LABEL = 1, 13


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label and a line, which goes on below itself where it is too long. Without a label, it goes on with the text of
    the one above. `indent` moves both to the right.
    """

    label: str
    segments: tuple[Segment, ...]
    indent: int = 0

    def lines(self, width: int, glyphs: Glyphs) -> list[Line]:
        """Return the lines for a width."""
        indent, room = (INDENT, LABEL) if width >= NARROW else (NARROW_INDENT, NARROW_LABEL)
        label = fit([("dim", self.label)], room - 1, ellipsis=glyphs.ellipsis)
        before = ("dim", " " * (indent + self.indent) + "".join(text for _, text in label) + " ")
        return fold([before, *self.segments], width)


def labelled(label: str, text: str, style: str = "") -> Labelled:
    """Return a label with a text, which is cleaned."""
    return Labelled(clean(label), ((style, clean(text)),))


def of_segments(label: str, segments: Sequence[Segment]) -> Labelled:
    """Return a label with segments, which are clean."""
    return Labelled(label, tuple(segments))


def heading(text: str) -> list[Line]:
    """Return the heading of a part of a page, with the blank line above it."""
    return [[], [("title", f" {text}")]]

"""A text that grows at the bottom of a terminal until the complete one replaces it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from navi.core.text import clean_lines

if TYPE_CHECKING:
    from navi.cli.output.output import Output

MOST_LINES = 8
"""The most lines of the text, from its end, that are drawn."""

MOST_CHARACTERS = 4096
"""Characters that are kept."""


class GrowingText:
    """Draws the end of the text on the terminal, and erases it again. Without a terminal it does nothing."""

    def __init__(self, output: Output, environment: Mapping[str, str]) -> None:
        self._output = output
        self._shows = output.is_terminal and environment.get("TERM", "dumb") != "dumb"
        self._text = ""
        self._drawn = 0

    def add(self, text: str) -> None:
        """Add to the text, and show it."""
        if not self._shows:
            return
        self._text = (self._text + text)[-MOST_CHARACTERS:]
        lines = [_cut(line, self._width()) for line in clean_lines(self._text)[-MOST_LINES:]]
        self._write(self._erase() + "\n".join(lines))
        self._drawn = len(lines)

    def clear(self) -> None:
        """Erase the text."""
        if self._drawn:
            self._write(self._erase())
        self._text, self._drawn = "", 0

    def _erase(self) -> str:
        """Return what moves to the beginning of the first line that is drawn, and erases from there on."""
        up = f"\x1b[{self._drawn - 1}A" if self._drawn > 1 else ""
        return f"\r{up}\x1b[J"

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._output.stdout.fileno()).columns
        except OSError:
            return 80

    def _write(self, text: str) -> None:
        self._output.stdout.write(text)
        self._output.stdout.flush()


def _cut(line: str, width: int) -> str:
    """Return the end of a line that certainly fits into the width: any letter may take two cells."""
    ascii_only = line.isascii()
    room = max(1, width - 1 if ascii_only else (width - 1) // 2)
    return line[-room:]

"""A line above the footer that offers something, without taking keys: whoever types must not answer it by accident."""

from __future__ import annotations

from collections.abc import Sequence

from navi.tui.style.paint import Line, Panel
from navi.tui.style.theme import Glyphs

URGENT = ("hosts", "hooks")
"""The commands that are offered, the most urgent first."""


class Banner(Panel):
    """Shows the key of the most urgent command that is offered, and what it does."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._offers: dict[str, tuple[str, str]] = {}

    def offer(self, command: str, key: str, text: str) -> bool:
        """Offer a command of URGENT; no longer if there is no text. Return whether the line appears or goes away."""
        was_empty = self.is_empty
        self._offers.pop(command, None)
        if text:
            self._offers[command] = (key, text)
        self.changed()
        return self.is_empty != was_empty

    @property
    def is_empty(self) -> bool:
        """Whether nothing is offered."""
        return not self._offers

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the line."""
        del width, height
        offered = [self._offers[command] for command in URGENT if command in self._offers]
        return [[("key", f" {key}"), ("notice", f" {text}")] for key, text in offered[:1]]

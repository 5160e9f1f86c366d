"""A line above the footer that offers something, without taking keys: whoever types must not answer it by accident."""

from __future__ import annotations

from collections.abc import Sequence

from navi.tui.style.paint import Line, Panel


class Banner(Panel):
    """Shows a key and what it offers; nothing while there is no text."""

    key = ""
    text = ""

    def show(self, key: str, text: str) -> bool:
        """Show another text; return whether it differs."""
        same = (key, text) == (self.key, self.text)
        self.key, self.text = key, text
        self.changed()
        return not same

    def lines(self, width: int, height: int) -> Sequence[Line]:
        """Paint the line."""
        del width, height
        return [[("key", f" {self.key}"), ("notice", f" {self.text}")]]

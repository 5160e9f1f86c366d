"""The dialog that is open while navi looks for what it can offer: it takes the keys that come meanwhile."""

from __future__ import annotations

from navi.tui.dialogs.dialog import Dialog
from navi.tui.screen import DashboardScreen


class Looking(Dialog):
    """Says what is looked for. What is found replaces it, unless the user has closed it: a dialog that opened later by
    itself would take keys that were meant for the list.
    """

    narrowest = 60

    def __init__(self, screen: DashboardScreen, title: str, words: str) -> None:
        super().__init__(screen.glyphs, title, screen.close)
        self.note = words

    def press(self, key: str, command: str | None) -> None:
        """Close, on the keys that close what is found, too."""
        if command == "decline":
            self.close()
        else:
            super().press(key, command)

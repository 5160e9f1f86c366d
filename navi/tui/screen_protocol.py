"""What commands need of the screen."""

from __future__ import annotations

from typing import Protocol

from navi.tui.dialogs.dialog import Dialog
from navi.tui.progress import Progress
from navi.tui.style.theme import Glyphs


class Screen(Protocol):
    """What the commands need of the screen."""

    glyphs: Glyphs
    progress: Progress

    def open(self, dialog: Dialog) -> None:
        """Put a dialog on the screen, in place of one that is there."""
        ...

    def close(self) -> None:
        """Take the dialog away."""
        ...

    def shows(self, dialog: Dialog) -> bool:
        """Return whether that dialog is on the screen."""
        ...

    def show_message(self, words: str, style: str = "notice") -> None:
        """Show a message at the bottom of the screen."""
        ...

    def expect(self, host: str, name: str, attach: bool) -> None:
        """Put the cursor on a session as soon as it is listed, and attach to it if asked."""
        ...

    def offer_undo(self, address: str) -> None:
        """Offer for a while to restore a session that was killed."""
        ...

    def withdraw_undo(self, address: str) -> None:
        """Offer no more to restore a session."""
        ...

    def key_of(self, command: str) -> str:
        """Return the key of a command, as people write it."""
        ...

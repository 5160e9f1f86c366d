"""What commands need of the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from navi.config.undo_list import UndoEntry
from navi.core.model import Session
from navi.tui.dialogs.dialog import Dialog
from navi.tui.progress import Progress
from navi.tui.style.theme import Glyphs

SelectAgain = Callable[[Session], None]
"""Selects a session again if it was selected before, and no others are by now."""


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

    @property
    def place(self) -> object:
        """What the user is at: the open dialog, or else the last key. It is another one once they have gone on."""
        ...

    def expect(self, is_it: Callable[[Session], bool], place: object, attach: bool = False) -> None:
        """Put the cursor on the session as soon as it is listed, and attach to it if asked, unless the user has gone on
        from the `place` where they asked for it, or does so until then.
        """
        ...

    def ordered(self) -> SelectAgain:
        """Call this when something was ordered for all sessions that a key applies to: they are selected no longer.
        Call what it returns for each for which that was not done.
        """
        ...

    def offer_undo(self, killed: UndoEntry) -> None:
        """Offer for a while to restore a session that was killed."""
        ...

    def withdraw_undo(self, killed: UndoEntry) -> None:
        """Offer no more to restore a session."""
        ...

    @property
    def offered_undo(self) -> UndoEntry | None:
        """The session that the footer offers to restore."""
        ...

    def key_of(self, command: str) -> str:
        """Return the key of a command, as people write it."""
        ...

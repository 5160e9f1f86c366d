"""The screen: its parts and their arrangement, dialogs, the moving keys, and what commands say in the footer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import trio

from navi.config.settings import Settings
from navi.config.undo_list import UndoEntry
from navi.core.listing import SessionKey
from navi.core.model import Session
from navi.core.text import is_utf8_locale
from navi.tui.banner import Banner
from navi.tui.bars import Footer, Header
from navi.tui.dialogs.dialog import Dialog
from navi.tui.keys.keymap import Keymap
from navi.tui.layout import Layout
from navi.tui.list.session_list import SessionList
from navi.tui.pages.view import PageView
from navi.tui.palette.picker import Picker
from navi.tui.preview.view import Preview
from navi.tui.progress import Progress
from navi.tui.screen_protocol import SelectAgain
from navi.tui.style.theme import choose_colors, choose_glyphs
from navi.tui.terminal import Terminal

EXPECTED_FOR = 10.0
"""Seconds in which a session that was just created may still take the cursor."""

FAR = 10**6
"""More lines or sessions than there are."""

OFFERED_FOR = 30.0
"""Seconds after a kill in which the footer offers to restore the session."""


class ExpectedSession(NamedTuple):
    """Which session is to take the cursor, whether to attach to it, and until when (trio's clock)."""

    is_it: Callable[[Session], bool]
    attach: bool
    until: float


class DashboardScreen:
    """`press` takes the keys, `clicked` whether a session was clicked again; `attach` attaches to a session. `killed`
    are the sessions that were killed just now, and until when the footer offers to restore them (trio's clock).
    `selected_again` is called when sessions are selected for which something has failed.
    """

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], keymap: Keymap, press: Callable[[str], None],
        clicked: Callable[[bool], None], attach: Callable[[Session], None],
    ) -> None:  # fmt: skip
        shows_unicode = is_utf8_locale(environment) or settings.glyphs == "unicode"
        self.glyphs = choose_glyphs(settings, shows_unicode)
        self.list = SessionList(self.glyphs, clicked)
        self.list.density = settings.density
        self.preview = Preview(self.glyphs, choose_colors(settings, environment))
        self.header = Header(self.glyphs, keymap)
        self.footer = Footer(self.glyphs)
        self.progress = Progress(self.footer.put_progress)
        self.footer.pressed = press
        self._banner = Banner(self.glyphs)
        self.layout = Layout(self.header, self.list, self.footer, self._banner)
        self.layout.pressed = press
        self.layout.beside = settings.layout == "side"
        self.terminal = Terminal(self.layout, settings, environment, press, shows_unicode)
        self._keymap = keymap
        self._attach = attach
        self._expected: ExpectedSession | None = None
        self.selected_again: Callable[[], None] = lambda: None
        self._keys = 0
        self.killed: list[tuple[UndoEntry, float]] = []

    # ---- arrangement

    def arrange(self, page: PageView | None, with_preview: bool) -> None:
        """Show a page, or else the list, with or without the preview."""
        self.layout.main = page or self.list
        self.layout.preview = self.preview if with_preview and not page else None
        self.layout.changed()

    # ---- dialogs and messages: what commands need

    @property
    def dialog(self) -> Dialog | None:
        """The open dialog."""
        return self.layout.dialog

    def open(self, dialog: Dialog) -> None:
        """Open a dialog, in place of one that is open."""
        dialog.keymap = self._keymap
        self.layout.dialog = dialog
        self.layout.changed()

    def close(self) -> None:
        """Close the dialog."""
        self.layout.dialog = None
        self.layout.changed()

    def shows(self, dialog: Dialog) -> bool:
        """Return whether that dialog is open."""
        return self.layout.dialog is dialog

    def show_message(self, words: str, style: str = "notice") -> None:
        """Show a message in the footer, until the next key."""
        self.footer.show_message(words, style)

    def offer(self, command: str, text: str) -> None:
        """Offer what a command does in the line above the footer; no longer if there is no text."""
        if self._banner.offer(command, self.key_of(command), text):
            self.layout.changed()

    def update_dialog(self) -> None:
        """Show what a list to choose from has now."""
        if isinstance(self.layout.dialog, Picker):
            self.layout.dialog.update()
            self.layout.changed()

    def ordered(self) -> SelectAgain:
        """Call this when something was ordered for all sessions that a key applies to: they are selected no longer. A
        page's session leaves the selection of the list alone. Return what selects those again for which it fails.
        """
        if self.layout.main is not self.list:
            return lambda _: None
        were = self.list.selected_keys
        self.list.clear_selected()
        return partial(self._select_again, were)

    def _select_again(self, were: frozenset[SessionKey], session: Session) -> None:
        if self.list.select_again(session.key, were):
            self.selected_again()

    def offer_undo(self, killed: UndoEntry) -> None:
        """Offer for a while to restore a session that was killed."""
        self.killed.append((killed, trio.current_time() + OFFERED_FOR))

    def withdraw_undo(self, killed: UndoEntry) -> None:
        """Offer no more to restore a session."""
        self.killed = [one for one in self.killed if one[0] != killed]

    @property
    def offered_undo(self) -> UndoEntry | None:
        """The session that the footer offers to restore."""
        if self.killed:
            now = trio.current_time()
            self.killed = [one for one in self.killed if one[1] > now]
        return self.killed[-1][0] if self.killed else None

    @property
    def undo(self) -> tuple[str, str]:
        """The session that was killed just now and the key that restores it, both "" if none was."""
        offered = self.offered_undo
        return (offered.address, self.key_of("undo")) if offered else ("", "")

    @property
    def undo_lasts(self) -> float:
        """For how many seconds the footer offers that."""
        return self.killed[-1][1] - trio.current_time() if self.killed else float("inf")

    def key_of(self, command: str) -> str:
        """Return the key of a command as people write it."""
        return self._keymap.name(command)

    # ---- the cursor

    @property
    def place(self) -> object:
        """What the user is at: the open dialog, or else the last key. It is another one once they have gone on."""
        return self.layout.dialog or self._keys

    def took_key(self) -> None:
        """Call this for every key and click: who goes on wants the cursor where it is."""
        self._keys += 1
        self._expected = None

    def expect(self, is_it: Callable[[Session], bool], place: object, attach: bool = False) -> None:
        """Put the cursor on the session as soon as it is listed, and attach to it if asked, unless the user has gone on
        from the `place` where they asked for it, or does so until then.
        """
        if place == self.place:
            self._expected = ExpectedSession(is_it, attach, trio.current_time() + EXPECTED_FOR)
            self.go_to_expected()

    def go_to_expected(self) -> None:
        """Call this when other sessions are listed: go to the session that is expected, if it is among them."""
        if self._expected is None:
            return
        expected = self._expected
        if trio.current_time() > expected.until:
            self._expected = None
        elif session := self.list.go_to(expected.is_it):
            self._expected = None
            if expected.attach:
                self._attach(session)

    # ---- commands

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands that move the cursor, or scroll the page or the preview."""
        return {
            "down": partial(self._move, 1),
            "up": partial(self._move, -1),
            "page_down": lambda: (self._scroller or self.list).page(1),
            "page_up": lambda: (self._scroller or self.list).page(-1),
            "first": partial(self._move, -FAR),
            "last": partial(self._move, FAR),
            "redraw": self.terminal.redraw,
        }

    @property
    def _scroller(self) -> PageView | Preview | None:
        """What the moving keys scroll, None if they move the cursor."""
        if isinstance(self.layout.main, PageView):
            return self.layout.main
        visible = self.layout.shows_preview(*self.terminal.size)
        return self.preview if self.preview.focused and visible else None

    def _move(self, step: int) -> None:
        page, scroller = self.layout.main, self._scroller
        if isinstance(page, PageView):
            page.move(step)
        elif scroller:
            scroller.scroll(step)
        else:
            self.list.move(step)

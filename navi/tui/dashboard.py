"""The dashboard: puts the parts on the screen, and gives each key to the command that it stands for."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import trio

from navi.config.places import Places
from navi.config.settings import Problem, Settings
from navi.core.listing import Selection
from navi.core.model import Session
from navi.fleet import Fleet
from navi.ops import OperationError
from navi.tui.actions import Actions
from navi.tui.bars import Footer, Header
from navi.tui.dialogs.dialog import Dialog
from navi.tui.host_commands import HostCommands
from navi.tui.keymap import rebind
from navi.tui.keys import KEYS
from navi.tui.layout import Layout
from navi.tui.list.commands import ListCommands
from navi.tui.list.search import Search
from navi.tui.list.session_list import SessionList
from navi.tui.notifier import Notifier
from navi.tui.pages.page import Services
from navi.tui.pages.stack import PageStack
from navi.tui.pages.view import PageView
from navi.tui.preview.commands import PreviewCommands
from navi.tui.preview.feed import PreviewFeed
from navi.tui.preview.view import Preview
from navi.tui.session_commands import Lifecycle
from navi.tui.terminal import Terminal, terminal_shows_unicode
from navi.tui.terminal_programs import TerminalPrograms
from navi.tui.theme import choose_glyphs

FRAME_TIME = 0.04
"""Seconds between two redraws for news: people can't read faster, and keys must not wait."""

EXPECTED_FOR = 10.0
"""Seconds in which a session that was just created may still take the cursor."""

FAR = 10**6
"""More lines or sessions than there are."""


class Dashboard:
    """Everything on the screen. The fleet's news redraw it."""

    def __init__(
        self, fleet: Fleet, settings: Settings, problems: Sequence[Problem], environment: Mapping[str, str]
    ) -> None:
        shows_unicode = terminal_shows_unicode(environment) or settings.glyphs == "unicode"
        glyphs = choose_glyphs(settings, shows_unicode)
        self.fleet = fleet
        fleet.changed = self.heard
        self._keymap, wrong_keys = rebind(KEYS, settings.keys)
        self._problems = (*problems, *wrong_keys)
        self._list = SessionList(glyphs, self._clicked)
        self._preview = Preview(glyphs)
        self._header = Header(glyphs, self._keymap)
        self._footer = Footer(glyphs, self._keymap)
        self._layout = Layout(self._header, self._list, self._footer)
        self._layout.beside = settings.layout == "side"
        self.terminal = Terminal(self._layout, settings, environment, self.press, shows_unicode)
        self._news = trio.Event()
        self._moved = trio.Event()
        self._quit = trio.CancelScope()
        self._pasting = False
        self._expected: tuple[str, str, bool, float] | None = None
        # What keys do, by what it is about.
        services = Services(fleet, glyphs, self._keymap, self._problems, self._update_page)
        self._pages = PageStack(services, KEYS, lambda: self._list.selected, self._page_changed)
        self._search = Search(self._list)
        self._filters = ListCommands(
            fleet, self._list, Selection(everything=settings.show_all), self.tell, self._refresh
        )
        self._view = PreviewCommands(self._preview, self._layout, settings.preview == "on", self._preview_changed)
        self._programs = TerminalPrograms(fleet, self.terminal, environment, self.tell, self._keymap)
        self._actions = Actions(fleet)
        sessions = Lifecycle(fleet, settings, self._actions, glyphs, self, Places(environment))
        hosts = HostCommands(fleet, self._list, self._filters, self._pages, self._programs, self.tell)
        self._commands: dict[str, Callable[[], None]] = {
            **self._own_commands(), **self._session_commands(sessions), **self._pages.commands, **self._search.commands,
            **self._filters.commands, **self._view.commands, **hosts.commands,
        }  # fmt: skip
        # Tasks that live as long as the dashboard.
        self._feed = PreviewFeed(fleet, self._preview, self._keymap)
        self._notifier = Notifier(settings.notify, environment, self.terminal.ring)
        self._background = services.background

    # ---- life

    def heard(self, name: str) -> None:
        """Note that a host's view has changed."""
        del name
        self._news.set()

    async def run(self) -> None:
        """Show the fleet until the user quits or the terminal goes away."""
        self._arrange()
        self._refresh()
        async with trio.open_nursery() as nursery:
            # A closed terminal sends SIGHUP more than once; none of them may interrupt the cleanup.
            nursery.start_soon(self._handle_signals)
            await self._show_until_quit()
            nursery.cancel_scope.cancel()

    async def _show_until_quit(self) -> None:
        parts = (self.fleet, self._feed, self._programs, self._actions, self._background, self._notifier)
        with self._quit:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._follow_news)
                nursery.start_soon(self._follow_time)
                for part in parts:
                    nursery.start_soon(part.run)
                await self.terminal.run()
                nursery.cancel_scope.cancel()

    async def _handle_signals(self) -> None:
        """Quit on signals. SIGINT may be meant for a program that has the terminal, and ends nothing here."""
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
            async for number in signals:
                if number != signal.SIGINT:
                    self._quit.cancel()

    async def _follow_news(self) -> None:
        while True:
            await self._news.wait()
            self._news = trio.Event()
            self._refresh()
            await trio.sleep(FRAME_TIME)

    async def _follow_time(self) -> None:
        """Repaint when an age reads differently, and not before: an idle screen gets no bytes."""
        while True:
            lasts = min(self._list.label_lasts, self._header.label_lasts)
            page = self._pages.page
            pause = 1.0 if page else min(max(lasts, 0.5), 60.0)
            with trio.move_on_after(pause) as waited:
                await self._moved.wait()
            self._moved = trio.Event()
            if waited.cancelled_caught and (self._pages.page or lasts <= 60.0):
                self._refresh()

    # ---- what is shown

    def _refresh(self) -> None:
        """Show what the fleet knows now."""
        views = self.fleet.views
        self._filters.show(self._keymap)
        self._select_expected()
        self._notifier.note(views)
        self._header.show(views, self._list.sessions, len(self._problems), trio.current_time())
        self._follow()
        self._update_page()

    def _follow(self) -> None:
        """After anything that may have moved the cursor or the time: tell the parts that follow them."""
        session = self._list.selected
        self._preview.follow(session)
        self._moved.set()
        self._feed.follow(session, self._layout.preview is not None)
        marked = len(self._list.marked)
        self._footer.show(self._filters.selection, self._search.typed, self._search.matches(), marked, self._contexts)

    def _arrange(self) -> None:
        """Put the parts where they belong now."""
        view = self._pages.view
        self._layout.main = view or self._list
        self._layout.preview = self._preview if self._view.shown and not view else None
        self._layout.changed()
        self._follow()

    def _update_page(self) -> None:
        self._pages.update()

    def _page_changed(self) -> None:
        """Another page is in front. The cursor stays on the session that it is about."""
        if self._pages.page and self._pages.page.session:
            self._list.hold()
        self._update_page()
        self._arrange()

    def _preview_changed(self) -> None:
        self._list.hold()
        self._arrange()

    # ---- keys

    @property
    def _contexts(self) -> tuple[str, ...]:
        """The contexts that are in front, the topmost first."""
        dialog = self._layout.dialog
        return dialog.contexts if dialog else self._pages.contexts or self._search.contexts

    def press(self, key: str) -> None:
        """Do what a key stands for."""
        if key in ("begin paste", "end paste"):
            self._pasting = key == "begin paste"
            return
        self._footer.clear()
        if not (self._dialog_takes(key) or self._search.press(key, self._pasting)):
            self._run_command(key)
        self._follow()

    def _dialog_takes(self, key: str) -> bool:
        """Give a key to the dialog, if there is one; line ends of pasted text submit nothing."""
        dialog = self._layout.dialog
        command = self._keymap.command(self._contexts, key)
        if dialog is None or command == "redraw":
            return False
        if not self._pasting or len(key) == 1:
            dialog.press(key, None if self._pasting else command)
            self._layout.changed()
        return True

    def _run_command(self, key: str) -> None:
        command = self._keymap.command(self._contexts, key)
        if self._pasting:
            self.tell(f"pasted text does nothing here; {self.key_of('search')} searches")
        elif command:
            self._commands[command]()
        elif len(key) == 1 or key.startswith("f"):
            self.tell(f"{key} does nothing here; {self.key_of('help')} shows the keys")

    def _clicked(self, again: bool) -> None:
        self._footer.clear()
        if again:
            self._attach()
        self._follow()

    # ---- commands

    def _own_commands(self) -> dict[str, Callable[[], None]]:
        return {
            "down": lambda: self._scroll(1),
            "up": lambda: self._scroll(-1),
            "page_down": lambda: (self._scroller or self._list).page(1),
            "page_up": lambda: (self._scroller or self._list).page(-1),
            "first": lambda: self._scroll(-FAR),
            "last": lambda: self._scroll(FAR),
            "search": self._begin_search,
            "leave": self._leave,
            "redraw": self._redraw,
            "quit": self._quit.cancel,
        }

    def _session_commands(self, sessions: Lifecycle) -> dict[str, Callable[[], None]]:
        return {
            "attach": self._attach,
            "new": lambda: sessions.new(self._list.selected),
            "undo": sessions.undo,
            "clone": partial(self._for_one, sessions.clone),
            "rename": partial(self._for_one, sessions.rename),
            "tag": partial(self._for_one, sessions.tag),
            "kill": partial(self._for_all, sessions.kill),
            "dismiss": partial(self._for_all, sessions.dismiss),
            "bookmark": partial(self._for_all, sessions.bookmark),
        }

    @property
    def _scroller(self) -> PageView | Preview | None:
        """What the moving keys scroll, None if they move the cursor."""
        seen = self._layout.preview and self._layout.shows_preview(self.terminal.size[1])
        return self._pages.view or (self._preview if self._preview.focused and seen else None)

    def _scroll(self, step: int) -> None:
        scroller = self._scroller
        scroller.scroll(step) if scroller else self._list.move(step)

    def _begin_search(self) -> None:
        self._pages.clear()
        self._search.begin()

    def _leave(self) -> None:
        """Leave what is nearest: the preview, the search, the selection, the filters."""
        if self._preview.focused:
            self._view.focus()
        elif self._list.query:
            self._search.clear()
        else:
            self._filters.reset()

    def _redraw(self) -> None:
        self.terminal.redraw()
        self._arrange()

    def _attach(self) -> None:
        if session := self._list.selected:
            self._list.hold()
            self._programs.attach(session)

    def _for_one(self, command: Callable[[Session], None]) -> None:
        """Apply a command to the page's session, or else the one under the cursor."""
        page = self._pages.page
        session = page.session if page else self._list.selected
        if session is None:
            self.tell("no session is selected")
            return
        self._list.hold()
        command(session)

    def _for_all(self, command: Callable[[Sequence[Session]], None]) -> None:
        """Apply a command to the page's session, or else all selected ones."""
        page = self._pages.page
        sessions = ((page.session,) if page.session else ()) if page else self._list.chosen
        if not sessions:
            self.tell("no session is selected")
            return
        self._list.hold()
        try:
            command(sessions)
        except OperationError as error:
            self.tell(str(error), "fault")
        self._list.unmark()

    # ---- what commands need of the screen

    def open(self, dialog: Dialog) -> None:
        """Open a dialog, in place of one that is open."""
        dialog.keymap = self._keymap
        self._layout.dialog = dialog
        self._layout.changed()

    def close(self) -> None:
        """Close the dialog."""
        self._layout.dialog = None
        self._layout.changed()

    def shows(self, dialog: Dialog) -> bool:
        """Return whether that dialog is open."""
        return self._layout.dialog is dialog

    def tell(self, words: str, style: str = "notice") -> None:
        """Say something in the footer, until the next key."""
        self._footer.tell(words, style)

    def key_of(self, command: str) -> str:
        """Return the key of a command as people write it."""
        return self._keymap.name(command)

    def expect(self, host: str, name: str, attach: bool) -> None:
        """Put the cursor on a session as soon as it is listed, and attach to it if asked."""
        self._expected = (host, name, attach, trio.current_time() + EXPECTED_FOR)
        self._select_expected()

    def _select_expected(self) -> None:
        if self._expected is None:
            return
        host, name, attach, until = self._expected
        if trio.current_time() > until:
            self._expected = None
        elif (session := self._list.go_to(host, name)) and session.tmux:
            self._expected = None
            if attach:
                self._programs.attach(session)

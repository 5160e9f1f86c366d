"""The dashboard: the run loop, what it redraws, and which command each key runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence

import trio

from navi.config.places import Places
from navi.config.settings import Problem, Settings
from navi.core.listing import Selection
from navi.core.model import Session
from navi.fleet import Fleet
from navi.tui.actions import Actions
from navi.tui.host_commands import HostCommands
from navi.tui.keymap import rebind
from navi.tui.keys import KEYS
from navi.tui.list.commands import ListCommands
from navi.tui.list.search import Search
from navi.tui.notifier import Notifier
from navi.tui.pages.page import Services
from navi.tui.pages.stack import PageStack
from navi.tui.preview.commands import PreviewCommands
from navi.tui.preview.feed import PreviewFeed
from navi.tui.screen import Screen
from navi.tui.session_commands import Lifecycle
from navi.tui.session_keys import SessionKeys
from navi.tui.terminal_programs import TerminalPrograms

FRAME_TIME = 0.04
"""Seconds between two redraws for news: people can't read faster, and keys must not wait."""


class Dashboard:
    """Everything on the screen. The fleet's news redraw it."""

    def __init__(
        self, fleet: Fleet, settings: Settings, problems: Sequence[Problem], environment: Mapping[str, str]
    ) -> None:
        self.fleet = fleet
        fleet.changed = self.heard
        self._keymap, wrong_keys = rebind(KEYS, settings.keys)
        self._problems = (*problems, *wrong_keys)
        self._screen = Screen(settings, environment, self._keymap, self.press, self._clicked, self._attach)
        self._feed = PreviewFeed(fleet, self._screen.preview, self._keymap)
        self._notifier = Notifier(settings.notify, environment, self._screen.terminal.ring)
        self._news = trio.Event()
        self._moved = trio.Event()
        self._quit = trio.CancelScope()
        self._pasting = False
        self._commands = self._make_commands(settings, environment)

    def _make_commands(self, settings: Settings, environment: Mapping[str, str]) -> Mapping[str, Callable[[], None]]:
        """Return what keys do, by the names of the table."""
        fleet, screen = self.fleet, self._screen
        services = Services(fleet, screen.glyphs, self._keymap, self._problems, self._update_page)
        self._pages = PageStack(services, KEYS, lambda: screen.list.selected, self._page_changed)
        self._search = Search(screen.list)
        selection = Selection(everything=settings.show_all)
        self._filters = ListCommands(fleet, screen.list, selection, screen.tell, self._refresh)
        self._preview = PreviewCommands(screen.preview, screen.layout, settings.preview == "on", self._preview_changed)
        self._programs = TerminalPrograms(fleet, screen.terminal, environment, screen.tell, self._keymap)
        actions = Actions(fleet)
        sessions = Lifecycle(fleet, settings, actions, screen.glyphs, screen, Places(environment))
        self._sessions = SessionKeys(screen, self._pages, self._programs, sessions)
        hosts = HostCommands(fleet, screen.list, self._filters, self._pages, self._programs, screen.tell)
        self._tasks = (
            fleet.run, self._feed.run, self._notifier.run, self._programs.run, actions.run, services.background.run,
        )  # fmt: skip
        own = {"search": self._begin_search, "leave": self._leave, "quit": self._quit.cancel}
        groups = (screen, self._sessions, self._pages, self._search, self._filters, self._preview, hosts)
        return own | {name: command for group in groups for name, command in group.commands.items()}

    # ---- the run loop

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
        with self._quit:
            async with trio.open_nursery() as nursery:
                for task in (self._follow_news, self._follow_time, *self._tasks):
                    nursery.start_soon(task)
                await self._screen.terminal.run()
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
            lasts = min(self._screen.list.label_lasts, self._screen.header.label_lasts)
            pause = 1.0 if self._pages.page else min(max(lasts, 0.5), 60.0)
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
        self._screen.select_expected()
        self._notifier.note(views)
        self._screen.header.show(views, self._screen.list.sessions, len(self._problems), trio.current_time())
        self._follow()
        self._update_page()

    def _follow(self) -> None:
        """After anything that may have moved the cursor or the time: update the parts that follow them."""
        session = self._screen.list.selected
        self._moved.set()
        self._screen.preview.follow(session)
        self._feed.follow(session, self._screen.layout.preview is not None)
        marked = len(self._screen.list.marked)
        self._screen.footer.show(
            self._filters.selection, self._search.typed, self._search.matches(), marked, self._contexts
        )

    def _arrange(self) -> None:
        self._screen.arrange(self._pages.view, self._preview.shown)
        self._follow()

    def _update_page(self) -> None:
        self._pages.update()

    def _page_changed(self) -> None:
        """Show the page in front. The cursor stays on the session that it is about."""
        if self._pages.page and self._pages.page.session:
            self._screen.list.hold()
        self._update_page()
        self._arrange()

    def _preview_changed(self) -> None:
        self._screen.list.hold()
        self._arrange()

    # ---- keys

    @property
    def _contexts(self) -> tuple[str, ...]:
        """The contexts that are in front, the topmost first."""
        dialog = self._screen.dialog
        return dialog.contexts if dialog else self._pages.contexts or self._search.contexts

    def press(self, key: str) -> None:
        """Run the command of a key, or give the key to the dialog or the search."""
        if key in ("begin paste", "end paste"):
            self._pasting = key == "begin paste"
            return
        self._screen.footer.clear()
        if not (self._dialog_takes(key) or self._search.press(key, self._pasting)):
            self._run_command(key)
        self._follow()

    def _dialog_takes(self, key: str) -> bool:
        """Give a key to the dialog, if there is one; line ends of pasted text submit nothing."""
        dialog = self._screen.dialog
        command = self._keymap.command(self._contexts, key)
        if dialog is None or command == "redraw":
            return False
        if not self._pasting or len(key) == 1:
            dialog.press(key, None if self._pasting else command)
            self._screen.layout.changed()
        return True

    def _run_command(self, key: str) -> None:
        command = self._keymap.command(self._contexts, key)
        if self._pasting:
            self._screen.tell(f"pasted text does nothing here; {self._keymap.name('search')} searches")
        elif command:
            {**self._commands, **self._pages.own_commands}[command]()
        elif len(key) == 1 or key.startswith("f"):
            self._screen.tell(f"{key} does nothing here; {self._keymap.name('help')} shows the keys")

    def _clicked(self, again: bool) -> None:
        """A session was clicked: a second click attaches to it."""
        self._screen.footer.clear()
        if again:
            self._sessions.attach()
        self._follow()

    def _attach(self, session: Session) -> None:
        self._programs.attach(session)

    # ---- commands that cross parts

    def _begin_search(self) -> None:
        """Search the list, which a page may cover."""
        self._pages.clear()
        self._search.begin()

    def _leave(self) -> None:
        """Leave what is nearest: the preview, the search, the selection, the filters."""
        if self._screen.preview.focused:
            self._preview.focus()
        elif self._screen.list.query:
            self._search.clear()
        else:
            self._filters.reset()

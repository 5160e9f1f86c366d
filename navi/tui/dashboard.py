"""The dashboard: the run loop, what it redraws, and which command each key runs. commands.py has the commands."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping, Sequence

import trio

from navi.config.navi_files import NaviFiles
from navi.config.notices import NoticeStore
from navi.config.settings import Problem, Settings
from navi.core.model import Session
from navi.fleet import Fleet
from navi.notifier import Notifier
from navi.tui.caption import caption
from navi.tui.commands.all import Commands
from navi.tui.first_run.host_offer import MakeHosts
from navi.tui.keys.keymap import parse_shown, rebind, shown
from navi.tui.keys.table import KEYS
from navi.tui.preview.branch import BranchFeed
from navi.tui.preview.feed import PreviewFeed
from navi.tui.screen import DashboardScreen
from navi.tui.style.theme import check_styles

FRAME_TIME = 0.04
"""Seconds between two redraws for news, at least: people can't read faster, and keys must not wait."""

RESTS = 4
"""Times the processor time of a redraw, until the next one: thousands of sessions take longer than a key may wait."""


class Dashboard:
    """Everything on the screen. The fleet's news redraw it."""

    def __init__(
        self, fleet: Fleet, settings: Settings, problems: Sequence[Problem], environment: Mapping[str, str],
        make_hosts: MakeHosts = lambda _: (),
    ) -> None:  # fmt: skip
        self.fleet = fleet
        fleet.changed = self.heard
        self._keymap, wrong_keys = rebind(KEYS, settings.keys)
        styles, wrong_styles = check_styles(settings.styles)
        settings = settings._replace(styles=styles)
        problems = (*problems, *wrong_keys, *wrong_styles)
        self._news = trio.Event()
        self._moved = trio.Event()
        self._quit = trio.CancelScope()
        self._pasting = False
        self._screen = DashboardScreen(
            settings,
            environment,
            self._keymap,
            self.press,
            self._clicked,
            lambda session: self.commands.attach(session),
        )
        self._screen.header.problems = len(problems)
        self.commands = Commands(
            fleet, settings, problems, environment, self._keymap, self._screen,
            self._refresh, self._follow, self._quit.cancel, make_hosts,
        )  # fmt: skip
        self._branches = BranchFeed(fleet, lambda: self.heard(""))
        self._feed = PreviewFeed(
            fleet, self._screen.preview, self._keymap, self.commands.feeds, settings.preview_colors
        )
        self._notifier = Notifier(
            settings, environment, NoticeStore(NaviFiles(environment).state), self._screen.terminal.write,
            changed=lambda: self.heard(""), warn=self._screen.show_message,
        )  # fmt: skip

    # ---- the run loop

    def heard(self, name: str) -> None:
        """Note that a host's view has changed."""
        del name
        self._news.set()

    async def run(self) -> None:
        """Show the fleet until the user quits or the terminal goes away."""
        self.commands.first_run.begin()
        self.commands.arrange()
        self._refresh()
        async with trio.open_nursery() as nursery:
            # A closed terminal sends SIGHUP more than once; none of them may interrupt the cleanup.
            nursery.start_soon(self._handle_signals)
            await self._show_until_quit()
            nursery.cancel_scope.cancel()

    async def _show_until_quit(self) -> None:
        tasks = (self.fleet.run, self._feed.run, self._branches.run, self._notifier.run, *self.commands.tasks)
        with self._quit:
            async with trio.open_nursery() as nursery:
                for task in (self._follow_news, self._follow_time, *tasks):
                    nursery.start_soon(task)
                await self._screen.terminal.run()
                nursery.cancel_scope.cancel()

    async def _handle_signals(self) -> None:
        """Quit on signals. SIGINT ends nothing here, and SIGQUIT nothing while another program has the terminal: the
        keys are meant for that.
        """
        with trio.open_signal_receiver(signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP) as signals:
            async for number in signals:
                ignored = (signal.SIGINT, signal.SIGQUIT) if self._screen.terminal.suspended else (signal.SIGINT,)
                if number not in ignored:
                    self._quit.cancel()

    async def _follow_news(self) -> None:
        while True:
            await self._news.wait()
            self._news = trio.Event()
            began = time.thread_time()
            self._refresh()
            await trio.sleep(max(FRAME_TIME, RESTS * (time.thread_time() - began)))

    async def _follow_time(self) -> None:
        """Repaint when an age reads differently, and not before: an idle screen gets no bytes."""
        pages = self.commands.pages
        while True:
            screen = self._screen
            lasts = min(screen.list.label_lasts, screen.header.label_lasts, screen.undo_lasts)
            pause = 1.0 if pages.page else min(max(lasts, 0.5), 60.0)
            with trio.move_on_after(pause) as waited:
                await self._moved.wait()
            self._moved = trio.Event()
            if waited.cancelled_caught and (pages.page or lasts <= 60.0):
                self._refresh()

    # ---- what is shown

    def _refresh(self) -> None:
        """Show what the fleet knows now."""
        views = self.fleet.views
        self._screen.list.unseen = self._notifier.finished
        self.commands.filters.show()
        self._screen.go_to_expected()
        self._notifier.note(views)
        self.commands.note(views)
        list_filter = self.commands.filters.list_filter
        self._screen.header.show(views, self._screen.list.sessions, trio.current_time(), list_filter)
        self._screen.terminal.show_title(caption(self._screen.header.tally))
        self._screen.update_dialog()
        self._follow()
        self.commands.pages.update()

    def _follow(self) -> None:
        """After anything that may have moved the cursor or the time: update the parts that follow them."""
        session = self._screen.list.current
        self._moved.set()
        self._follow_in_preview(session)
        self._screen.header.seek(self._screen.list.query)
        self._screen.list.name_filters(self._screen.header.filtered)
        commands = self.commands
        self._screen.footer.show(
            commands.filters.list_filter, commands.search.typed, commands.search.matches(),
            len(self._screen.list.selected_keys), commands.footer, self._screen.undo,
        )  # fmt: skip

    def _follow_in_preview(self, session: Session | None) -> None:
        visible = self._screen.layout.previewing
        self._branches.follow(session if visible else None)
        now = self._screen.list.clock(session) if session else 0.0
        self._screen.preview.follow(session, now, self._branches.of(session))
        self._feed.follow(session, visible)

    # ---- keys

    def press(self, key: str) -> None:
        """Run the command of a key, or give the key to the dialog or the search."""
        if key in ("begin paste", "end paste"):
            self._pasting = key == "begin paste"
            return
        if self._pasting and key == "tab":
            key = "\t"
        self._screen.took_key()
        self._screen.footer.clear()
        if not (self._dialog_takes(key) or self.commands.search.press(key, self._pasting)):
            self._run_command(key)
        self._follow()
        self._notifier.look(self.commands.looked_at)

    def _dialog_takes(self, key: str) -> bool:
        """Give a key to the dialog, if there is one; line ends of pasted text submit nothing."""
        dialog = self._screen.dialog
        command = self._keymap.command(self.commands.contexts, key)
        if dialog is None or command == "redraw":
            return False
        if not self._pasting or len(key) == 1 or (key == "enter" and dialog.takes_lines):
            dialog.press(key, None if self._pasting else command)
            self._screen.layout.changed()
        return True

    def _run_command(self, key: str) -> None:
        command = self._keymap.command(self.commands.contexts, key)
        if self._pasting:
            self._screen.show_message(f"pasted text does nothing here; {self._keymap.name('search')} searches")
        elif command:
            self.commands.run(command, self._keymap.place(command, key))
        elif parse_shown(shown(key)):
            self._screen.show_message(f"{shown(key)} does nothing here; {self._keymap.name('help')} shows the keys")

    def _clicked(self, again: bool) -> None:
        """A session was clicked: a second click attaches to it."""
        self._screen.took_key()
        self._screen.footer.clear()
        if again:
            self.commands.attach()
        self._follow()

"""What keys do: the commands of every part of the dashboard, and the contexts in which keys have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from navi.config.navi_files import NaviFiles
from navi.config.settings import Problem, Settings
from navi.core.failure import HostState
from navi.core.listing import ListFilter, SessionKey, is_agent, marks_of
from navi.core.lost import lost_sessions
from navi.core.model import HostView, Session
from navi.core.notices import DONE
from navi.fleet import Fleet
from navi.hosts.sockets import folder_for_sockets
from navi.tui.commands.actions import Actions
from navi.tui.commands.answering import Answering
from navi.tui.commands.hosts import HostCommands
from navi.tui.commands.messages import MessageCommands
from navi.tui.commands.restore import LostOffer, RestoreCommands
from navi.tui.commands.session_keys import SessionKeys
from navi.tui.commands.sessions import SessionCommands
from navi.tui.first_run.commands import FirstRun
from navi.tui.first_run.host_offer import MakeHosts
from navi.tui.headless.answering import HeadlessAnswering
from navi.tui.headless.commands import HeadlessCommands
from navi.tui.headless.feedback import FeedbackCommands
from navi.tui.headless.feeds import SharedFeeds
from navi.tui.headless.watch import HubWatch
from navi.tui.keys.keymap import LIST, Keymap
from navi.tui.keys.possible import EXPLAINED, Situation, footer_order, is_offered, why_not
from navi.tui.keys.table import KEYS
from navi.tui.list.commands import ListCommands
from navi.tui.list.search import Search
from navi.tui.pages.hosts import HostsPage
from navi.tui.pages.page import Services
from navi.tui.pages.stack import PageStack
from navi.tui.palette.commands import PaletteCommands
from navi.tui.preview.commands import PreviewCommands
from navi.tui.progress import HostProgress
from navi.tui.screen import DashboardScreen
from navi.tui.terminal_programs import TerminalPrograms

TYPING_KEYS = (("search_keep", "keeps it"), ("search_clear", "ends it"))
"""The commands that the footer offers while a search is typed, and its words for them."""


class Commands:
    """`refresh` shows what the fleet knows now, `moved` is called when another part is in front."""

    def __init__(
        self, fleet: Fleet, settings: Settings, problems: Sequence[Problem], environment: Mapping[str, str],
        keymap: Keymap, screen: DashboardScreen, refresh: Callable[[], None], moved: Callable[[], None],
        quit: Callable[[], None], make_hosts: MakeHosts,
    ) -> None:  # fmt: skip
        self._screen, self._fleet, self._keymap, self._moved = screen, fleet, keymap, moved
        services = Services(fleet, screen.glyphs, keymap, problems, self._update_page)
        services.hub_folder = folder_for_sockets(environment)
        services.chosen_host = lambda: self.filters.list_filter.scope
        services.clicked = self._click_row
        actions = Actions(fleet)
        self.pages = PageStack(services, KEYS, lambda: screen.list.current, self._page_changed)
        self.search = Search(screen.list, lambda: self.pages.view)
        self.filters = ListCommands(
            fleet, screen.list, ListFilter(everything=settings.show_all), keymap, screen.show_message, refresh,
            DONE in settings.notify_on,
        )  # fmt: skip
        self._preview = PreviewCommands(screen.preview, screen.layout, settings.preview, self._preview_changed)
        self._programs = TerminalPrograms(fleet, screen.terminal, environment, screen.show_message, keymap)
        hub = HubWatch(fleet, services.hub_folder, screen.show_message)
        headless = HeadlessCommands(services, screen, self._programs, lambda: hub.connected)
        sessions = SessionCommands(fleet, settings, actions, screen.glyphs, screen, NaviFiles(environment), headless)
        self._undoable: Callable[[], bool] = lambda: sessions.last_killed is not None
        self._sessions = self._session_keys(services, actions, sessions, headless)
        self.feeds = services.shared(SharedFeeds)
        self.host_progress = HostProgress(screen.progress, fleet.configured)
        hosts = HostCommands(
            fleet, screen.list, self.filters, self.pages, self._programs, screen.show_message, self.host_progress
        )  # fmt: skip
        restoring = RestoreCommands(fleet, settings, actions, screen, NaviFiles(environment))
        self._palette = self._make_palette()
        screen.header.clicked, screen.selected_again = self._click_host, moved
        self.first_run = FirstRun(services, screen, NaviFiles(environment), make_hosts)
        self._lost = LostOffer(screen, NaviFiles(environment).state)
        self.tasks = (self._programs.run, actions.run, services.background.run, hub.run)
        parts = (self._sessions, self.pages, self.search, self.filters, self._preview, self._palette, self.first_run)
        groups = (screen, *parts, hosts, restoring)
        self._commands = {name: command for group in groups for name, command in group.commands.items()}
        self._commands |= {"search": self._begin_search, "leave": self._leave, "back": self._back, "quit": quit}

    def _make_palette(self) -> PaletteCommands:
        return PaletteCommands(
            self._fleet, self._screen, self.filters, self._keymap, self._palette_contexts, self._whole_situation,
            self.run,
        )  # fmt: skip

    def _session_keys(
        self, services: Services, actions: Actions, sessions: SessionCommands, headless: HeadlessCommands
    ) -> SessionKeys:
        screen = self._screen
        answering = Answering(actions, screen.glyphs, screen)
        messages = MessageCommands(actions, screen.glyphs, screen)
        return SessionKeys(
            screen, self.pages, self._programs, sessions, answering, messages, headless,
            HeadlessAnswering(services, headless, screen), FeedbackCommands(services, headless, screen),
        )  # fmt: skip

    @property
    def names(self) -> frozenset[str]:
        """The names of all commands but those of dialogs and of pages' own keys."""
        return frozenset(self._commands)

    @property
    def contexts(self) -> tuple[str, ...]:
        """The contexts that are in front, the topmost first."""
        dialog = self._screen.dialog
        return dialog.contexts if dialog else self._part_contexts

    @property
    def _part_contexts(self) -> tuple[str, ...]:
        """The contexts of the page in front, or of the list, with those of a search."""
        return (*self.search.contexts, *(self.pages.contexts or (LIST,)))

    def run(self, name: str, place: int = 1) -> None:
        """Run a command; the page in front may have it of its own. `place` tells which of its keys was pressed."""
        own = self.pages.own_commands
        if refused := self._refused(name):
            self._screen.show_message(refused)
        elif name == "answer" and name not in own:
            self._sessions.answer(place)
        elif name == "host":
            self._palette.number(place)
        else:
            (own.get(name) or self._commands[name])()

    def _refused(self, name: str) -> str:
        """Return why a command would show nothing, "" if it does something."""
        return why_not(name, self._whole_situation()) if name in EXPLAINED else ""

    @property
    def looked_at(self) -> tuple[SessionKey, ...]:
        """The session that the user looks at: in a page of it, or in the preview."""
        page = self.pages.page
        session = page.session if page else self._screen.list.current if self._screen.layout.previewing else None
        return (session.key,) if session else ()

    @property
    def _shows_hosts(self) -> bool:
        return isinstance(self.pages.page, HostsPage)

    def note(self, views: Sequence[HostView]) -> None:
        """Take what is known of the hosts now: some commands are offered by it."""
        self.host_progress.note(views)
        self.first_run.note(views)
        self._lost.note(views, self._shows_hosts)

    def attach(self, session: Session | None = None) -> None:
        """Attach to a session, or to the one under the cursor."""
        self._sessions.open(session) if session and not session.headless else self._sessions.attach()

    # ---- what is possible now

    @property
    def footer(self) -> tuple[tuple[str, str], ...]:
        """Keys and words of the footer. A dialog has its own keys in sight; while a search is typed, few are keys."""
        if self._screen.dialog:
            return ()
        if self.search.typed is not None:
            return tuple((self._keymap.name(command), word) for command, word in TYPING_KEYS)
        now = self._situation()
        able = lambda command: is_offered(command, now)  # noqa: E731
        return tuple(self._keymap.footer(self.contexts, able, footer_order(now)))

    def _situation(self) -> Situation:
        """Return what decides which commands the footer offers. Every key asks: it takes no look at all sessions."""
        page = self.pages.page
        sessions = self._screen.list
        views = self._fleet.views
        hidden = 0 if sessions.sessions else sum(not is_agent(one) for view in views for one in view.sessions)
        return Situation(
            session=page.session if page else sessions.current,
            about=self.pages.about,
            selected=len(sessions.selected_keys),
            listed=sessions.count_matches()[1],
            hidden=0 if self.filters.list_filter.everything else hidden,
            hosts=len(views),
            on_page=page is not None,
            page=page.context if page else "",
            opened=self.pages.open_pages,
            needed=self.filters.needed,
            filtered=self.filters.narrowed or bool(sessions.query),
            found=not self.search.is_on or self.search.found,
            previewing=self._screen.layout.previewing,
            in_preview=self._screen.layout.previewing and self._screen.preview.focused,
            login=any(view.state in (HostState.AUTH, HostState.HOSTKEY) for view in views),
            lost=self._shows_hosts and bool(lost_sessions(views)),
            refusals=page.refusals() if page else {},
        )

    def _whole_situation(self) -> Situation:
        """Return what decides which of all commands can do something."""
        views = self._fleet.views
        return self._situation()._replace(
            lost=bool(lost_sessions(views)),
            tagged=bool(self.filters.list_filter.mark)
            or any(marks_of(session) for view in views for session in view.sessions),
            killed=self._undoable(),
        )

    def _palette_contexts(self) -> tuple[str, ...]:
        """Return the contexts of the palette. A search that is being typed is kept: its keys are of no use there."""
        self.search.keep()
        return self._part_contexts

    def _click_host(self, host: str) -> None:
        """Take a click on the hosts of the header; a page would hide what it does."""
        if self._screen.dialog is None:
            self._screen.footer.clear()
            if self.pages.page:
                self.pages.clear()
            self._palette.click(host)
            self._moved()

    def _click_row(self, again: bool) -> None:
        """Take a click on a row of a page: on a host, and a second one lists its sessions, as in the list of hosts."""
        self._screen.took_key()
        self._screen.footer.clear()
        if again:
            self.run("host_sessions")
        self._moved()

    # ---- when another part is in front

    def arrange(self) -> None:
        """Show the page in front, or else the list, and the preview if it is asked for."""
        self._screen.arrange(self.pages.view, self._preview.shown)
        self._moved()

    def _update_page(self) -> None:
        """Show what the page in front says now; other keys may be of use."""
        self.pages.update()
        self._moved()

    def _page_changed(self) -> None:
        """Show the page in front. The cursor stays on the session that it is about. A search is typed no more."""
        self.search.keep()
        if self.pages.page and self.pages.page.session:
            self._screen.list.hold()
        self.pages.update()
        self._lost.note(self._fleet.views, self._shows_hosts)
        self.arrange()

    def _preview_changed(self) -> None:
        self._screen.list.hold()
        self.arrange()

    # ---- commands about several parts

    def _begin_search(self) -> None:
        """Search what is in front."""
        self.search.begin()
        self._moved()

    def _back(self) -> None:
        """End the search of the page in front, or else close the page."""
        if self.search.is_on:
            self.search.clear()
        else:
            self.pages.back()

    def _leave(self) -> None:
        """Leave what is nearest: the preview, the search, the selection, the filters."""
        if self._screen.preview.focused:
            self._preview.focus()
        elif self._screen.list.query:
            self.search.clear()
        else:
            self.filters.reset()

"""The commands that refresh hosts and log in to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from navi.core.failure import HostState
from navi.core.text import clean
from navi.fleet import Fleet
from navi.tui.list.commands import ListCommands
from navi.tui.list.session_list import SessionList
from navi.tui.pages.stack import PageStack
from navi.tui.progress import HostProgress
from navi.tui.terminal_programs import TerminalPrograms


class HostCommands:
    """`show_message` says something in the footer, in a style."""

    def __init__(
        self, fleet: Fleet, sessions: SessionList, filters: ListCommands, pages: PageStack, programs: TerminalPrograms,
        show_message: Callable[[str, str], None], progress: HostProgress,
    ) -> None:  # fmt: skip
        self._fleet = fleet
        self._list = sessions
        self._filters = filters
        self._pages = pages
        self._programs = programs
        self._show_message = show_message
        self._progress = progress

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        return {
            "refresh": self._refresh,
            "refresh_all": self._refresh_all,
            "authenticate": self._authenticate,
            "host_sessions": self._list_sessions,
        }

    def _authenticate(self) -> None:
        """Log in to the selected host; else to that of the session under the cursor, if it needs that, or to the first
        one that does. Afterwards the footer shows that the host is to answer.
        """
        current = self._list.current
        selected = self._pages.host
        first = selected or (current.host if current else "")
        needing = [view for view in self._fleet.configured if view.state in (HostState.AUTH, HostState.HOSTKEY)]
        needing.sort(key=lambda view: view.name != first)
        if not needing:
            self._show_message("no host needs a login", "notice")
        elif selected and needing[0].name != first:
            names = ", ".join(view.name for view in needing)
            self._show_message(clean(f"{first} needs no login; select {names}"), "notice")
        else:
            self._programs.authenticate(needing[0].name)
            self._progress.expect(needing[:1])

    def _list_sessions(self) -> None:
        """List only the sessions of the selected host."""
        host = self._pages.host
        self._pages.clear()
        self._filters.choose(host)

    def _refresh(self) -> None:
        """Refresh what the page in front shows, or its host; else the host of its session, of the current one, or of
        the filter.
        """
        page = self._pages.page
        if page and page.refresh():
            return
        session = (page.session if page else None) or self._list.current
        host = self._pages.host or (session.host if session else self._filters.list_filter.scope)
        if host not in {view.name for view in self._fleet.views}:
            self._refresh_all()
            return
        self._fleet.refresh(host)
        self._progress.expect([self._fleet.view(host)])
        self._show_message(f"refreshing {clean(host)}", "dim")

    def _refresh_all(self) -> None:
        self._fleet.refresh()
        self._progress.expect(self._fleet.configured)
        self._show_message("refreshing all hosts", "dim")

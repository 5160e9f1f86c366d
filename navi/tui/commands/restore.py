"""The command that brings back the sessions that hosts have lost, and the line that offers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from navi.config.navi_files import NaviFiles
from navi.config.offers import LOST, note_answered, was_answered
from navi.config.settings import Settings
from navi.core.address import LOCAL, address_of
from navi.core.launch import variables_of_caller
from navi.core.lost import lost_sessions, surely_lost, words_for
from navi.core.model import HostView, LostSession
from navi.core.text import clean, plural
from navi.fleet import Fleet
from navi.ops import OperationError
from navi.ops.session.restore import Restored, restore
from navi.tui.commands.actions import Action, Actions
from navi.tui.commands.reports import report_on
from navi.tui.dialogs.rows import subject
from navi.tui.screen import DashboardScreen


class RestoreCommands:
    """Brings back all lost sessions of all hosts that answer, with a result for each."""

    def __init__(
        self, fleet: Fleet, settings: Settings, actions: Actions, screen: DashboardScreen, files: NaviFiles
    ) -> None:
        self._fleet = fleet
        self._settings = settings
        self._actions = actions
        self._screen = screen
        self._environment = files.environment

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        return {"restore": self.restore}

    def restore(self) -> None:
        """Restore every lost session; a table shows the results as they come."""
        lost = lost_sessions(self._fleet.views)
        if not lost:
            self._screen.show_message(_nothing_lost(self._fleet.views))
            return
        number = plural(len(lost), "session")
        each = [(subject(f"{host}\0{one.key}", host, one.name), self._made(host, one)) for host, one in lost]
        report_on(self._screen, self._actions, "restore", each, f"Restore {number}")

    def _made(self, host: str, lost: LostSession) -> Action | str:
        """Return the action that brings one back, or why there is none."""
        try:
            return self._action(host, lost)
        except OperationError as error:
            return str(error)

    def _action(self, host: str, lost: LostSession) -> Action:
        variables = variables_of_caller(self._environment) if host == LOCAL else ()
        operation = restore(lost, self._settings.agents, variables=variables)
        address = address_of(host, lost.name)

        def done(restored: Restored) -> str:
            return operation.report(address, restored)

        return Action(host, address, operation, done)


def _nothing_lost(views: Sequence[HostView]) -> str:
    silent = [view.name for view in views if not view.fresh]
    if silent:
        return clean(f"no session is lost on the hosts that answer; unknown on {', '.join(silent)}")
    return "no session is lost; nothing to restore"


class LostOffer:
    """Offers the page of hosts, where a key brings lost sessions back, until the user has been there."""

    def __init__(self, screen: DashboardScreen, state: Path) -> None:
        self._screen = screen
        self._state = state
        self._seen: dict[str, bool] = {}

    def note(self, views: Sequence[HostView], on_page: bool) -> None:
        """Take what is known of the hosts now; `on_page` is whether the user looks at the page of hosts."""
        lost = lost_sessions(views)
        if on_page:
            self._mark_seen(f"{host} {one.key}" for host, one in lost)
        new = [one for host, one in surely_lost(lost) if not self._was_seen(f"{host} {one.key}")]
        back = f"{self._screen.key_of('restore')} there restores {'it' if len(new) == 1 else 'all'}"
        self._screen.offer("hosts", f"lists {words_for(new)}; {back}" if new else "")

    def _was_seen(self, name: str) -> bool:
        if name not in self._seen:
            self._seen[name] = was_answered(self._state, LOST, name)
        return self._seen[name]

    def _mark_seen(self, names: Iterable[str]) -> None:
        new = [name for name in names if not self._was_seen(name)]
        if new:
            note_answered(self._state, LOST, new)
            self._seen.update(dict.fromkeys(new, True))

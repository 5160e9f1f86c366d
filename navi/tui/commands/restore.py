"""The command that brings back the sessions that hosts have lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from navi.config.navi_files import NaviFiles
from navi.config.settings import Settings
from navi.core.address import LOCAL, address_of
from navi.core.launch import variables_of_caller
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


def lost_sessions(views: Sequence[HostView]) -> list[tuple[str, LostSession]]:
    """Return the lost sessions of the hosts that answer, with the host; those noted last come first.

    Two hosts that are one machine have the same ones.
    """
    found: dict[str, tuple[str, LostSession]] = {}
    for view in views:
        if view.frame and view.fresh:
            for one in view.frame.lost_sessions:
                found.setdefault(one.key, (view.name, one))
    return sorted(found.values(), key=lambda pair: -pair[1].time)

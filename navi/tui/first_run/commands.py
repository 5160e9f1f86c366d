"""The commands that offer hosts and hooks, and when navi offers them by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from navi.config.navi_files import NaviFiles
from navi.core.model import HostView
from navi.tui.first_run.hook_offer import HookOffer
from navi.tui.first_run.host_offer import HostOffer, MakeHosts
from navi.tui.pages.page import Services
from navi.tui.screen import DashboardScreen


class FirstRun:
    """What is offered to a newcomer."""

    def __init__(self, services: Services, screen: DashboardScreen, files: NaviFiles, make_hosts: MakeHosts) -> None:
        self._hosts = HostOffer(services, screen, files, make_hosts)
        self._hooks = HookOffer(services, screen, files)

    @property
    def commands(self) -> Mapping[str, Callable[[], None]]:
        """The commands by name."""
        return {"add_hosts": self._hosts.ask, "hooks": self._hooks.ask}

    def begin(self) -> None:
        """Offer hosts at the start, before the first frame."""
        self._hosts.begin()

    def note(self, views: Sequence[HostView]) -> None:
        """Take what is known of the hosts now: where agents run without hooks, these are offered."""
        self._hooks.note(views)

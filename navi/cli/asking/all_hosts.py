"""The hosts of a fleet, for programs that run until they are stopped: the dashboard, and `navi notify`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from navi.config.remote import Remote
from navi.config.settings import Settings
from navi.core.log import SILENT, Log
from navi.hosts import Host
from navi.hosts.masters import Hops
from navi.hosts.open_files import raise_file_limit
from navi.hosts.trio_local import LocalHost
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import HostSettings
from navi.ops.look.agents import describe


class HostMaker:
    """Makes hosts. Connections to all of them start through the same jump hosts. This process gets the open files that
    they need.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str], log: Log = SILENT) -> None:
        self._files = raise_file_limit()
        self._settings = settings
        self._environment = environment
        self._log = log
        self._agents = describe(settings.agents)
        self._hops = Hops()

    def local(self) -> Host:
        """Return this machine."""
        settings = HostSettings(self._settings.sessions_dir, self._settings.cleanup, self._agents)
        return LocalHost(settings, log=self._log, files=self._files)

    def remotes(self, remotes: Sequence[Remote]) -> list[Host]:
        """Return the enabled ones of these remotes."""
        more = (self._environment, self._log, self._hops, self._agents)
        return [OpenSSHHost(remote, *more) for remote in remotes if remote.enabled]


def all_hosts(
    settings: Settings, remotes: Sequence[Remote], environment: Mapping[str, str], log: Log = SILENT
) -> list[Host]:
    """Return this machine and every enabled remote."""
    maker = HostMaker(settings, environment, log)
    return [maker.local(), *maker.remotes(remotes)]

"""The hosts of a fleet, for what runs on until it is stopped: the dashboard, and `navi notify`."""

from __future__ import annotations

from collections.abc import Mapping

from navi.config.remote import Remote
from navi.config.settings import Settings
from navi.core.log import SILENT, Log
from navi.hosts import Host
from navi.hosts.masters import Hops
from navi.hosts.trio_local import LocalHost
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import HostSettings
from navi.ops.agents import describe


def all_hosts(
    settings: Settings, remotes: tuple[Remote, ...], environment: Mapping[str, str], log: Log = SILENT
) -> list[Host]:
    """Return this machine and every enabled remote."""
    agents = describe(settings.agents)
    local = LocalHost(HostSettings(settings.sessions_dir, settings.cleanup, agents), log=log)
    hops = Hops()
    return [local, *(OpenSSHHost(remote, environment, log, hops, agents) for remote in remotes if remote.enabled)]

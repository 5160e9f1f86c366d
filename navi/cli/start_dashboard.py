"""`navi` without arguments: configuration in, dashboard up."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import trio

from navi.config.places import Places
from navi.config.reader import read_remotes, read_settings
from navi.config.remote import Remote
from navi.config.settings import Settings
from navi.fleet import Fleet
from navi.hosts import Host
from navi.hosts.trio_local import LocalHost
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import HostSettings
from navi.tui.dashboard import Dashboard
from navi.tui.terminal import terminal_is_usable

OK, WRONG_USAGE = 0, 64

LARGEST_LOG = 1_000_000


def run_dashboard() -> int:
    """Show the dashboard until the user quits; return the exit status."""
    if not terminal_is_usable():
        print("navi: the dashboard needs a terminal; standard input and output are not one", file=sys.stderr)
        return WRONG_USAGE
    environment = dict(os.environ)
    places = Places(environment)
    _log_to(places.state)
    settings, settings_problems = read_settings(places.settings)
    remotes, remotes_problems = read_remotes(places.remotes)
    fleet = Fleet(hosts(settings, remotes, environment), settings.agents)
    dashboard = Dashboard(fleet, settings, (*remotes_problems, *settings_problems), environment)
    trio.run(dashboard.run)
    return OK


def hosts(settings: Settings, remotes: tuple[Remote, ...], environment: Mapping[str, str]) -> list[Host]:
    """Return this machine and every enabled remote."""
    local = LocalHost(HostSettings(settings.sessions_dir, settings.cleanup))
    return [local, *(OpenSSHHost(remote, environment) for remote in remotes if remote.enabled)]


def _log_to(folder: Path) -> None:
    """Log into the state folder, for this user's eyes only; a dashboard without a log is better than none."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "navi.log"
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        logging.basicConfig(filename=path, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    except OSError:
        logging.disable()

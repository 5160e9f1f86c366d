"""`navi` without arguments: reads the configuration and runs the dashboard."""

from __future__ import annotations

import gc
import os
import sys

import trio

from navi.cli.asking.all_hosts import HostMaker
from navi.cli.log import log_to_file
from navi.cli.output.output import standard_output
from navi.config.navi_files import NaviFiles
from navi.config.reader import read_remotes, read_settings
from navi.core import exits
from navi.fleet import Fleet
from navi.tui.dashboard import Dashboard
from navi.tui.terminal import terminal_is_usable

SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that reads a long answer gives way to a key."""

COLLECTIONS = (700, 10, 1000)
"""Thresholds of Python's garbage collector. With thousands of sessions a search of all objects takes longer than a key
may wait. Frames hold no cycles, so there is little to find: it happens once in 7 million objects.
"""


def run_dashboard(log_level: str) -> int:
    """Show the dashboard until the user quits; return the exit status."""
    if not terminal_is_usable():
        standard_output().complain("the dashboard needs a terminal; standard input and output are not one")
        return exits.WRONG_USAGE
    environment = dict(os.environ)
    files = NaviFiles(environment)
    log = log_to_file(files.state, log_level)
    settings, settings_problems = read_settings(files.settings)
    remotes, remotes_problems = read_remotes(files.remotes)
    maker = HostMaker(settings, environment, log)
    fleet = Fleet([maker.local(), *maker.remotes(remotes)], settings.agents, log=log)
    problems = (*remotes_problems, *settings_problems)
    dashboard = Dashboard(fleet, settings, problems, environment, maker.remotes)
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.set_threshold(*COLLECTIONS)
    trio.run(dashboard.run)
    return exits.OK

"""The verb notify: gives the dashboard's notices without the dashboard, until it is stopped."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import trio

from navi.cli.asking.all_hosts import all_hosts
from navi.cli.until_signal import nursery_until_signal
from navi.config.notices import NoticeStore
from navi.config.reader import read_remotes, read_settings
from navi.core import exits
from navi.core.notices import words_of
from navi.core.text import clean
from navi.fleet import Fleet
from navi.hosts.sockets import folder_for_sockets
from navi.notifier import Notifier
from navi.tui.headless.watch import HubWatch

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context


def run_notify(_: Options, context: Context) -> int:
    """Follow all hosts and give notices until a signal ends it; print a line for each that this process gave."""
    files, output = context.files, context.output
    settings, settings_problems = read_settings(files.settings)
    remotes, remotes_problems = read_remotes(files.remotes)
    for problem in (*remotes_problems, *settings_problems):
        output.complain(str(problem))
    if not settings.notify:
        output.complain(f"`notify` is not set in {clean(str(files.settings))}; `notify: bell`, for example")
        return exits.CONFIGURATION
    fleet = Fleet(all_hosts(settings, remotes, context.environment, context.log), settings.agents, log=context.log)
    notifier = Notifier(
        settings, context.environment, NoticeStore(files.state), _write if sys.stdout.isatty() else None,
        given=lambda notice: output.print_at_once(clean(words_of(notice))), warn=output.complain, log=context.log,
    )  # fmt: skip
    hub = HubWatch(fleet, folder_for_sockets(context.environment), lambda words, _style: output.complain(words))
    trio.run(_follow, fleet, notifier, hub)
    return exits.OK


async def _follow(fleet: Fleet, notifier: Notifier, hub: HubWatch) -> None:
    """Hand every change to the notifier until a signal comes."""
    fleet.changed = lambda _: notifier.note(fleet.views)
    async with nursery_until_signal() as nursery:
        nursery.start_soon(fleet.run)
        nursery.start_soon(notifier.run)
        nursery.start_soon(hub.run)


def _write(escapes: str) -> bool:
    """Write to the terminal that standard output is."""
    os.write(sys.stdout.fileno(), escapes.encode())
    return True

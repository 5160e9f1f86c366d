"""The verb attach, and everything else that takes this terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import complain
from navi.core import exits
from navi.core.address import LOCAL, Named
from navi.hosts.blocking_host import BlockingHost
from navi.ops.attach import attach_to
from navi.ops.pane import locate

if TYPE_CHECKING:
    from argparse import Namespace


def run_attach(options: Namespace, machines: Machines) -> int:
    """Attach to a session; inside of its own tmux server, change to it."""
    host, pane = machines.pane(options)
    return attach_terminal(host, pane)


def attach_terminal(host: BlockingHost, pane: Named) -> int:
    """Become the program that attaches; returns only where that can't be, with the exit status."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        complain("attaching needs a terminal")
        return exits.WRONG_USAGE
    found = host.run(locate(pane))
    inside = host.environment.get("TMUX", "")
    if host.name != LOCAL or inside.split(",")[1:2] != [str(found.server)]:
        inside = ""
    words = host.interactive(attach_to(found.socket, found.session, inside))
    # tmux refuses to attach within itself; to another server it may.
    kept = {name: value for name, value in host.environment.items() if inside or name not in ("TMUX", "TMUX_PANE")}
    try:
        os.execvpe(words[0], words, kept)
    except OSError as error:
        complain(f"{words[0]} can't be started: {error.strerror}")
        return exits.UNAVAILABLE

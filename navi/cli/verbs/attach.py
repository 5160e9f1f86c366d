"""The verb attach."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.cli.output.output import Output, UsageError
from navi.core import exits
from navi.core.address import LOCAL, Named
from navi.hosts.blocking_host import BlockingHost
from navi.ops import Interactive, OperationError
from navi.ops.pane.find import find_pane
from navi.ops.session.attach import attach, attach_to, inside_server

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.core.model import Session


def run_attach(options: Options, context: Context) -> int:
    """Attach to a session; inside its own tmux server, switch the client to it."""
    if options.no_attach:
        raise UsageError("--no-attach is for a session without a terminal; this one has a terminal")
    host, pane = context.pane(options)
    try:
        return attach_terminal(context.output, host, pane)
    except OperationError as error:
        session = _in_background(options, context) if error.status == exits.NO_SESSION else None
        if session is None:
            raise
    return _become(context.output, host, attach(session), "")


def _in_background(options: Options, context: Context) -> Session | None:
    from navi.cli.asking.background import in_background

    return in_background(context, options) if options.address else None


def attach_terminal(output: Output, host: BlockingHost, pane: Named) -> int:
    """Become the program that attaches; return the exit status if this process still exists afterwards."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        output.complain("attaching needs a terminal")
        return exits.WRONG_USAGE
    found = host.run(find_pane(pane))
    inside = inside_server(host.environment, found.server) if host.name == LOCAL else ""
    return _become(output, host, attach_to(found.socket, found.session, inside), inside)


def _become(output: Output, host: BlockingHost, command: Interactive, inside: str) -> int:
    """Become a program for a terminal; return the exit status if this process still exists afterwards."""
    words = host.interactive(command)
    # tmux refuses to attach inside itself, even to another server.
    left_out = () if inside else ("TMUX", "TMUX_PANE")
    environment = {name: value for name, value in host.environment.items() if name not in left_out}
    try:
        return host.become(words, environment)
    except OSError as error:
        output.complain(f"{words[0]} can't be started: {error.strerror}")
        return exits.UNAVAILABLE

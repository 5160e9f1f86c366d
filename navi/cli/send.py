"""The verb send."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from navi.cli.output import complain, print_json
from navi.core import exits
from navi.ops.pane import LOCK, Expected, How, send

if TYPE_CHECKING:
    from argparse import Namespace

    from navi.cli.context import Machines
    from navi.ops.pane import Sent


def run_send(options: Namespace, machines: Machines) -> int:
    """Type into a session, and wait for what it answers if asked."""
    if options.target and options.text is None:
        options.address, options.text = None, options.address
    host, pane = machines.pane(options)
    expected = Expected(options.wait, options.fixed, options.timeout) if options.wait is not None else None
    how = How.KEYS if options.keys else How.LITERAL if options.literal else How.SUBMIT
    operation = send(
        pane, _text_of(options), how, options.keys or (), expected,
        options.force, host.environment.get(LOCK, ""), options.retries, heed_status=True,
    )  # fmt: skip
    sent = host.run(operation)
    _tell_sent(options, sent)
    return exits.OK


def _text_of(options: Namespace) -> str:
    if options.stdin:
        return os.fsdecode(sys.stdin.buffer.read())
    if options.multiline and not (options.text or "").endswith("\n"):
        return f"{options.text or ''}\n"
    return options.text or ""


def _tell_sent(options: Namespace, sent: Sent) -> None:
    if options.json:
        print_json({"pane": sent.pane, "verified": sent.verified, "found": sent.found})
    elif sent.found is not None:
        print(sent.found)
    if sent.verified is False:
        complain("Enter was pressed, but nothing moved; see whether it was taken: navi capture shows the pane")

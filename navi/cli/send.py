"""The verb send."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from navi.core import exits
from navi.ops.pane import LOCK, Expected, How, send

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.cli.output import Output
    from navi.ops.pane import Sent


def run_send(options: Options, context: Context) -> int:
    """Type into a session, and wait for its reply if asked."""
    if options.target and options.text is None:
        options.address, options.text = None, options.address
    host, pane = context.pane(options)
    expected = Expected(options.wait, options.fixed, options.timeout) if options.wait is not None else None
    how = How.KEYS if options.keys else How.LITERAL if options.literal else How.SUBMIT
    operation = send(
        pane, _text_of(options), how, options.keys or (), expected,
        options.force, host.environment.get(LOCK, ""), options.retries,
    )  # fmt: skip
    sent = host.run(operation)
    _print_sent(context.output, options, sent)
    return exits.OK


def _text_of(options: Options) -> str:
    if options.stdin:
        return os.fsdecode(sys.stdin.buffer.read())
    if options.multiline and not (options.text or "").endswith("\n"):
        return f"{options.text or ''}\n"
    return options.text or ""


def _print_sent(output: Output, options: Options, sent: Sent) -> None:
    if options.json:
        output.print_json({"pane": sent.pane, "verified": sent.verified, "found": sent.found})
    elif sent.found is not None:
        output.print(sent.found)
    if sent.verified is False:
        output.complain("Enter was pressed, but the screen did not change; check the pane with `navi capture`")

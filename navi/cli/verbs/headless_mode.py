"""The verb mode: the permission mode of an agent without a terminal."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from navi.cli.output.headless_output import address
from navi.cli.output.output import UsageError
from navi.cli.verbs.headless import connect, find, is_headless
from navi.config.person import user_and_machine
from navi.core import exits
from navi.core.headless import Document, InputState
from navi.core.text import clean
from navi.headless.harness.base import mode_key
from navi.headless.modes import waiting_modes
from navi.headless.replies import refusal
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.headless.client import HubClient


SOON = 3.0
"""Seconds after which the verb no longer waits for the agent."""


def run_mode(options: Options, context: Context) -> int:
    """Print the permission mode of an agent without a terminal, or give it another one."""
    if not is_headless(options.address):
        words = "only for agents without a terminal; others change their permission mode by their own keys"
        raise UsageError(f"{options.address}: {words}")
    with connect(context) as hub:
        info = find(hub, options.address)
        return _change(hub, info, options, context) if options.mode else _print(info, options, context)


def _print(info: Document, options: Options, context: Context) -> int:
    waiting = waiting_modes(info)
    if options.json:
        document = {name: info[name] or None for name in ("permission_mode", "modes", "mode_refused")}
        context.output.print_json({"address": address(info), **document, "waiting": waiting})
        return exits.OK
    context.output.print(clean(info["permission_mode"]) or "unknown")
    if waiting:
        context.output.complain(f"{address(info)}: {clean(waiting[-1])} is kept until its agent takes it")
    if info["mode_refused"]:
        context.output.complain(f"{address(info)}: its agent refused {clean(info['mode_refused'])}")
    if info["modes"]:
        context.output.complain(f"its agent has {clean(', '.join(info['modes']))}")
    return exits.OK


def _change(hub: HubClient, info: Document, options: Options, context: Context) -> int:
    about, id = address(info), str(uuid.uuid4())
    hub.follow(info)
    hub.send({"type": "set_mode", "mode": options.mode, "uuid": id, "by": user_and_machine()})
    outcome = _outcome(hub, mode_key(options.mode, id), about, options.mode)
    if options.json:
        context.output.print_json({"address": about, "mode": options.mode, "outcome": outcome})
    elif outcome == InputState.TAKEN:
        context.output.print(f"{about} has the permission mode {clean(options.mode)}")
    else:
        context.output.complain(f"{about}: {clean(options.mode)} is kept until its agent takes it ({outcome})")
    return exits.OK


def _outcome(hub: HubClient, key: str, about: str, mode: str) -> str:
    """Return how far the request has got within a few seconds. Raise OperationError if it was refused."""
    state: str = InputState.QUEUED
    for message in hub.messages(SOON):
        if message["type"] == "error":
            raise refusal(message, about)
        if message["type"] != "input" or message["uuid"] != key:
            continue
        state = message["state"]
        if state == InputState.EXPIRED:
            why = clean(message.get("error") or "it gave no reason")
            raise OperationError(f"{about}: its agent refused the permission mode {clean(mode)}: {why}", exits.NO)
        if state == InputState.TAKEN:
            break
    return "handed over" if state == InputState.HANDED else str(state)

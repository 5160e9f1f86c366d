"""The verb collaborate, and `navi send --feedback`: an agent in a terminal gets feedback at the end of its turn.

The hub keeps the feedback; the agent's hook on its host hands it over (navi.headless.hub.terminal_sessions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from navi.cli.asking.find_session import find
from navi.cli.output.output import UsageError
from navi.cli.verbs.headless import connect, text_of
from navi.config.person import user_and_machine
from navi.core import exits
from navi.core.address import Address
from navi.core.model import Session
from navi.headless.feedback import check_hooks, conversation_of, taking
from navi.ops import OperationError
from navi.ops.hooks.files import look_at_hooks

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.headless.client import HubClient


def run_collaborate(options: Options, context: Context) -> int:
    """Let the agent of a session take feedback, or stop that."""
    address = context.address(options.address)
    session = find(context, address, options.socket)
    conversation = conversation_of(session)
    if not options.off:
        _check_hooks(context, address)
    with connect(context) as hub:
        id = _stop(hub, address, conversation) if options.off else _begin(hub, address, session, conversation)
    if options.json:
        context.output.print_json({"address": str(address), "id": id, "interactive": not options.off})
    else:
        context.output.print(_words(address, options.off))
    return exits.OK


def _words(address: Address, off: bool) -> str:
    if off:
        return f"{address} no longer takes feedback"
    return f"{address} takes feedback at the end of each turn; navi send --feedback {address} TEXT sends it"


def _begin(hub: HubClient, address: Address, session: Session, conversation: str) -> str:
    made = hub.ask(
        "POST", "/api/sessions/live", title=address.name, project_path=session.cwd, claude_session_id=conversation,
        host=address.host, tmux_name=address.name, interactive=True,
    )  # fmt: skip
    return str(made["id"])


def _stop(hub: HubClient, address: Address, conversation: str) -> str:
    id = _known(hub, address, conversation)
    hub.ask("DELETE", f"/api/sessions/{id}/interactive")
    return id


def _known(hub: HubClient, address: Address, conversation: str) -> str:
    """Return the id that a session has for the hub. Raise OperationError for one that takes no feedback."""
    found = hub.ask("GET", f"/api/sessions/by-claude-session/{conversation}")["sessions"]
    known = taking(found, address.host)
    if not known:
        raise OperationError(f"{address} takes no feedback; navi collaborate {address} turns that on", exits.NO)
    return known


def _check_hooks(context: Context, address: Address) -> None:
    """Raise OperationError if no hook would hand feedback over."""
    host = context.host(address.host)
    check_hooks(host.run(look_at_hooks(host.settings.sessions_dir)), address.host)


def send_feedback(options: Options, context: Context) -> int:
    """Send feedback to the agent of a session in a terminal: it waits for the end of the agent's turn."""
    text = text_of(options)
    if not options.address or not text.strip():
        raise UsageError("--feedback needs ADDR and a text that is not empty; nothing was sent")
    address = context.address(options.address)
    conversation = conversation_of(find(context, address, options.socket))
    with connect(context) as hub:
        id = _known(hub, address, conversation)
        sent = hub.ask("POST", f"/api/sessions/{id}/feedback", content=text, by=user_and_machine())
    if options.json:
        context.output.print_json({"address": str(address), "outcome": "queued", **sent})
    else:
        context.output.print(f"queued for {address}: its agent gets it at the end of its turn")
    return exits.OK

"""Opening a session without a terminal in one: its agent ends first, and then continues the conversation in tmux.

Two agents on one conversation would each see only their own half, and nothing prevents that but this order: the agent
has ended, which is proven; it runs in tmux; then the hub notes that the session has a terminal. If anything fails
before that, the session stays as it is and can be resumed.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from navi.cli.asking.changes import carry_out
from navi.cli.asking.find_session import find as find_session
from navi.cli.verbs.attach import attach_terminal
from navi.core import exits
from navi.core.address import LOCAL, Address, Named, address_of
from navi.core.agents import AgentKind
from navi.core.conversations import CONVERSATION_ID
from navi.core.headless import OVER, Document, HeadlessStatus
from navi.core.launch import Launch, program_of, variables_of_caller
from navi.core.status import sessions_of
from navi.core.text import clean
from navi.headless.client import HubClient
from navi.headless.harness import HARNESSES
from navi.headless.modes import stays_behind, wanted_mode
from navi.ops import OperationError
from navi.ops.look.frames import look
from navi.ops.session.creation import Created, new
from navi.ops.session.resume import ID, conversation_id, kind_named

if TYPE_CHECKING:
    from navi.cli.context import Context


STARTS_WITHIN = 20.0
"""Seconds that an agent may take to start again."""


def open_in_terminal(hub: HubClient, info: Document, context: Context, attach: bool = True) -> int:
    """End the agent, start it again in tmux in its conversation, and attach. Without `attach`, print the address of
    the session instead. Raise OperationError, HostError.
    """
    host = info["host"] or LOCAL
    pane = _open(hub, info, context) if info["remote"] else _session_of_conversation(info, context)
    if attach:
        return attach_terminal(context.output, context.host(host), pane)
    context.output.print(clean(address_of(host, pane.name)))
    return exits.OK


def _open(hub: HubClient, info: Document, context: Context) -> Named:
    """Open a session in a terminal, and return its pane."""
    host = info["host"] or LOCAL
    launch = launch_of(info, context)
    end_agent(hub, info)
    created = _create(info, launch, context)
    hub.ask("POST", f"/api/sessions/{info['id']}/terminal", tmux_name=created.name)
    _report(Address(host, created.name), info, context)
    return Named(created.name, created.socket, created.id)


def _report(address: Address, info: Document, context: Context) -> None:
    """Report where a session continues, and whether it has its permission mode and model there."""
    harness, mode, model = HARNESSES.get(info["harness"]), wanted_mode(info), info["model"]
    with_mode = f" in its permission mode {mode}" if mode and not stays_behind(harness, mode, "") else ""
    with_model = f" with its model {model}" if model and not stays_behind(harness, "", model) else ""
    context.output.note(f"{address} goes on with the conversation of {info['id']}{with_mode}{with_model}")
    if behind := stays_behind(harness, mode, model):
        context.output.complain(f"{address}: {behind}")


def _session_of_conversation(info: Document, context: Context) -> Named:
    """Return the tmux session in which a conversation continues: the one that its hook named, or the one that shows it.

    Raise OperationError if none does.
    """
    if info["tmux_name"]:
        return Named(info["tmux_name"])
    host = context.host(info["host"] or LOCAL)
    frame = host.run(look())
    for session in sessions_of(host.name, frame, context.agents):
        if session.tmux and conversation_id(session) == info["agent_session_id"]:
            return Named(session.name, session.tmux.socket)
    if not frame.proven:
        raise OperationError(f"not every tmux server on {host.name} answers; try again", exits.UNAVAILABLE)
    words = f"{info['id']} went on in a terminal, and no session of tmux on {host.name} shows its conversation"
    raise OperationError(words, exits.NO_SESSION)


def launch_of(info: Document, context: Context) -> Launch:
    """Return the launch that continues a session's conversation in a terminal. Raise OperationError if nothing can."""
    harness = HARNESSES.get(info["harness"])
    kind = kind_named(harness.kind, context.agents) if harness and harness.kind else None
    if kind is None or not kind.resume:
        raise OperationError(f"{info['harness']} can't go on with a conversation in a terminal; nothing was ended")
    if not CONVERSATION_ID.fullmatch(info["agent_session_id"]):
        raise OperationError(f"the conversation of {info['id']} is not known; nothing was ended")
    return _launch(kind, info)


def _launch(kind: AgentKind, info: Document) -> Launch:
    """Options of its mode are constants. The name of its model is the only word of an agent or a person that gets into
    the command line: quoted, and only if no shell would interpret any part of it.
    """
    resume, mode = kind.resume.replace(ID, info["agent_session_id"]), kind.options_of(wanted_mode(info))
    model = kind.option_of_model(info["model"])
    line = " ".join(filter(None, (kind.start or kind.name, resume, model, mode)))
    return Launch("agent", line, program_of(line), prompt="")


def end_agent(hub: HubClient, info: Document) -> None:
    """End a session's agent, and wait for the proof. Raise OperationError if there is none."""
    is_proven = info["status"] != HeadlessStatus.FAILED or info["ended_at"] is not None
    if info["status"] in OVER and is_proven:  # one that is called failed may run all the same
        return
    if info["status"] == HeadlessStatus.DISCONNECTED:
        raise _unreached(info)
    if not hub.end(info):
        hub.ask("DELETE", f"/api/sessions/{info['id']}/end")
        raise _unreached(info)


def _unreached(info: Document) -> OperationError:
    words = "its host can't be reached, so that its agent may still run; nothing was opened"
    return OperationError(f"{info['id']}: {words}", exits.UNAVAILABLE)


def _create(info: Document, launch: Launch, context: Context) -> Created:
    """Create the session in tmux. Raise OperationError if its agent does not continue there."""
    address = Address(info["host"] or LOCAL, name_of(info))
    if address.host == LOCAL:
        launch = launch._replace(variables=variables_of_caller(context.environment))
    created = carry_out(context, address, new(address.name, info["cwd"], launch))
    _await_agent(context, Address(address.host, created.name), launch.program)
    return created


def _await_agent(context: Context, address: Address, program: str) -> None:
    """Wait until an agent runs in a session of tmux. Raise OperationError if none does."""
    limit = time.monotonic() + STARTS_WITHIN
    while not find_session(context, address).agent:
        if time.monotonic() > limit:
            words = f"{program} did not start in {address} within {STARTS_WITHIN:g} s; navi resume goes on without it"
            raise OperationError(words, exits.TIMED_OUT)
        time.sleep(0.5)


def name_of(info: Document) -> str:
    """Return the name of the session in tmux: the words of its title, and the end of its id."""
    words = re.sub(r"[^a-z0-9]+", "-", clean(info["title"]).lower())[:24].strip("-")
    return f"{words or 'session'}-{info['id'][-4:]}"

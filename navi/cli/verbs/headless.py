"""Verbs about sessions without a terminal. The hub answers for all of them, wherever their agents run."""

from __future__ import annotations

import os
import re
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from navi.cli.output.headless_output import address, health, how_to_withdraw, reason
from navi.cli.output.output import UsageError, print_results
from navi.config.person import user_and_machine
from navi.core import exits
from navi.core.address import LOCAL, address_of
from navi.core.headless import NOT_BEGUN, OVER, Document, HeadlessStatus, InputState
from navi.core.text import clean
from navi.headless.client import HubClient
from navi.headless.replies import refusal
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context

ID = re.compile(r"spawn_[0-9a-f]{16}", re.ASCII)
"""The form of the name of a session without a terminal."""


def connect(context: Context) -> HubClient:
    """Connect to the hub. Raise OperationError if none runs."""
    return HubClient(runtime_folder(context.environment))


OUTCOMES: Mapping[str, str] = {InputState.QUEUED: "queued", InputState.HANDED: "handed over"}
"""How far an input is that its agent has not taken up, in words."""


def is_headless(text: object) -> bool:
    """Return whether an address names a session without a terminal."""
    return isinstance(text, str) and bool(ID.fullmatch(text.rpartition("/")[2]))


def find(hub: HubClient, text: str) -> Document:
    """Return the session of an address. Raise OperationError if there is none, or it is on another host."""
    host, _, id = text.rpartition("/")
    info = hub.ask("GET", f"/api/sessions/{id}")
    if address(info) != text and f"{LOCAL}/{id}" != text:
        words = f"{id} is not on {host or 'this machine'}; its address is {address(info)}"
        raise OperationError(words, exits.NO_SESSION)
    return info


def text_of(options: Options) -> str:
    """Return the text that a command line gives, or standard input."""
    return sys.stdin.buffer.read().decode("utf-8", "replace") if options.stdin else options.text or ""


# ---- beginning


def run_spawn(options: Options, context: Context) -> int:
    """Start an agent without a terminal."""
    prompt = sys.stdin.buffer.read().decode("utf-8", "replace") if options.prompt == "-" else options.prompt
    if not prompt.strip():
        raise UsageError("the prompt is empty; nothing was started")
    context.host(options.host)
    with connect(context) as hub:
        made = hub.ask(
            "POST", "/api/sessions/spawn", prompt=prompt, cwd=_directory(options), host=options.host,
            harness=options.harness, model=options.model, permission_mode=options.permission_mode,
            title=options.title, by=user_and_machine(),
        )  # fmt: skip
        about = address_of(options.host, made["session_id"])
        if made.get("new_folder"):
            words = "is the first session in its folder: the agent runs that folder's hooks and servers without asking"
            context.output.complain(f"{about} {words}")
        hub.send({"type": "subscribe", "session_id": made["session_id"]})
        status = _await_begin(hub, about)
    if options.json:
        context.output.print_json({"address": about, **made, "status": status})
    else:
        context.output.print(f"spawned {about}; navi tail --follow {about} shows it")
    return exits.OK


def _directory(options: Options) -> str:
    """Return the agent's directory: one of this machine as a shell here understands it."""
    given: str = options.directory or ""
    return given if options.host != LOCAL or given[:1] in ("", "~") else os.path.abspath(given)


def _await_begin(hub: HubClient, about: str) -> str:
    """Return the session's status once its agent has answered. Raise OperationError if it can't be started."""
    for message in hub.messages(90):
        if message["type"] == "error":
            raise refusal(message, about)
        status = message.get("status")
        if message["type"] == "complete" or status == HeadlessStatus.FAILED:
            raise _not_started(hub, message["session_id"])
        if message["type"] in ("session_updated", "connected") and status not in NOT_BEGUN:
            return str(status)
    raise OperationError(f"no answer from the agent within 90 s; navi health {about} shows its state", exits.TIMED_OUT)


def _not_started(hub: HubClient, id: str) -> OperationError:
    """Return the error about an agent that has ended before it answered."""
    why = reason(hub.ask("GET", f"/api/sessions/{id}/info"))
    return OperationError(f"the agent could not be started: {why}", exits.UNAVAILABLE)


def run_resume(options: Options, context: Context) -> int:
    """Resume a session whose agent has ended."""
    if not is_headless(options.address):
        raise UsageError(f"{options.address} is not a session without a terminal; navi restart starts its agent again")
    with connect(context) as hub:
        info = find(hub, options.address)
        path = f"/api/sessions/{info['id']}/resume"
        hub.ask("POST", path, prompt=options.prompt or "", by=user_and_machine(), anew=options.anew)
        hub.follow(info)
        _await_begin(hub, address(info))
    context.output.print(f"{address(info)} goes on{' in a new conversation' if options.anew else ''}")
    return exits.OK


# ---- verbs for sessions of tmux, too


def run_headless(options: Options, context: Context) -> int:
    """Carry out a verb of VERBS on a session without a terminal."""
    with connect(context) as hub:
        return VERBS[options.verb](hub, options, context)


def _tail(hub: HubClient, options: Options, context: Context) -> int:
    """Print what the agent printed, and then new lines."""
    from navi.cli.output.headless_transcript import tail

    info = find(hub, options.address)
    return tail(lambda: connect(context), {**info, "address": address(info)}, options, context)


def _capture(hub: HubClient, options: Options, context: Context) -> int:
    """Print what the agent printed."""
    from navi.cli.output.headless_transcript import PrintedTranscript, last, stored

    info = find(hub, options.address)
    with context.progress.waiting("the transcript"):
        lines = list(stored(hub, info, PrintedTranscript(info)))
    for line in last(lines, options.lines or None):
        context.output.print(line)
    return exits.OK


def _send(hub: HubClient, options: Options, context: Context) -> int:
    """Send a prompt, and report how far it got."""
    info = find(hub, options.address)
    if options.keys or options.literal or options.wait is not None:
        raise UsageError("an agent without a terminal takes whole prompts: no --keys, --literal or --wait")
    text = text_of(options)
    hub.follow(info)
    if options.interrupt:
        return _interrupt(hub, info, options, context)
    if not text.strip():
        raise UsageError("the text is empty; nothing was sent")
    id = str(uuid.uuid4())
    hub.send({"type": "user_message", "uuid": id, "content": text, "by": user_and_machine()})
    outcome, why = _outcome(hub, id, address(info))
    if options.json:
        context.output.print_json({"address": address(info), "uuid": id, "outcome": outcome})
    elif outcome != "submitted":
        words = f"{outcome}: {why}" if why else outcome
        context.output.complain(f"{address(info)}: kept until its agent takes it ({words})")
    return exits.OK


def _interrupt(hub: HubClient, info: Document, options: Options, context: Context) -> int:
    """End the agent's turn. Raise OperationError where nothing proves that it has ended: neither the agent's word nor
    the end of the turn.
    """
    about, id, state = address(info), str(uuid.uuid4()), str(InputState.QUEUED)
    hub.send({"type": "interrupt", "uuid": id, "by": user_and_machine()})
    for message in hub.messages(options.timeout):
        if message["type"] == "complete":
            raise OperationError(f"{about}: its agent has ended before it confirmed the interrupt", exits.NO)
        state = _state_of(id, message, state, about)
        if state == InputState.TAKEN:
            if options.json:
                context.output.print_json({"address": about, "uuid": id, "outcome": "interrupted"})
            else:
                context.output.print(f"interrupted {about}")
            return exits.OK
    why = "its host has not got the interrupt" if state == InputState.QUEUED else "its agent has not confirmed it"
    words = f"{why} within {options.timeout:g} s; navi health {about} shows what it does"
    raise OperationError(f"{about}: it is unknown whether its turn has ended: {words}", exits.TIMED_OUT)


def _state_of(id: str, message: Document, before: str, about: str) -> str:
    """Return the state of an input after a message. Raise OperationError where its agent does not take it any more."""
    if message["type"] == "error":
        raise refusal(message, about)
    if message["type"] != "input" or message["uuid"] != id:
        return before
    if message["state"] == InputState.EXPIRED:
        why = clean(message.get("error") or "it ended before that")
        raise OperationError(f"{about}: its agent did not take it: {why}", exits.NO)
    return str(message["state"])


def _outcome(hub: HubClient, id: str, about: str) -> tuple[str, str]:
    """Return how far an input has got: the hub keeps it, its host has it, or the agent has begun to work on it; and why
    it did not reach its host, "" if that is not known.
    """
    state, why = str(InputState.QUEUED), ""
    limit = time.monotonic() + 3
    while (left := limit - time.monotonic()) > 0 and state != InputState.TAKEN:
        for message in hub.messages(left):
            before, state = state, _state_of(id, message, state, about)
            if message["type"] == "input" and message["uuid"] == id:
                why = clean(message.get("error") or "")
            if state != before:
                break
    return OUTCOMES.get(state, "submitted"), why


def _wait(hub: HubClient, options: Options, context: Context) -> int:
    """Wait until a session has a status."""
    if not options.until or len(options.addresses) != 1:
        raise UsageError("for a session without a terminal, give one ADDR and --until STATUS")
    info = find(hub, options.addresses[0])
    hub.follow(info)
    for message in hub.messages(options.timeout):
        if message["type"] in ("connected", "session_updated") and message["status"] in options.until:
            context.output.print(message["status"])
            return exits.OK
    raise OperationError(f"timed out after {options.timeout:g} s waiting for its status", exits.TIMED_OUT)


def _answer(hub: HubClient, options: Options, context: Context) -> int:
    """Print what the agent asks, or answer exactly that question."""
    from navi.cli.verbs.headless_answer import answer

    info = find(hub, options.address)
    return answer(hub, info, address(info), options, context)


def _explain(hub: HubClient, options: Options, context: Context) -> int:
    """Print what the hub knows about a session, and who did what to it."""
    from navi.cli.verbs.headless_explain import explain

    info = find(hub, options.address)
    return explain(hub, info, address(info), options, context)


def _health(hub: HubClient, options: Options, context: Context) -> int:
    """Report whether the agents run; for one, the exit status is its code."""
    codes = {**dict.fromkeys(OVER, exits.NO), HeadlessStatus.DISCONNECTED: exits.UNAVAILABLE}
    found = [find(hub, text) for text in options.addresses]
    documents = [{"address": address(one), "status": health(one), "reason": reason(one)} for one in found]
    if options.json:
        context.output.print_json(documents[0] if len(documents) == 1 else documents)
    else:
        for one in documents:
            context.output.print(f"{one['address']}  {one['status']}: {one['reason']}")
    statuses = [codes.get(one["status"], exits.OK) for one in found]
    return next((one for one in statuses if one), exits.OK)


def _kill(hub: HubClient, options: Options, context: Context) -> int:
    """End agents, and wait until each has ended; or cancel the end of agents whose hosts can't be reached yet."""

    def end(text: str) -> str:
        info = find(hub, text)
        about = address(info)
        if options.withdraw:
            return _withdraw_end(hub, info, options.dry_run)
        if info["status"] in OVER and info["status"] != HeadlessStatus.FAILED:
            return f"{about} has ended already"
        if options.dry_run:
            later = " when its host can be reached" if info["status"] == HeadlessStatus.DISCONNECTED else ""
            return f"would end the agent of {about}{later} ({info['status']})"
        if info["status"] == HeadlessStatus.FAILED:
            hub.ask("POST", f"/api/sessions/{info['id']}/end", by=user_and_machine())
            return f"{about} has failed; its host was asked to end what may be left of it"
        if not hub.end(info, user_and_machine()):
            raise OperationError(f"{about}: its host can't be reached{how_to_withdraw(about)}", exits.UNAVAILABLE)
        return f"ended {about}; navi resume {about} goes on with it"

    results: list[tuple[object, Any]] = []
    for text in options.addresses:
        try:
            results.append((text, end(text)))
        except OperationError as error:
            results.append((text, error))
    return print_results(context.output, results, options.json, lambda _, words: str(words))


def _withdraw_end(hub: HubClient, info: Document, dry_run: bool) -> str:
    if dry_run:
        return f"would let the agent of {address(info)} go on ({info['status']})"
    hub.ask("DELETE", f"/api/sessions/{info['id']}/end")
    return f"the agent of {address(info)} goes on"


def _attach(hub: HubClient, options: Options, context: Context) -> int:
    """Open a session in a terminal: from then on it is a session of tmux."""
    if not options.no_attach and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("attaching needs a terminal; nothing was ended")
    from navi.cli.asking.open_in_terminal import open_in_terminal

    return open_in_terminal(hub, find(hub, options.address), context, not options.no_attach)


VERBS: Mapping[str, Callable[[HubClient, Options, Context], int]] = {
    "answer": _answer,
    "attach": _attach,
    "capture": _capture,
    "explain": _explain,
    "health": _health,
    "kill": _kill,
    "send": _send,
    "tail": _tail,
    "wait": _wait,
}
"""The functions of verbs for sessions without a terminal."""

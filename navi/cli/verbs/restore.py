"""The verbs restore and restart: sessions that were lost come back, and agents start again in their conversations."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from navi.cli.asking.changes import carry_out
from navi.cli.asking.find_session import find, look_before
from navi.cli.context import Context, answered
from navi.cli.output.output import RequestError, UsageError, print_results, reason_and_status
from navi.core import exits
from navi.core.address import LOCAL, Address
from navi.core.ages import exact_age
from navi.core.launch import variables_of_caller
from navi.core.model import HowLost, LostSession
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.look.frames import look
from navi.ops.session.lifecycle import undo
from navi.ops.session.restore import KilledSession, restart, restorable, restore
from navi.ops.session.resume import conversation_id

if TYPE_CHECKING:
    from navi.cli.arguments import Options

AT_ONCE = 4
"""Sessions of one host that are restored at the same time."""

HOW: Mapping[str, str] = {
    HowLost.REBOOT: "lost by a reboot",
    HowLost.SERVER: "lost with its tmux server",
    HowLost.ENDED: "has ended",
    HowLost.KILLED: "was killed",
}
"""How a session ended, in words."""


class RestorableSession(NamedTuple):
    """A session that can be restored, and its address."""

    address: Address
    session: LostSession | KilledSession

    def __str__(self) -> str:
        return str(self.address)


# ---- finding


def lost_on(context: Context, host: str) -> list[RestorableSession]:
    """Return the lost sessions of a host, those that were noted last first. Raise OperationError, HostError."""
    frame = context.host(host).run(look())
    newest = sorted(frame.lost_sessions, key=lambda one: -one.time)
    return [RestorableSession(Address(host, one.name), one) for one in newest]


def find_restorable(context: Context, address: Address) -> RestorableSession:
    """Return what an address can be restored from: lost, ended or killed; the newest of several counts.

    Raise OperationError if there is nothing, and HostError.
    """
    found = [one.session for one in lost_on(context, address.host) if one.address == address]
    if not found:
        others = context.host(address.host).run(restorable())
        candidates: list[LostSession | KilledSession] = [*others.ended, *others.killed]
        found = sorted((one for one in candidates if one.name == address.name), key=lambda one: -one.time)
    if not found:
        raise OperationError(f"nothing is stored about a session named {clean(address.name)} there", exits.NO_SESSION)
    return RestorableSession(address, found[0])


def _chosen(options: Options, context: Context) -> list[tuple[object, Any]]:
    """Return the sessions that the options name, each with the result of the search or a failure."""
    if options.addresses:
        if options.host or options.all:
            raise UsageError("give either ADDR, or --host or --all")
        addresses = [context.address(text) for text in options.addresses]
        return list(context.each(addresses, partial(find_restorable, context)))
    hosts = list(dict.fromkeys(options.host or (LOCAL, *context.remotes)))
    chosen: list[tuple[object, Any]] = []
    known: set[str] = set()
    for host, answer in context.each(hosts, partial(lost_on, context)):
        if isinstance(answer, RequestError):
            chosen.append((host, answer))
            continue
        new = [one for one in answer if isinstance(one.session, LostSession) and one.session.key not in known]
        known |= {one.session.key for one in new if isinstance(one.session, LostSession)}
        chosen += [(one.address, one) for one in new]
    return chosen


# ---- the verb restore


def run_restore(options: Options, context: Context) -> int:
    """Bring back the sessions that an address, a host or all hosts have lost; without any of these, list them."""
    chosen = _chosen(options, context)
    if options.dry_run or not (options.addresses or options.host or options.all):
        return _print_chosen(options, context, chosen)
    results = _restore_all(options, context, chosen)
    if not results and not options.json:
        context.output.print("no session is lost; nothing to restore")
    if options.json:
        return print_results(context.output, results, True, lambda _, words: str(words))
    statuses = [reason_and_status(answer)[1] for _, answer in results if isinstance(answer, RequestError)]
    return next(iter(statuses), exits.OK)


def _print_chosen(options: Options, context: Context, chosen: Sequence[tuple[object, Any]]) -> int:
    now = time.time()
    if options.json:
        context.output.print_json([_document(thing, found) for thing, found in chosen])
        return _status_of(chosen)
    would = "would restore " if options.dry_run else ""
    status = print_results(
        context.output, chosen, False, lambda _, found: would + described(found, now)
    )  # fmt: skip
    if not chosen:
        context.output.print("no session is lost")
    elif not options.dry_run and any(not isinstance(found, RequestError) for _, found in chosen):
        context.output.print("navi restore --all brings them back, navi restore ADDR one of them")
    return status


def _status_of(chosen: Sequence[tuple[object, Any]]) -> int:
    return next((reason_and_status(found)[1] for _, found in chosen if isinstance(found, RequestError)), exits.OK)


def _document(thing: object, found: RestorableSession | RequestError) -> dict[str, object]:
    if isinstance(found, RequestError):
        words, status = reason_and_status(found)
        return {"address": str(thing), "error": words, "status": status}
    session = found.session
    document: dict[str, object] = {"address": str(found.address), "error": None, "status": exits.OK}
    lost = session if isinstance(session, LostSession) else None
    return document | {
        "how": lost.how if lost else HowLost.KILLED,
        "agent": (lost.agent or None) if lost else None,
        "conversation": (lost.conversation or None) if lost else None,
        "cwd": session.directory or None,
        "noted": session.time or None,
        "environment": list(lost.environment) if lost else None,
    }


def described(found: RestorableSession, now: float) -> str:
    """Return a line about a session that can be restored."""
    session = found.session
    lost = session if isinstance(session, LostSession) else None
    age = f" {exact_age(now - session.time)} ago" if session.time else ""
    facts = [HOW[lost.how if lost else HowLost.KILLED] + age]
    if lost and lost.agent:
        facts.append(
            f"{lost.agent}, " + (f"conversation {lost.conversation}" if lost.conversation else "conversation not known")
        )
    facts.append(session.directory)
    return f"{found.address}: {'; '.join(filter(None, facts))}"


def _restore_all(options: Options, context: Context, chosen: Sequence[tuple[object, Any]]) -> list[tuple[object, Any]]:
    """Restore several, a few at a time on each host; print each result at once."""
    hosts = {one.address.host for _, one in chosen if isinstance(one, RestorableSession)}
    limits = {host: threading.Semaphore(AT_ONCE) for host in hosts}
    progress = _Progress(context, len(chosen), options.json)

    def one(item: tuple[object, Any]) -> Any:
        thing, found = item
        if isinstance(found, RequestError):
            answer: Any = found
        else:
            with limits[found.address.host]:
                answer = answered(lambda it: _restore(context, it, options.anew), found)
        progress.print_result(thing, answer)
        return answer

    return [(item[0], answer) for item, answer in context.each(chosen, one)]


class _Progress:
    """Prints results as they arrive, each with its number and the total."""

    def __init__(self, context: Context, number: int, silent: bool) -> None:
        self._output = context.output
        self._number = number
        self._silent = silent
        self._reported = 0
        self._lock = threading.Lock()

    def print_result(self, thing: object, answer: Any) -> None:
        """Print one result."""
        with self._lock:
            self._reported += 1
            if self._silent:
                return
            count = f" ({self._reported} of {self._number})" if self._number > 1 else ""
            if isinstance(answer, RequestError):
                self._output.complain(f"{thing}: {reason_and_status(answer)[0]}{count}")
            else:
                self._output.print(clean(f"{answer}{count}"))


def _restore(context: Context, found: RestorableSession, anew: bool) -> str:
    """Restore one; return the words for its result."""
    host = found.address.host
    variables = variables_of_caller(context.environment) if host == LOCAL else ()
    if isinstance(found.session, KilledSession):
        back = undo(found.session.undo_id, found.session.name, variables)
        return back.report(str(found.address), carry_out(context, found.address, back))
    operation = restore(found.session, context.agents, anew, variables)
    return operation.report(str(found.address), carry_out(context, found.address, operation))


# ---- the verb restart


def run_restart(options: Options, context: Context) -> int:
    """End the agents of sessions and start them again in their conversations, or print what would be done."""
    addresses = [context.address(text) for text in options.addresses]
    if options.dry_run:
        found = context.each(addresses, lambda address: find(context, address, options.socket))
        return print_results(context.output, found, options.json, lambda _, session: _would_restart(session))
    results = context.each(addresses, lambda address: _restart(context, address, options.socket, options.anew))
    return print_results(context.output, results, options.json, lambda _, words: words)


def _would_restart(session: Any) -> str:
    known = conversation_id(session)
    return f"would restart {session.agent or 'the agent'} of {session.address}" + (
        f", conversation {known}" if known else ""
    )


def _restart(context: Context, address: Address, socket: str, anew: bool) -> str:
    before = look_before(context, address, socket)
    session = before.session or find(context, address, socket)
    operation = restart(session, context.agents, anew)
    return operation.report(str(address), carry_out(context, address, operation, before.frame))

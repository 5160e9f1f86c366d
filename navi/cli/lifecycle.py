"""The verbs new, rename and undo, and those that do the same to each session (SESSION_VERBS)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from navi.cli.attach import attach_terminal
from navi.cli.changes import carry_out
from navi.cli.context import Machines
from navi.cli.output import UsageError, attempt, complain, print_json, tell
from navi.config.undo_list import Killed, forget, last_killed, remember
from navi.core import exits
from navi.core.address import LOCAL, Address, Named
from navi.core.launch import PRESETS, Launch, agent, command, kept, ready
from navi.core.model import Frame, Session
from navi.core.status import session_named, sessions_of
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.lifecycle import SESSION_VERBS, STILL_STARTING, About, Created, SessionVerb, new, rename, undo
from navi.ops.look import look
from navi.ops.outcome import unanswered, undo_hint

if TYPE_CHECKING:
    from argparse import Namespace


# ---- looking before a change


class Before(NamedTuple):
    """A look before a change: the session of an address, and the whole frame.

    `session` is None if it was not found and a tmux server did not list its sessions.
    """

    session: Session | None
    frame: Frame


def look_before(machines: Machines, address: Address) -> Before:
    """Look for a session that is to be changed: on the default tmux server, or else on another.

    Raise OperationError if there is no such session, and HostError.
    """
    host = machines.host(address.host)
    frame = host.run(look())
    session = session_named(sessions_of(host.name, frame, machines.agents), address.name)
    if session is None and frame.proven:
        where = "on this machine" if address.host == LOCAL else f"on {address.host}"
        raise OperationError(f"no session named {clean(address.name)} {where}", exits.NO_SESSION)
    return Before(session, frame)


def find(machines: Machines, address: Address) -> Session:
    """Return the session that has an address now. Raise OperationError, HostError."""
    session, frame = look_before(machines, address)
    if session is None:
        outcome = unanswered(frame)
        raise OperationError(outcome.reason, outcome.status)
    return session


# ---- creating


def run_new(options: Namespace, machines: Machines) -> int:
    """Create a session, and attach to it if asked."""
    host = machines.host(options.host)
    launch, directory = launch_of(options, machines)
    address = Address(options.host, options.name)

    def create() -> Created:
        operation = new(options.name, directory, launch, options.socket, register=not options.no_register)
        created = carry_out(host, address, operation)
        if not (options.json or options.attach):
            print(operation.words(str(Address(options.host, created.name)), created))
        return created

    made: list[Created] = []
    status = attempt(address, create, made.append)
    for created in made:
        _tell_created(options, created, launch)
        if options.attach:
            return attach_terminal(host, Named(created.name, created.socket, created.id))
    return status


def launch_of(options: Namespace, machines: Machines) -> tuple[Launch, str]:
    """Return what is to run, and in which directory. Raise UsageError."""
    launch, directory = _named_launch(options, machines)
    launch = launch._replace(window=options.window or launch.window, variables=(*launch.variables, *options.env))
    if options.keep:
        launch = kept(launch)
    return ready(launch, options.wait, options.timeout) if options.wait is not None else launch, directory


def _named_launch(options: Namespace, machines: Machines) -> tuple[Launch, str]:
    directory = options.directory or ""
    if options.template is not None:
        template = machines.template(options.template)
        return template.launch, options.directory or template.directory
    if options.command is not None:
        return command(options.command), directory
    if options.agent is None:
        return PRESETS["python" if options.python else "gdb" if options.gdb else "shell"], directory
    kinds = {kind.name: kind for kind in machines.agents}
    name = options.agent or machines.agents[0].name
    if name not in kinds:
        raise UsageError(f"there is no agent `{name}`; known are {', '.join(kinds)}")
    return agent(kinds[name], options.skip_permissions), directory


def _tell_created(options: Namespace, created: Created, launch: Launch) -> None:
    if options.json:
        print_json({
            "name": created.name, "host": options.host, "socket": created.socket or None, "target": created.target,
            "type": launch.type, "pid": created.process, "window": created.window or None,
            "registered": created.registered,
        })  # fmt: skip
    if created.slow:
        complain(STILL_STARTING)
    if created.problem:
        complain(f"not in the registry: {created.problem}")


# ---- verbs that do the same to each session


def run_session_verb(options: Namespace, machines: Machines) -> int:
    """Carry out the verb on each session, or print what it would do."""
    verb = SESSION_VERBS[options.verb]
    addresses = [machines.address(text) for text in options.addresses]
    if getattr(options, "dry_run", False):
        found = machines.each(addresses, lambda address: find(machines, address))
        return tell(found, options.json, lambda _, session: f"would {options.verb} {_described(session)}")
    off = getattr(options, "off", False)
    results = machines.each(addresses, lambda address: _change(machines, verb, address, off))
    return tell(results, options.json, lambda _, words: words)


def _change(machines: Machines, verb: SessionVerb, address: Address, off: bool) -> str:
    """Carry out a verb on one session; return the words for its result."""
    session, frame = look_before(machines, address) if verb.looks else (None, None)
    operation = verb.operation(About(Named(address.name), session, machines.agents, off))
    answer = carry_out(machines.host(address.host), address, operation, frame)
    if verb.undoable and answer:
        remember(machines.places.state, Killed(address.host, answer, str(address)))
    words = operation.words(str(address), answer)
    return words + undo_hint(answer, "navi undo") if verb.undoable else words


def _described(session: Session) -> str:
    where = f"tmux {session.tmux.id}, {len(session.tmux.panes)} panes" if session.tmux else "no tmux session any more"
    file = f", and remove {session.file.name}.json" if session.file else ""
    return f"{session.address} ({session.status.word}; {where}{file})"


# ---- renaming and restoring


def run_rename(options: Namespace, machines: Machines) -> int:
    """Rename a session."""
    address = machines.address(options.address)
    operation = rename(Named(address.name), options.name)

    def do() -> str:
        before = look_before(machines, address)
        name = carry_out(machines.host(address.host), address, operation, before.frame)
        return operation.words(str(address), name)

    return attempt(address, do, print)


def run_undo(options: Namespace, machines: Machines) -> int:
    """Restore the session that was killed last, or the last one of an address."""
    state = machines.places.state
    wanted = (killed for killed in last_killed(state) if options.address in (None, killed.address))
    last = next(wanted, None)
    if last is None:
        what = "no session was killed" if options.address is None else f"{options.address} was not killed"
        complain(f"{what} from this machine lately; nothing to undo")
        return exits.NO
    name = last.address.removeprefix(f"{last.host}/")
    address = Address(last.host, name)
    operation = undo(last.undo_id, name)

    def bring_back() -> str:
        created = carry_out(machines.host(last.host), address, operation)
        forget(state, last)
        return operation.words(str(Address(last.host, created.name)), created)

    return attempt(last.address, bring_back, print)

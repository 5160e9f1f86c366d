"""The verbs new, kill, rename, dismiss and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from navi.cli.attach import attach_terminal
from navi.cli.changes import Change, Sight, carry_out
from navi.cli.context import Machines
from navi.cli.output import UsageError, attempt, complain, print_json, tell
from navi.config.undo_list import Killed, forget, last_killed, remember
from navi.core import exits
from navi.core.address import Address, Named
from navi.core.launch import PRESETS, Launch, agent, command, kept, ready
from navi.core.model import Session
from navi.core.status import session_named, sessions_of
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.lifecycle import Created, dismiss, kill, launch_again, new, new_keep, rename, undo
from navi.ops.look import look

if TYPE_CHECKING:
    from argparse import Namespace

T = TypeVar("T")


def run_new(options: Namespace, machines: Machines) -> int:
    """Create a session, and attach to it if asked."""
    host = machines.host(options.host)
    launch, directory = launch_of(options, machines)

    def create() -> Created:
        operation = new(options.name, directory, launch, options.socket, register=not options.no_register
        )
        return carry_out(machines, host, Change(operation, lambda sight: _begun(sight, options.name)))

    made: list[Created] = []
    status = attempt(str(Address(options.host, options.name)), create, made.append)
    for created in made:
        _created(options, created, launch)
        if options.attach:
            return attach_terminal(host, Named(created.name, created.socket, created.id))
    return status


def launch_of(options: Namespace, machines: Machines) -> tuple[Launch, str]:
    """Return what is to run, and where. Raises UsageError."""
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


def _created(options: Namespace, created: Created, launch: Launch) -> None:
    document = {
        "name": created.name, "host": options.host, "socket": created.socket, "target": created.target,
        "type": launch.type, "pid": created.process, "window": created.window, "registered": created.registered,
    }  # fmt: skip
    if options.json:
        print_json(document)
    elif not options.attach:
        print(f"created {clean(str(Address(options.host, created.name)))}")
    if created.slow:
        complain("its shell is still starting; what is to run follows")
    if created.problem:
        complain(f"it is not in the registry: {created.problem}")


def run_kill(options: Namespace, machines: Machines) -> int:
    """Kill sessions, or say what would be killed."""
    addresses = [machines.address(text) for text in options.addresses]
    if options.dry_run:
        found = machines.each(addresses, lambda address: find(machines, address))
        return tell(found, options.json, lambda _, session: f"would kill {_described(session)}")

    def kill_one(address: Address) -> str:
        host = machines.host(address.host)
        line, more = _line_again(machines, address)
        keep = new_keep()
        operation = kill(Named(address.name), keep, line, more)
        kept = carry_out(machines, host, Change(operation, lambda sight: [] if _has(sight, address.name) else [keep]))
        if kept:
            remember(machines.places.state, Killed(address.host, kept, str(address)))
        return kept

    results = machines.each(addresses, kill_one)
    return tell(results, options.json, lambda address, kept: f"killed {address}" + (_hint(kept)))


def _hint(kept: str) -> str:
    return "; navi undo brings it back" if kept else ""


def _line_again(machines: Machines, address: Address) -> tuple[str, str]:
    """What would start its agent again: that takes a look, which may fail for the same reason that killing would."""
    return launch_again(find(machines, address), machines.agents)


def find(machines: Machines, address: Address) -> Session:
    """Return the session that has an address now: of the default server, or of another. Raises OperationError,
    HostError.
    """
    host = machines.host(address.host)
    frame = host.run(look())
    session = session_named(sessions_of(host.name, frame, machines.agents), address.name)
    if session is None:
        raise OperationError(f"there is no session {clean(address.name)}", exits.NO_SESSION)
    return session


def _described(session: Session) -> str:
    where = f"tmux {session.tmux.id}, {len(session.tmux.panes)} panes" if session.tmux else "no tmux session any more"
    file = f", and remove {session.file.name}.json" if session.file else ""
    return f"{session.address} ({session.status.word}; {where}{file})"


def run_rename(options: Namespace, machines: Machines) -> int:
    """Give a session another name."""
    address = machines.address(options.address)
    host = machines.host(address.host)

    def do() -> str:
        operation = rename(Named(address.name), options.name)
        return carry_out(machines, host, Change(operation, lambda sight: _renamed(sight, address.name, options.name)))

    return attempt(str(address), do, lambda name: print(f"{clean(str(address))} is {clean(name)} now"))


def run_dismiss(options: Namespace, machines: Machines) -> int:
    """Take the notices of sessions for known."""
    addresses = [machines.address(text) for text in options.addresses]

    def dismiss_one(address: Address) -> str:
        host = machines.host(address.host)
        operation = dismiss(Named(address.name))
        carry_out(machines, host, Change(operation, lambda sight: _dismissed(sight, address.name)))
        return f"dismissed {address}"

    results = machines.each(addresses, dismiss_one)
    return tell(results, options.json, lambda _, words: words)


def run_undo(options: Namespace, machines: Machines) -> int:
    """Bring back the session that was killed last, or the last one of an address."""
    state = machines.places.state
    wanted = (killed for killed in last_killed(state) if options.address in (None, killed.address))
    last = next(wanted, None)
    if last is None:
        what = "nothing has been killed" if options.address is None else f"{options.address} was not killed"
        complain(f"{what} from this machine lately; there is nothing to undo")
        return exits.NO
    host = machines.host(last.host)
    name = last.address.removeprefix(f"{last.host}/")

    def bring_back() -> Created:
        change = Change(undo(last.keep), lambda sight: _begun(sight, name))
        return carry_out(machines, host, change)

    def told(created: Created) -> None:
        forget(state, last)
        print(f"{clean(str(Address(last.host, created.name)))} is back")

    return attempt(last.address, bring_back, told)


# ---- what a look shows of a change whose answer was lost


def _begun(sight: Sight, name: str) -> list[Created]:
    """The session of that name that has begun since. tmux may have put a backslash into the name."""
    living = [session.tmux for session in sight.sessions if session.tmux]
    return [
        Created(one.id, one.name, one.pane.process)
        for one in living
        if one.name.replace("\\", "") == name.strip().replace("\\", "") and one.created >= sight.since
    ]


def _has(sight: Sight, name: str) -> bool:
    """Whether there is such a session on the default server."""
    return any(one.name == name and one.tmux and not one.tmux.socket for one in sight.sessions)


def _renamed(sight: Sight, before: str, name: str) -> list[str]:
    return [name.strip()] if _has(sight, name.strip()) and not _has(sight, before) else []


def _dismissed(sight: Sight, name: str) -> list[None]:
    files = [session.file for session in sight.sessions if session.name == name]
    return [None for file in files if file and file.status == "working" and not file.message]

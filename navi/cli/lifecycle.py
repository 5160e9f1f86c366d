"""The verbs new, kill, rename, dismiss and undo."""

from __future__ import annotations

from argparse import Namespace
from typing import TypeVar

from navi import exits
from navi.cli.machines import Address, Machines, UsageError, attempt, complain, print_json, tell
from navi.killed import Killed, forget, last_killed, remember
from navi.model import Session
from navi.ops import OperationError
from navi.ops.lifecycle import Created, Launch, Named, dismiss, kill, launch_again, new, new_keep, rename, undo
from navi.ops.look import look
from navi.status import sessions_of
from navi.text import clean

T = TypeVar("T")


def run_new(options: Namespace, machines: Machines) -> int:
    """Create a session."""
    host = machines.host(options.host)
    launch, kind = _launch(options, machines)

    def create() -> Created:
        return host.run(new(host.sessions_dir, options.name, options.directory or "", launch))

    return attempt(str(Address(options.host, options.name)), create, lambda created: _created(options, created, kind))


def _launch(options: Namespace, machines: Machines) -> tuple[Launch, str]:
    if options.command is not None:
        return Launch(options.command), "command"
    if options.shell or options.agent is None:
        return Launch(), "shell"
    kinds = {kind.name: kind for kind in machines.settings.agents}
    name = options.agent or machines.settings.agents[0].name
    kind = kinds.get(name)
    if kind is None:
        raise UsageError(f"there is no agent `{name}`; known are {', '.join(kinds)}")
    skip = f" {kind.skip_permissions}" if options.skip_permissions and kind.skip_permissions else ""
    return Launch(f"{kind.start or kind.name}{skip}", checked=True), "agent"


def _created(options: Namespace, created: Created, kind: str) -> None:
    document = {"name": created.name, "host": options.host, "target": created.id, "type": kind, "pid": created.process}
    if options.json:
        print_json(document)
        return
    print(f"created {clean(str(Address(options.host, created.name)))}")
    if created.slow:
        complain("its shell is still starting; what is to run follows")


def run_kill(options: Namespace, machines: Machines) -> int:
    """Kill sessions, or say what would be killed."""
    addresses = [machines.address(text) for text in options.addresses]
    if options.dry_run:
        found = machines.each(addresses, lambda address: find(machines, address))
        return tell(found, options.json, lambda _, session: f"would kill {_described(session)}")

    def kill_one(address: Address) -> str:
        host = machines.host(address.host)
        line, more = _line_again(machines, address)
        kept = host.run(kill(host.sessions_dir, Named(address.name), new_keep(), line, more))
        if kept:
            remember(machines.places.state, Killed(address.host, kept, str(address)))
        return kept

    results = machines.each(addresses, kill_one)
    return tell(results, options.json, lambda address, kept: f"killed {address}" + (_hint(kept)))


def _hint(kept: str) -> str:
    return "; navi undo brings it back" if kept else ""


def _line_again(machines: Machines, address: Address) -> tuple[str, str]:
    """What would start its agent again: that takes a look, which may fail for the same reason that killing would."""
    return launch_again(find(machines, address), machines.settings.agents)


def find(machines: Machines, address: Address) -> Session:
    """Return the session that has an address now. Raises OperationError, HostError."""
    host = machines.host(address.host)
    frame = host.run(look(host.sessions_dir, False))
    for session in sessions_of(address.host, frame, machines.settings.agents):
        if session.name == address.name and not (session.tmux and session.tmux.socket):
            return session
    raise OperationError(f"there is no session {clean(address.name)}", exits.NO_SESSION)


def _described(session: Session) -> str:
    where = f"tmux {session.tmux.id}, {len(session.tmux.panes)} panes" if session.tmux else "no tmux session any more"
    file = f", and remove {session.file.name}.json" if session.file else ""
    return f"{session.address} ({session.status.word}; {where}{file})"


def run_rename(options: Namespace, machines: Machines) -> int:
    """Give a session another name."""
    address = machines.address(options.address)
    host = machines.host(address.host)

    def do() -> str:
        return host.run(rename(host.sessions_dir, Named(address.name), options.name))

    return attempt(str(address), do, lambda name: print(f"{clean(str(address))} is {clean(name)} now"))


def run_dismiss(options: Namespace, machines: Machines) -> int:
    """Take the notices of sessions for known."""
    addresses = [machines.address(text) for text in options.addresses]

    def dismiss_one(address: Address) -> str:
        host = machines.host(address.host)
        host.run(dismiss(host.sessions_dir, Named(address.name)))
        return f"dismissed {address}"

    results = machines.each(addresses, dismiss_one)
    return tell(results, options.json, lambda _, words: words)


def run_undo(options: Namespace, machines: Machines) -> int:
    """Bring back the session that was killed last, or the last one of an address."""
    state = machines.places.state
    wanted = (killed for killed in last_killed(state) if options.address in (None, killed.address))
    last = next(wanted, None)
    if last is None:
        complain(f"{options.address or 'nothing'} was not killed from this machine lately; there is nothing to undo")
        return exits.NO
    host = machines.host(last.host)

    def told(created: Created) -> None:
        forget(state, last)
        print(f"{clean(str(Address(last.host, created.name)))} is back")

    return attempt(last.address, lambda: host.run(undo(host.sessions_dir, last.keep)), told)

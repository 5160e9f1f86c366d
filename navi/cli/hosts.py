"""The verb hosts: how each host is now, as the dashboard's page of hosts tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import print_json
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.failure import Failure, HostState
from navi.core.model import Frame
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.look import TMUX_FAILURES, look

if TYPE_CHECKING:
    from argparse import Namespace

TMUX_STATES = {tmux: state for tmux, (state, _, _) in TMUX_FAILURES.items()}
"""How a host is called whose tmux does not tell its sessions."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A host as one look found it; `failure` is None if all is well, `frame` None if it did not answer."""

    name: str
    destination: str
    state: HostState
    frame: Frame | None
    failure: Failure | None


def run_hosts(options: Namespace, machines: Machines) -> int:
    """List this machine and all enabled remotes with their state; 0 even if some do not answer."""
    names = [LOCAL, *machines.remotes]
    answers = machines.each(names, lambda name: _ask(machines, name))
    seen = [_seen(machines, name, answer) for name, answer in answers]
    if options.json:
        print_json([document(one) for one in seen])
    else:
        for one in seen:
            _print(one, max(map(len, names)))
    return exits.OK


def _ask(machines: Machines, name: str) -> Frame:
    host = machines.host(name)
    try:
        return host.run(look())
    except ValueError as error:
        raise HostError(Failure(HostState.ERROR, str(error), f"navi doctor {name}")) from error


def _seen(machines: Machines, name: str, answer: Frame | HostError | OperationError) -> Seen:
    remote = machines.remotes.get(name)
    place = remote.destination if remote else "this machine"
    if isinstance(answer, HostError):
        return Seen(name, place, answer.failure.state, None, answer.failure)
    if isinstance(answer, OperationError):
        return Seen(name, place, HostState.ERROR, None, Failure(HostState.ERROR, str(answer), f"navi doctor {name}"))
    state = TMUX_STATES.get(answer.tmux, HostState.CONNECTED)
    if state is HostState.CONNECTED:
        return Seen(name, place, state, answer, None)
    told = f"tmux: {answer.tmux}" + (f" ({answer.tmux_error})" if answer.tmux_error else "")
    return Seen(name, place, state, answer, Failure(state, told, f"navi doctor {name}"))


def document(one: Seen) -> dict[str, object]:
    """Return a host for programs; what is unknown is null."""
    frame, failure = one.frame, one.failure
    return {
        "name": one.name,
        "destination": one.destination,
        "state": str(one.state),
        "error": failure.cause if failure else None,
        "remedy": failure.remedy if failure else None,
        "sessions": len(frame.sessions) if frame else None,
        "tmux": (frame.tmux_version or None) if frame else None,
        "system": (frame.system or None) if frame else None,
    }


def _print(one: Seen, width: int) -> None:
    count = len(one.frame.sessions) if one.frame else 0
    facts = [f"{count} session{'' if count == 1 else 's'}", one.frame.system] if one.frame else []
    if one.frame and one.frame.tmux_version:
        facts.insert(1, f"tmux {one.frame.tmux_version}")
    if one.failure:
        facts = [one.failure.cause, one.failure.remedy]
    print(clean(f"{one.name:<{width}}  {one.state:<12} {one.destination}: {'; '.join(facts)}"))

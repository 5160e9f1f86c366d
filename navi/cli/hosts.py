"""The verb hosts: the state of each host, as the dashboard's page of hosts shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.cli.output import Output
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.failure import Failure, HostState
from navi.core.model import Frame
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.look import TMUX_FAILURES, look

if TYPE_CHECKING:
    from navi.cli.arguments import Options

TMUX_STATES = {tmux: state for tmux, (state, _, _) in TMUX_FAILURES.items()}
"""The state of a host by the state of its tmux."""


@dataclass(frozen=True, slots=True)
class HostReport:
    """A host after one look; `failure` is None if nothing failed, `frame` None if it did not answer."""

    name: str
    destination: str
    state: HostState
    frame: Frame | None
    failure: Failure | None


def run_hosts(options: Options, context: Context) -> int:
    """List this machine and all enabled remotes with their state; 0 even if some do not answer."""
    names = [LOCAL, *context.remotes]
    answers = context.each(names, lambda name: _ask(context, name))
    reports = [_report(context, name, answer) for name, answer in answers]
    if options.json:
        context.output.print_json([document(one) for one in reports])
    else:
        for one in reports:
            _print(context.output, one, max(map(len, names)))
    return exits.OK


def _ask(context: Context, name: str) -> Frame:
    host = context.host(name)
    try:
        return host.run(look())
    except ValueError as error:
        raise HostError(Failure(HostState.ERROR, str(error), f"navi doctor {name}")) from error


def _report(context: Context, name: str, answer: Frame | HostError | OperationError) -> HostReport:
    remote = context.remotes.get(name)
    place = remote.destination if remote else "this machine"
    if isinstance(answer, HostError):
        return HostReport(name, place, answer.failure.state, None, answer.failure)
    if isinstance(answer, OperationError):
        failure = Failure(HostState.ERROR, str(answer), f"navi doctor {name}")
        return HostReport(name, place, HostState.ERROR, None, failure)
    state = TMUX_STATES.get(answer.tmux, HostState.CONNECTED)
    if state is HostState.CONNECTED:
        return HostReport(name, place, state, answer, None)
    cause = f"tmux: {answer.tmux}" + (f" ({answer.tmux_error})" if answer.tmux_error else "")
    return HostReport(name, place, state, answer, Failure(state, cause, f"navi doctor {name}"))


def document(one: HostReport) -> dict[str, object]:
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


def _print(output: Output, one: HostReport, width: int) -> None:
    count = len(one.frame.sessions) if one.frame else 0
    facts = [f"{count} session{'' if count == 1 else 's'}", one.frame.system] if one.frame else []
    if one.frame and one.frame.tmux_version:
        facts.insert(1, f"tmux {one.frame.tmux_version}")
    if one.failure:
        facts = [one.failure.cause, one.failure.remedy]
    output.print(clean(f"{one.name:<{width}}  {one.state:<12} {one.destination}: {'; '.join(facts)}"))

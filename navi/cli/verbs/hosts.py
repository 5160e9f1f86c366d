"""The verb hosts: the state of each host, as the dashboard's page of hosts shows it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.cli.output.output import Output, UsageError
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.failure import Failure, HostState
from navi.core.model import Frame
from navi.core.text import clean, plural
from navi.core.unlisted import unlisted
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.look.frames import look

if TYPE_CHECKING:
    from navi.cli.arguments import Options


@dataclass(frozen=True, slots=True)
class HostReport:
    """A host after one look; `failure` is None if nothing failed, `frame` None if it did not answer."""

    name: str
    destination: str
    state: HostState
    frame: Frame | None
    failure: Failure | None


def run_hosts(options: Options, context: Context) -> int:
    """List this machine and all enabled remotes with their state; 0 even if some do not answer. Or log in to one."""
    if options.add is not None:
        if options.json or options.login is not None:
            raise UsageError("--add can't be combined with --login or --json")
        from navi.cli.verbs.add_hosts import run_add

        return run_add(options.add, context)
    if options.login is not None:
        if options.json:
            raise UsageError("--login can't be combined with --json")
        return _log_in(context, options.login)
    names = [LOCAL, *context.remotes]
    answers = context.each(names, lambda name: context.host(name).run(look()))
    reports = [_report(context, name, answer) for name, answer in answers]
    if options.json:
        context.output.print_json([document(one) for one in reports])
    else:
        for one in reports:
            _print(context.output, one, max(map(len, names)))
    return exits.OK


def _log_in(context: Context, name: str) -> int:
    """Let a person log in to a host; return 0 only if its connection answers then."""
    host = context.host(name)
    words = host.authenticate()
    if not words:
        raise UsageError("this machine needs no login")
    if host.is_connected():
        context.output.print(clean(f"{name} is already connected"))
        return exits.OK
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("logging in needs a terminal")
    os.spawnvpe(os.P_WAIT, words[0], words, context.environment)
    if host.is_connected():
        context.output.print(clean(f"logged in to {name}; the connection ends ten minutes after its last use"))
        return exits.OK
    return _why_not(context, name)


def _why_not(context: Context, name: str) -> int:
    """Return the exit status for a login that failed. Report why, unless the host refused it: ssh has reported that."""
    try:
        context.host(name).run(look())
    except HostError as error:
        status = exits.of_failure(error.failure)
        if status != exits.REFUSED:
            context.output.complain(f"{name}: {error.failure.cause}; {error.failure.remedy_in_verbs}")
        return status
    return exits.OK


def _report(context: Context, name: str, answer: Frame | HostError | OperationError) -> HostReport:
    remote = context.remotes.get(name)
    destination = remote.destination if remote else "this machine"
    if isinstance(answer, HostError):
        return HostReport(name, destination, answer.failure.state, None, answer.failure)
    if isinstance(answer, OperationError):
        failure = Failure(HostState.ERROR, str(answer), f"navi doctor {name}")
        return HostReport(name, destination, HostState.ERROR, None, failure)
    found = unlisted(answer, name)
    if found is None:
        return HostReport(name, destination, HostState.CONNECTED, answer, None)
    return HostReport(name, destination, found.failure.state, answer, found.failure)


def document(one: HostReport) -> dict[str, object]:
    """Return a host for programs; what is unknown is null."""
    frame, failure = one.frame, one.failure
    return {
        "name": one.name,
        "destination": one.destination,
        "state": str(one.state),
        "error": failure.cause if failure else None,
        "remedy": failure.remedy_in_verbs if failure else None,
        "sessions": len(frame.sessions) if frame and frame.proven else None,
        "tmux": (frame.tmux_version or None) if frame else None,
        "system": (frame.system or None) if frame else None,
    }


def _print(output: Output, one: HostReport, width: int) -> None:
    count = len(one.frame.sessions) if one.frame else 0
    facts = [plural(count, "session"), one.frame.system] if one.frame else []
    if one.frame and one.frame.tmux_version:
        facts.insert(1, f"tmux {one.frame.tmux_version}")
    if one.failure:
        facts = [one.failure.cause, one.failure.remedy_in_verbs]
    output.print(clean(f"{one.name:<{width}}  {one.state:<12} {one.destination}: {'; '.join(facts)}"))

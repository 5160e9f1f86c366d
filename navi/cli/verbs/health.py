"""The verb health: whether the processes of sessions run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from navi.cli.asking.snapshots import snapshot_of
from navi.cli.context import Context
from navi.cli.output.output import RequestError, UsageError, reason_and_status
from navi.core import exits
from navi.core.address import LOCAL, Named, address_of
from navi.hosts.blocking_host import BlockingHost

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.core.registry import Condition, Snapshot


def run_health(options: Options, context: Context) -> int:
    """Report the health of sessions. For one, the exit status is its code; for several, 0 if all are healthy."""
    if options.target and options.addresses:
        raise UsageError("give either ADDR or -t TARGET")
    wanted = [context.host_and_session(text, options.socket) for text in options.addresses]
    if options.target:
        wanted = [(context.host(options.host or LOCAL), Named("", options.socket, options.target))]
    if not wanted:
        return _health_of_all(options, context)
    names = list(dict.fromkeys(host.name for host, _ in wanted))
    sockets = {name: [pane.socket for host, pane in wanted if host.name == name and pane.socket] for name in names}
    found = dict(context.each(names, lambda name: snapshot_of(context, name, True, sockets[name])))
    found |= dict(context.each(_unfound(wanted, found), lambda name: snapshot_of(context, name, False, sockets[name])))
    from navi.cli.output.ls_output import condition_named

    def judge(name: str, pane: Named) -> Condition | RequestError:
        answer = found[name]
        if isinstance(answer, RequestError):
            return answer
        return condition_named(answer, pane.name, pane.socket, pane.target, pane.registered)

    judged = [(host.name, pane.name or pane.target, judge(host.name, pane)) for host, pane in wanted]
    return _print_health(options, context, found, judged)


def _print_health(
    options: Options,
    context: Context,
    found: Mapping[str, Snapshot | RequestError],
    judged: Sequence[tuple[str, str, Condition | RequestError]],
    alone: bool = True,
) -> int:
    """Print the health of sessions, each by its host and name. An unknown one has the exit status of its host."""
    from navi.cli.output.ls_output import print_conditions
    from navi.core.registry import Condition, Health

    conditions = [
        (host, name, Condition(Health.UNKNOWN, reason_and_status(one)[0]) if isinstance(one, RequestError) else one)
        for host, name, one in judged
    ]
    named = [(address_of(host, name), condition) for host, name, condition in conditions]
    status = print_conditions(context.output, named, options.json, alone)
    unknown = dict.fromkeys(host for host, _, condition in conditions if condition.health is Health.UNKNOWN)
    if not unknown:
        return status
    from navi.cli.asking.answers import split_answers

    answers = split_answers([(host, found[host]) for host in unknown], lambda one: one.frame)
    answers.complain(context.output)
    return answers.status or exits.UNAVAILABLE


def _unfound(wanted: Sequence[tuple[BlockingHost, Named]], found: Mapping[str, Snapshot | RequestError]) -> list[str]:
    """Return the hosts of names that neither the registry nor the default server knows: other servers may have them."""
    from navi.cli.output.ls_output import condition_named
    from navi.core.registry import Health

    names = []
    for host, pane in wanted:
        answer = found[host.name]
        if isinstance(answer, RequestError) or pane.socket or pane.target or pane.registered:
            continue
        condition = condition_named(answer, pane.name, "", "", registered=False)
        if condition.health in (Health.MISSING, Health.SERVER_NOT_RUNNING):
            names.append(host.name)
    return list(dict.fromkeys(names))


def _health_of_all(options: Options, context: Context) -> int:
    """Report the health of all sessions that are registered on a host."""
    host = context.host(options.host or LOCAL).name
    found = snapshot_of(context, host, registered=True)
    from navi.core.registry import condition_of

    judged = [(host, entry.name, condition_of(entry, found)) for entry in found.registry.entries.values()]
    return _print_health(options, context, {host: found}, judged, alone=False)

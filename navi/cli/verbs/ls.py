"""The verbs ls and health: every session of every host, with status and health."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.cli.output.output import Failed, UsageError, why
from navi.core import exits
from navi.core.address import LOCAL, Named, address_of
from navi.hosts.blocking_host import BlockingHost
from navi.ops.look.snapshot import snapshot

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.verbs.headless import HeadlessRow
    from navi.core.registry import Condition, Snapshot


HOW_TO_BEGIN = "`navi new NAME --agent` starts one"


def _import_rows() -> None:
    """Import the module that judges and prints sessions, while the host works on its answer."""
    import navi.cli.output.ls_output  # noqa: F401


def _snapshot(context: Context, name: str, registered: bool, sockets: Sequence[str] = ()) -> Snapshot:
    host = context.host(name)
    found = host.run(snapshot(registered, sockets), meanwhile=_import_rows)
    if found.registry.problem:
        context.output.complain(f"{name}: {found.registry.complaint}")
    return found


# ---- ls


def run_ls(options: Options, context: Context) -> int:
    """List sessions, and complain about hosts of which some are unknown: the exit status is that of the first."""
    names = _hosts_of(options, context)
    found = context.each(names, lambda name: _snapshot(context, name, registered=False))
    from navi.cli.asking.answers import sift
    from navi.cli.output.ls_output import document, print_rows, rows_of

    answers = sift(found, lambda one: one.frame)
    answers.complain(context.output)
    machines = {one.frame.place.host for _, one in answers.known}
    rows = [row for name, one in answers.known for row in rows_of(name, one, context.agents, machines)]
    rows = [row for row in rows if not options.status or row.word in options.status]
    headless = _headless(options, context, names)
    if options.json:
        hosts = [_host_document(name, answer, answers.failure_of(name)) for name, answer in found]
        sessions = [*map(document, rows), *(one.document for one in headless)]
        context.output.print_json({"hosts": hosts, "sessions": sessions})
    else:
        print_rows(context.output, rows, [one.cells for one in headless])
    if not rows and not headless and answers.status == exits.OK and context.output.is_terminal:
        context.output.note(_nothing(options, names))
    return answers.status


def _headless(options: Options, context: Context, names: Sequence[str]) -> Sequence[HeadlessRow]:
    """Return the sessions without a terminal; nothing is imported for them where no hub ran since the last start."""
    from navi.hosts.sockets import folder_for_sockets

    if not os.path.exists(os.path.join(folder_for_sockets(context.environment), "hub.sock")):
        return ()
    from navi.cli.verbs.headless import rows

    return [one for one in rows(context, names) if not options.status or one.status in options.status]


def _nothing(options: Options, names: Sequence[str]) -> str:
    """Say that no session is listed: to a person, to whom an empty answer would say nothing."""
    what = f"no session has the status {' or '.join(options.status)}" if options.status else "no sessions"
    where = [f"on {name}" if name != LOCAL else "on this machine" for name in names]
    here = " and ".join(where) if len(where) < 3 else f"on these {len(where)} hosts"
    return f"{what} {here}" + ("" if options.status else f"; {HOW_TO_BEGIN}")


def _host_document(name: str, answer: Snapshot | Failed, error: str | None) -> dict[str, object]:
    from navi.cli.output.ls_output import host_document, silent_document

    if isinstance(answer, Failed):
        return silent_document(name, answer, error or "")
    return host_document(name, answer)


def _hosts_of(options: Options, context: Context) -> list[str]:
    if options.host:
        for name in options.host:
            context.host(name)
        return list(dict.fromkeys(options.host))
    if options.filter == "local":
        return [LOCAL]
    return [*([LOCAL] if options.filter != "remote" else []), *context.remotes]


# ---- health


def run_health(options: Options, context: Context) -> int:
    """Report the health of sessions. For one, the exit status is its code; for several, 0 if all are healthy."""
    if options.target and options.addresses:
        raise UsageError("give either ADDR or -t TARGET")
    wanted = [context.place(text, options.socket) for text in options.addresses]
    if options.target:
        wanted = [(context.host(options.host or LOCAL), Named("", options.socket, options.target))]
    if not wanted:
        return _health_of_all(options, context)
    names = list(dict.fromkeys(host.name for host, _ in wanted))
    sockets = {name: [pane.socket for host, pane in wanted if host.name == name and pane.socket] for name in names}
    found = dict(context.each(names, lambda name: _snapshot(context, name, True, sockets[name])))
    found |= dict(context.each(_unfound(wanted, found), lambda name: _snapshot(context, name, False, sockets[name])))
    from navi.cli.output.ls_output import condition_named

    def judge(name: str, pane: Named) -> Condition | Failed:
        answer = found[name]
        if isinstance(answer, Failed):
            return answer
        return condition_named(answer, pane.name, pane.socket, pane.target, pane.registered)

    judged = [(host.name, pane.name or pane.target, judge(host.name, pane)) for host, pane in wanted]
    return _print_health(options, context, found, judged)


def _print_health(
    options: Options,
    context: Context,
    found: Mapping[str, Snapshot | Failed],
    judged: Sequence[tuple[str, str, Condition | Failed]],
    alone: bool = True,
) -> int:
    """Print the health of sessions, each by its host and name. An unknown one has the exit status of its host."""
    from navi.cli.output.ls_output import print_conditions
    from navi.core.registry import Condition, Health

    conditions = [
        (host, name, Condition(Health.UNKNOWN, why(one)[0]) if isinstance(one, Failed) else one)
        for host, name, one in judged
    ]
    named = [(address_of(host, name), condition) for host, name, condition in conditions]
    status = print_conditions(context.output, named, options.json, alone)
    unknown = dict.fromkeys(host for host, _, condition in conditions if condition.health is Health.UNKNOWN)
    if not unknown:
        return status
    from navi.cli.asking.answers import sift

    answers = sift([(host, found[host]) for host in unknown], lambda one: one.frame)
    answers.complain(context.output)
    return answers.status or exits.UNAVAILABLE


def _unfound(wanted: Sequence[tuple[BlockingHost, Named]], found: Mapping[str, Snapshot | Failed]) -> list[str]:
    """Return the hosts of names that neither the registry nor the default server has: other servers may have them."""
    from navi.cli.output.ls_output import condition_named
    from navi.core.registry import Health

    names = []
    for host, pane in wanted:
        answer = found[host.name]
        if isinstance(answer, Failed) or pane.socket or pane.target or pane.registered:
            continue
        condition = condition_named(answer, pane.name, "", "", registered=False)
        if condition.health in (Health.MISSING, Health.SERVER_NOT_RUNNING):
            names.append(host.name)
    return list(dict.fromkeys(names))


def _health_of_all(options: Options, context: Context) -> int:
    """Report the health of all sessions that are registered on a host."""
    host = context.host(options.host or LOCAL).name
    found = _snapshot(context, host, registered=True)
    from navi.core.registry import condition_of

    judged = [(host, entry.name, condition_of(entry, found)) for entry in found.registry.entries.values()]
    return _print_health(options, context, {host: found}, judged, alone=False)

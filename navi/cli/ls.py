"""The verbs ls and health: every session of every host, with status and health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.cli.output import Failed, UsageError, why
from navi.core import exits
from navi.core.address import LOCAL, Named, address_of
from navi.hosts.blocking_host import BlockingHost
from navi.ops.snapshot import snapshot

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.core.registry import Condition, Snapshot


def _import_rows() -> None:
    """Import the module that judges and prints sessions, while the host works on its answer."""
    import navi.cli.ls_output  # noqa: F401


def _snapshot(context: Context, name: str, registered: bool, sockets: Sequence[str] = ()) -> Snapshot:
    host = context.host(name)
    found = host.run(snapshot(registered, sockets), meanwhile=_import_rows)
    if found.registry.problem:
        words = f"the registry is damaged: {found.registry.problem}; `navi reconcile --repair` repairs it"
        context.output.complain(f"{name}: {words}")
    return found


# ---- ls


def run_ls(options: Options, context: Context) -> int:
    """List sessions, and complain about hosts that did not answer: the exit status is that of the first of them."""
    names = _hosts_of(options, context)
    answers = context.each(names, lambda name: _snapshot(context, name, registered=False))
    from navi.cli.ls_output import Row, document, host_document, print_rows, rows_of, silent_document

    status = exits.OK
    hosts: list[dict[str, object]] = []
    rows: list[Row] = []
    for name, answer in answers:
        if isinstance(answer, Failed):
            words, code = why(answer)
            context.output.complain(f"{name}: {words}")
            status = status or code
            hosts.append(silent_document(name, answer, words))
            continue
        hosts.append(host_document(name, answer))
        rows += rows_of(name, answer, context.agents)
    rows = [row for row in rows if not options.status or row.word in options.status]
    if options.json:
        context.output.print_json({"hosts": hosts, "sessions": [document(row) for row in rows]})
    else:
        print_rows(context.output, rows)
    return status


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
    from navi.cli.ls_output import condition_named, print_conditions

    conditions: list[tuple[str, Condition]] = []
    status = exits.OK
    for host, pane in wanted:
        answer = found[host.name]
        about = address_of(host.name, pane.name or pane.target)
        if isinstance(answer, Failed):
            words, status = why(answer)
            context.output.complain(f"{about}: {words}")
            continue
        conditions.append((about, condition_named(answer, pane.name, pane.socket, pane.target, pane.registered)))
    return print_conditions(context.output, conditions, options.json) or status


def _unfound(wanted: Sequence[tuple[BlockingHost, Named]], found: Mapping[str, Snapshot | Failed]) -> list[str]:
    """Return the hosts of names that neither the registry nor the default server has: other servers may have them."""
    from navi.cli.ls_output import condition_named
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
    from navi.cli.ls_output import print_conditions
    from navi.core.registry import condition_of

    entries = found.registry.entries.values()
    conditions = [(address_of(host, entry.name), condition_of(entry, found)) for entry in entries]
    return print_conditions(context.output, conditions, options.json, alone=False)

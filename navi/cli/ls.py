"""The verbs ls and health: every session of every host, with status and health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import UsageError, complain, print_json, why
from navi.core import exits
from navi.core.address import LOCAL, Named, address_of
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.registry_look import snapshot

if TYPE_CHECKING:
    from argparse import Namespace

    from navi.core.registry import Condition, Snapshot


def _import_rows() -> None:
    """What judges and tells sessions takes as long to import as a machine to answer: the two go on side by side."""
    import navi.cli.ls_output  # noqa: F401


def _snapshot(machines: Machines, name: str, registered: bool, sockets: Sequence[str] = ()) -> Snapshot:
    host = machines.host(name)
    found = host.run(snapshot(registered, sockets), meanwhile=_import_rows)
    if found.registry.problem:
        complain(f"{name}: the registry does not read well: {found.registry.problem}; navi reconcile mends it")
    return found


# ---- ls


def run_ls(options: Namespace, machines: Machines) -> int:
    """List sessions; hosts that did not answer are named, and the exit status is that of the first of them."""
    names = _hosts_of(options, machines)
    answers = machines.each(names, lambda name: _snapshot(machines, name, registered=False))
    from navi.cli.ls_output import Row, document, host_document, print_rows, rows_of, silent_document

    status = exits.OK
    hosts: list[dict[str, object]] = []
    rows: list[Row] = []
    for name, answer in answers:
        if isinstance(answer, HostError | OperationError):
            words, code = why(answer)
            complain(f"{name}: {words}")
            status = status or code
            hosts.append(silent_document(name, answer, words))
            continue
        hosts.append(host_document(name, answer))
        rows += rows_of(name, answer, machines.agents)
    rows = [row for row in rows if not options.status or row.word in options.status]
    if options.json:
        print_json({"hosts": hosts, "sessions": [document(row) for row in rows]})
    else:
        print_rows(rows)
    return status


def _hosts_of(options: Namespace, machines: Machines) -> list[str]:
    if options.host:
        for name in options.host:
            machines.host(name)
        return list(dict.fromkeys(options.host))
    if options.filter == "local":
        return [LOCAL]
    return [*([LOCAL] if options.filter != "remote" else []), *machines.remotes]


# ---- health


def run_health(options: Namespace, machines: Machines) -> int:
    """Tell the health of sessions. Of one, the exit status is its code; of several, 0 if all are healthy."""
    if options.target and options.addresses:
        raise UsageError("write either ADDR or -t TARGET")
    wanted = [machines.place(text, options.socket) for text in options.addresses]
    if options.target:
        wanted = [(machines.host(options.host or LOCAL), Named("", options.socket, options.target))]
    if not wanted:
        return _health_of_all(options, machines)
    names = list(dict.fromkeys(host.name for host, _ in wanted))
    sockets = {name: [pane.socket for host, pane in wanted if host.name == name and pane.socket] for name in names}
    found = dict(machines.each(names, lambda name: _snapshot(machines, name, True, sockets[name])))
    found |= dict(machines.each(_unfound(wanted, found), lambda name: _snapshot(machines, name, False, sockets[name])))
    from navi.cli.ls_output import condition_named, tell_conditions

    conditions: list[tuple[str, Condition]] = []
    status = exits.OK
    for host, pane in wanted:
        answer = found[host.name]
        about = address_of(host.name, pane.name or pane.target)
        if isinstance(answer, HostError | OperationError):
            words, status = why(answer)
            complain(f"{about}: {words}")
            continue
        conditions.append((about, condition_named(answer, pane.name, pane.socket, pane.target, pane.registered)))
    return tell_conditions(conditions, options.json) or status


def _unfound(
    wanted: Sequence[tuple[BlockingHost, Named]], found: Mapping[str, Snapshot | HostError | OperationError]
) -> list[str]:
    """The hosts with names that neither the registry nor the default server has: other servers may have them."""
    from navi.cli.ls_output import condition_named
    from navi.core.registry import Health

    names = []
    for host, pane in wanted:
        answer = found[host.name]
        if isinstance(answer, HostError | OperationError) or pane.socket or pane.target or pane.registered:
            continue
        condition = condition_named(answer, pane.name, "", "", registered=False)
        if condition.health in (Health.MISSING, Health.SERVER_NOT_RUNNING):
            names.append(host.name)
    return list(dict.fromkeys(names))


def _health_of_all(options: Namespace, machines: Machines) -> int:
    """All that are registered on a machine."""
    host = machines.host(options.host or LOCAL).name
    found = _snapshot(machines, host, registered=True)
    from navi.cli.ls_output import tell_conditions
    from navi.core.registry import condition_of

    entries = found.registry.entries.values()
    conditions = [(address_of(host, entry.name), condition_of(entry, found)) for entry in entries]
    return tell_conditions(conditions, options.json, alone=False)

"""The verb ls: every session of every host, with status and health."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from navi.cli.asking.snapshots import snapshot_of
from navi.cli.context import Context
from navi.cli.output.output import RequestError
from navi.core import exits
from navi.core.address import LOCAL

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.output.headless_output import HeadlessRow
    from navi.core.registry import Snapshot

HOW_TO_BEGIN = "`navi new NAME --agent` starts one"


def run_ls(options: Options, context: Context) -> int:
    """List sessions, and report hosts with unknown ones: the first of these decides the exit status."""
    names = _hosts_of(options, context)
    found = context.each(names, lambda name: snapshot_of(context, name, registered=False))
    from navi.cli.asking.answers import split_answers
    from navi.cli.output.ls_output import document, print_rows, rows_of

    answers = split_answers(found, lambda one: one.frame)
    answers.complain(context.output)
    machines = {one.frame.machine.host for _, one in answers.known}
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
    """Return the sessions without a terminal; nothing is imported for them if no hub ran since the last start."""
    from navi.hosts.sockets import folder_for_sockets

    if not os.path.exists(os.path.join(folder_for_sockets(context.environment), "hub.sock")):
        return ()
    from navi.cli.output.headless_output import row_of
    from navi.cli.verbs.headless import connect
    from navi.headless.client import NoHub

    try:
        with connect(context) as hub:
            found = hub.ask("GET", "/api/sessions/spawned")["sessions"]
    except NoHub:
        return []
    rows = [row_of(one) for one in found if (one["host"] or LOCAL) in names]
    return [one for one in rows if not options.status or one.status in options.status]


def _nothing(options: Options, names: Sequence[str]) -> str:
    """Return the message for a person if no session is listed: an empty answer would say nothing."""
    what = f"no session has the status {' or '.join(options.status)}" if options.status else "no sessions"
    where = [f"on {name}" if name != LOCAL else "on this machine" for name in names]
    here = " and ".join(where) if len(where) < 3 else f"on these {len(where)} hosts"
    return f"{what} {here}" + ("" if options.status else f"; {HOW_TO_BEGIN}")


def _host_document(name: str, answer: Snapshot | RequestError, error: str | None) -> dict[str, object]:
    from navi.cli.output.ls_output import host_document, silent_document

    if isinstance(answer, RequestError):
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

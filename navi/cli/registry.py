"""The verbs cleanup, reconcile and registry."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from navi.cli.output import Failed, UsageError, why
from navi.config.undo_list import Killed, remember
from navi.core import exits
from navi.core.address import LOCAL, address_of
from navi.core.cleanup import NO_DIFFERENCE, Difference, Removal, difference, removals, seconds_of
from navi.core.registry import Snapshot, read_registry
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.lifecycle import kill, new_undo_id
from navi.ops.registry import change_entries, read_file, replace_file
from navi.ops.snapshot import snapshot

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.cli.output import Output
    from navi.hosts.blocking_host import BlockingHost

WRONG_DATA = 65
"""The exit status for a file that can't be understood (EX_DATAERR)."""

Results = Sequence[tuple[Removal, str]]
"""What was to be removed, each with what went wrong, or ""."""


# ---- cleanup


def run_cleanup(options: Options, context: Context) -> int:
    """Remove sessions from the registry that are dead, old, or all, on one or more hosts."""
    older_than = _age(options.older_than) if options.older_than else None
    names = list(dict.fromkeys(options.host or [LOCAL]))
    hosts = {name: context.host(name) for name in names}

    def clean_up(name: str) -> Results:
        host = hosts[name]
        found = host.run(snapshot(registered=True))
        _refuse_damaged(found)
        chosen = removals(found, older_than, options.all)
        return [(one, "") for one in chosen] if options.dry_run else remove(host, context, chosen)

    return _print_removed(context.output, options, context.each(names, clean_up))


def _age(text: str) -> int:
    try:
        return seconds_of(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _refuse_damaged(found: Snapshot) -> None:
    if found.registry.problem:
        words = f"the registry is damaged: {found.registry.problem}; `navi reconcile --repair` repairs it"
        raise OperationError(words, exits.CONFIGURATION)


def remove(host: BlockingHost, context: Context, chosen: Sequence[Removal]) -> Results:
    """Kill the sessions that live and remove the entries; return each with what went wrong, or ""."""
    results = [(one, _kill(host, context, one)) for one in chosen]
    gone = [one.entry for one, problem in results if not problem]
    if gone:
        host.run(change_entries(gone))
    return results


def _kill(host: BlockingHost, context: Context, removal: Removal) -> str:
    """Kill the session of a removal, so that `navi undo` can restore it; return what went wrong."""
    if not removal.session:
        return ""
    try:
        kept = host.run(kill(removal.session, new_undo_id()))
    except OperationError as error:
        return str(error)
    if kept:
        remember(context.places.state, Killed(host.name, kept, address_of(host.name, removal.session.name)))
    return ""


def _print_removed(output: Output, options: Options, answers: Sequence[tuple[str, Results | Failed]]) -> int:
    status = exits.OK
    documents = []
    for name, answer in answers:
        if isinstance(answer, Failed):
            words, code = why(answer)
            output.complain(f"{name}: {words}")
            status = status or code
            continue
        for one, problem in answer:
            address = address_of(name, one.entry.name)
            documents.append(_removal_document(address, one, problem))
            status = status or (exits.NO if problem else exits.OK)
            if not options.json:
                _print_removal(output, options.dry_run, address, one, problem)
    if options.json:
        output.print_json({"dry_run": options.dry_run, "removed": documents})
    elif not documents and status == exits.OK:
        output.print("nothing to remove")
    return status


def _removal_document(address: str, one: Removal, problem: str) -> dict[str, object]:
    return {"address": address, "reason": one.reason, "killed": one.session is not None, "error": problem or None}


def _print_removal(output: Output, dry_run: bool, address: str, one: Removal, problem: str) -> None:
    if problem:
        output.complain(f"{address}: {problem}")
        return
    verb = "would remove" if dry_run else "removed"
    killed = " and kill it" if dry_run else ", and killed it"
    output.print(clean(f"{verb} {address} ({one.reason}){killed if one.session else ''}"))


# ---- reconcile


def run_reconcile(options: Options, context: Context) -> int:
    """Report the differences, or repair the registry. The exit status of a report is 1 if there are any."""
    names = list(dict.fromkeys(options.host or [LOCAL]))
    status = exits.OK
    documents = []

    def compare(name: str) -> Difference:
        host = context.host(name)
        found = difference(host.run(snapshot()))
        if found != NO_DIFFERENCE and options.repair:
            host.run(change_entries(found.gone, found.unregistered))
        return found

    for name, answer in context.each(names, compare):
        if isinstance(answer, Failed):
            words, code = why(answer)
            context.output.complain(f"{name}: {words}")
            status = status or code
            continue
        documents.append(_difference_document(name, answer))
        if not options.json:
            _print_difference(context.output, name, answer, options.repair)
        status = status or (exits.OK if options.repair or answer == NO_DIFFERENCE else exits.NO)
    if options.json:
        context.output.print_json({"repaired": options.repair, "hosts": documents})
    return status


def _difference_document(name: str, found: Difference) -> dict[str, object]:
    return {
        "host": name,
        "registry": found.problem or None,
        "gone": [entry.name for entry in found.gone],
        "unregistered": [session.name for session in found.unregistered],
        "status_files": list(found.files),
    }


def _print_difference(output: Output, name: str, found: Difference, repaired: bool) -> None:
    lines = []
    if found.problem:
        lines.append(f"the registry is damaged: {found.problem}" + "; set aside" * repaired)
    lines += [f"{entry.name} is registered, but has ended" + "; removed" * repaired for entry in found.gone]
    lines += [f"{one.name} is not registered" + "; registered now" * repaired for one in found.unregistered]
    lines += [f"{file}.json is a status file without a session; navi's next look removes it" for file in found.files]
    where = "" if name == LOCAL else f"{name}: "
    for line in lines or ["no differences"]:
        output.print(clean(f"{where}{line}"))


# ---- registry


def run_registry(options: Options, context: Context) -> int:
    """Back up the registry, or replace it by a backup."""
    host = context.host(options.host)
    if options.action == "backup":
        found = host.run(read_file())
        _save(context.output, options.file, found.body)
        return exits.OK
    if options.file is None:
        raise UsageError("the file to restore is missing: navi registry restore FILE")
    try:
        body = Path(options.file).read_bytes() if options.file != "-" else sys.stdin.buffer.read()
    except OSError as error:
        raise OperationError(f"{options.file} can't be read: {error.strerror}", exits.NO_SESSION) from error
    problem = read_registry(body).problem
    if problem:
        raise OperationError(f"{options.file} is not a registry: {problem}; nothing has changed", WRONG_DATA)
    restored = host.run(replace_file(body.decode("utf-8", "surrogateescape")))
    context.output.print(f"restored {restored.path}; the previous file is beside it, with the ending .before")
    return exits.OK


def _save(output: Output, path: str | None, body: bytes) -> None:
    if path in (None, "-"):
        output.write(body)
        return
    try:
        with open(os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
    except FileExistsError as error:
        raise OperationError(f"{path} already exists; nothing was written", exits.EXISTS) from error
    except OSError as error:
        raise OperationError(f"{path} can't be written: {error.strerror}") from error

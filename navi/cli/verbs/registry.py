"""The verbs cleanup, reconcile and registry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from navi.cli.asking.answers import Answers, split_answers
from navi.cli.asking.changes import carry_out
from navi.cli.output.output import RequestError, UsageError, reason_and_status
from navi.config.undo_list import UndoEntry, remember
from navi.core import exits
from navi.core.address import LOCAL, Address, address_of
from navi.core.ages import seconds_of
from navi.core.cleanup import (
    NO_DIFFERENCE,
    Difference,
    EntryRemoval,
    FileRemoval,
    difference,
    file_removals,
    removals,
)
from navi.core.model import Frame, TmuxSession
from navi.core.registry import Snapshot, read_registry
from navi.core.text import clean
from navi.hosts.base import ConnectionLost, HostError
from navi.ops import OperationError
from navi.ops.look.snapshot import snapshot
from navi.ops.registry import change_entries, read_file, replace_file
from navi.ops.session.lifecycle import kill, new_undo_id
from navi.ops.session.status_files import remove_status_files

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.cli.output.output import Output
    from navi.hosts.blocking_host import BlockingHost

UNPROVEN = "the host does not prove its end, or the file can't be moved"
"""Why a status file stays that should be removed."""


class RemovalResult(NamedTuple):
    """The result of a removal: what went wrong, or "", with the exit status for that, and whether the session was
    killed.
    """

    removal: EntryRemoval
    problem: str = ""
    status: int = exits.OK
    killed: bool = False


class CleanedHost(NamedTuple):
    """A frame of a host, the results of removals from its registry, and the status files without a session; `failure`
    says why nothing is known about the files to remove.
    """

    frame: Frame
    results: Sequence[RemovalResult]
    files: Sequence[FileRemoval]
    failure: RequestError | None = None


class ComparedHost(NamedTuple):
    """A frame of a host, and how registry and status files differ from it."""

    frame: Frame
    difference: Difference


# ---- cleanup


def run_cleanup(options: Options, context: Context) -> int:
    """Remove ended, old or all sessions from the registry and the status files of one or more hosts."""
    older_than = _age(options.older_than) if options.older_than else None
    names = list(dict.fromkeys(options.host or [LOCAL]))
    hosts = {name: context.host(name) for name in names}

    def clean_up(name: str) -> CleanedHost:
        host = hosts[name]
        found = host.run(snapshot())
        _refuse_damaged(found)
        chosen = removals(found, older_than, options.all)
        if options.dry_run:
            results: Sequence[RemovalResult] = [RemovalResult(one, killed=one.session is not None) for one in chosen]
        else:
            results = remove(host, context, chosen, found.frame)
        return CleanedHost(found.frame, results, *_clean_files(host, found.frame, options.dry_run))

    return _print_removed(context.output, options, split_answers(context.each(names, clean_up), lambda one: one.frame))


def _age(text: str) -> int:
    try:
        return seconds_of(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _clean_files(host: BlockingHost, frame: Frame, dry_run: bool) -> tuple[Sequence[FileRemoval], RequestError | None]:
    """Remove the status files whose sessions have ended, as the host itself proves; return all without a session.
    Earlier results must be reported, so a failure is returned, too, instead of the files.
    """
    found = file_removals(frame)
    wanted = [one.name for one in found if not one.stays]
    try:
        gone = host.run(remove_status_files(wanted, dry_run)) if wanted else frozenset()
    except (HostError, OperationError) as error:
        words = f"which status files were removed is not known: {reason_and_status(error)[0]}"
        return [one for one in found if one.stays], OperationError(words, reason_and_status(error)[1])
    return [one if one.stays or one.name in gone else _unproven(one) for one in found], None


def _unproven(file: FileRemoval) -> FileRemoval:
    return file._replace(reason=f"{file.reason}, but {UNPROVEN}", stays=True)


def _refuse_damaged(found: Snapshot) -> None:
    if found.registry.problem:
        status = exits.CONFIGURATION if found.registry.usable else exits.REFUSED
        raise OperationError(found.registry.complaint, status)


def remove(
    host: BlockingHost, context: Context, chosen: Sequence[EntryRemoval], frame: Frame
) -> Sequence[RemovalResult]:
    """Kill the sessions that live, as a frame shows them, and remove the entries; return each result.

    Never raises the host's failures: earlier results must be reported.
    """
    results = list(_kill_all(host, context, chosen, frame))
    gone = [one.removal.entry for one in results if not one.problem]
    try:
        if gone:
            host.run(change_entries(gone))
    except (HostError, OperationError) as error:
        return [one if one.problem else _entry_stays(one, error) for one in results]
    return results


def _entry_stays(result: RemovalResult, error: RequestError) -> RemovalResult:
    lost = isinstance(error, ConnectionLost)
    stays = "whether its entry was removed is not known" if lost else "its entry stays in the registry"
    words = f"it was killed; {stays}: {error}" if result.killed else f"{stays}: {error}"
    return result._replace(problem=words, status=reason_and_status(error)[1])


def _kill_all(
    host: BlockingHost, context: Context, chosen: Sequence[EntryRemoval], frame: Frame
) -> Iterator[RemovalResult]:
    """Kill the sessions of removals. If the host fails, the other sessions are not tried."""
    failed: HostError | None = None
    for one in chosen:
        if one.session is None:
            yield RemovalResult(one)
        elif failed:
            yield RemovalResult(one, f"not tried: {failed}", reason_and_status(failed)[1])
        else:
            try:
                _kill(host, context, one.session, frame)
                yield RemovalResult(one, killed=True)
            except OperationError as error:
                yield RemovalResult(one, str(error), error.status)
            except HostError as error:
                failed = error
                yield RemovalResult(one, f"not killed: {error}", reason_and_status(error)[1])


def _kill(host: BlockingHost, context: Context, session: TmuxSession, frame: Frame) -> None:
    """Kill a session, so that `navi undo` can restore it. Raise OperationError, HostError."""
    address = Address(host.name, session.name)
    kept = carry_out(context, address, kill(session, new_undo_id()), frame)
    if kept.undo_id:
        remember(context.files.state, UndoEntry(host.name, kept.undo_id, str(address)))


def _with_failures(answers: Answers[CleanedHost]) -> Answers[CleanedHost]:
    """Return the answers, with unknown status files as a failure of their host, too."""
    more = [(name, one.failure) for name, one in answers.known if one.failure]
    status = answers.status or next((reason_and_status(error)[1] for _, error in more), exits.OK)
    return Answers(answers.known, (*answers.failures, *more), status)


def _print_removed(output: Output, options: Options, answers: Answers[CleanedHost]) -> int:
    answers = _with_failures(answers)
    answers.complain(output)
    results = [(name, result) for name, one in answers.known for result in one.results]
    documents = []
    for name, result in results:
        address = address_of(name, result.removal.entry.name)
        documents.append(_removal_document(address, result))
        if not options.json:
            _print_removal(output, options.dry_run, address, result)
    files = [(name, file) for name, one in answers.known for file in one.files]
    documents += [_file_document(name, file) for name, file in files if not file.stays]
    for name, file in files:
        _print_file(output, options, name, file)
    status = answers.status or next((one.status for _, one in results if one.problem), exits.OK)
    if options.json:
        unknown = [{"host": name, "error": reason_and_status(error)[0]} for name, error in answers.failures]
        stay = [{"address": address_of(name, file.name), "reason": file.reason} for name, file in files if file.stays]
        output.print_json({"dry_run": options.dry_run, "removed": documents, "stay": stay, "unknown": unknown})
    elif not documents and status == exits.OK:
        output.print("nothing to remove")
    return status


def _removal_document(address: str, one: RemovalResult) -> dict[str, object]:
    return {
        "address": address, "file": None, "reason": one.removal.reason, "killed": one.killed,
        "error": one.problem or None,
    }  # fmt: skip


def _file_document(host: str, file: FileRemoval) -> dict[str, object]:
    return {
        "address": address_of(host, file.name), "file": f"{file.name}.json", "reason": file.reason, "killed": False,
        "error": None,
    }  # fmt: skip


def _print_file(output: Output, options: Options, host: str, file: FileRemoval) -> None:
    if file.stays:
        output.complain(clean(f"{_file_at(host, file)} stays: {file.reason}"))
    elif not options.json:
        verb = "would remove" if options.dry_run else "removed"
        output.print(clean(f"{verb} {_file_at(host, file)} ({file.reason})"))


def _file_at(host: str, file: FileRemoval) -> str:
    return f"the status file {address_of(host, file.name)}.json"


def _print_removal(output: Output, dry_run: bool, address: str, one: RemovalResult) -> None:
    if one.problem:
        output.complain(f"{address}: {one.problem}")
        return
    verb = "would remove" if dry_run else "removed"
    killed = " and kill it" if dry_run else ", and killed it"
    output.print(clean(f"{verb} {address} ({one.removal.reason}){killed if one.killed else ''}"))


# ---- reconcile


def run_reconcile(options: Options, context: Context) -> int:
    """Report the differences, or repair the registry. The exit status of a report is 1 if there are any."""
    names = list(dict.fromkeys(options.host or [LOCAL]))

    def compare(name: str) -> ComparedHost:
        host = context.host(name)
        found = host.run(snapshot())
        if not found.registry.usable:
            raise OperationError(found.registry.complaint, exits.REFUSED)
        differs = difference(found)
        if differs != NO_DIFFERENCE and options.repair:
            host.run(change_entries(differs.gone, differs.unregistered))
        return ComparedHost(found.frame, differs)

    answers = split_answers(context.each(names, compare), lambda one: one.frame)
    answers.complain(context.output)
    if options.json:
        known = {name: one.difference for name, one in answers.known}
        documents = [_difference_document(name, known.get(name), answers.failure_of(name)) for name in names]
        context.output.print_json({"repaired": options.repair, "hosts": documents})
    else:
        for name, one in answers.known:
            _print_difference(context.output, name, one, options.repair)
    agreed = options.repair or all(one.difference == NO_DIFFERENCE for _, one in answers.known)
    return answers.status or (exits.OK if agreed else exits.NO)


def _difference_document(name: str, found: Difference | None, error: str | None) -> dict[str, object]:
    """Return a host for programs; what is unknown is null."""
    return {
        "host": name,
        "error": error,
        "registry": (found.problem or None) if found else None,
        "gone": [entry.name for entry in found.gone] if found else None,
        "unregistered": [session.name for session in found.unregistered] if found else None,
        "status_files": list(found.files) if found else None,
    }


def _print_difference(output: Output, name: str, compared: ComparedHost, repaired: bool) -> None:
    """Print the differences. There are none only if every tmux server listed its sessions."""
    found = compared.difference
    lines = []
    if found.problem:
        lines.append(f"the registry is damaged: {found.problem}" + "; set aside" * repaired)
    lines += [f"{entry.name} is registered, but has ended" + "; removed" * repaired for entry in found.gone]
    lines += [f"{one.name} is not registered" + "; registered now" * repaired for one in found.unregistered]
    lines += [f"{file}.json is a status file without a session; navi's next look removes it" for file in found.files]
    where = "" if name == LOCAL else f"{name}: "
    if not lines and compared.frame.proven:
        lines.append("no differences")
    for line in lines:
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
        raise OperationError(f"{options.file} is not a registry: {problem}; nothing has changed", exits.WRONG_DATA)
    restored = host.run(replace_file(body.decode("utf-8", "surrogateescape")))
    before = "; the previous file is beside it, with the ending .before" if restored.replaced else ""
    context.output.print(f"restored {restored.path}{before}")
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

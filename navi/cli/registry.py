"""The verbs cleanup, reconcile and registry: what is registered, against what there is."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import UsageError, complain, print_json, why
from navi.config.undo_list import Killed, remember
from navi.core import exits
from navi.core.address import LOCAL, address_of
from navi.core.model import TmuxSession
from navi.core.registry import Entry, Health, Snapshot, condition_of, epoch, read_registry, strays
from navi.core.text import clean, exact_age
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.lifecycle import kill, new_undo_id
from navi.ops.registry import change_entries, read_file, replace_file
from navi.ops.registry_look import snapshot

if TYPE_CHECKING:
    from argparse import Namespace

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

DEAD = (Health.DEAD, Health.MISSING, Health.ZOMBIE, Health.SERVER_NOT_RUNNING)
"""What is removed without being asked for."""


def seconds_of(text: str) -> float:
    """Read an age such as 90s, 30m, 12h or 7d. Raises UsageError."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    if not found:
        raise UsageError(f"`{text}` is no age; write 90s, 30m, 12h or 7d")
    return int(found[1]) * UNITS[found[2]]


# ---- cleanup


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry that is to go, why, and the session that is to be killed with it, if it lives."""

    entry: Entry
    reason: str
    session: TmuxSession | None = None


def removals(found: Snapshot, older_than: float | None, everything: bool) -> list[Removal]:
    """Decide what goes: what is dead; what was not used for so many seconds; or all. What is unknown stays."""
    chosen = []
    for entry in sorted(found.registry.entries.values(), key=lambda one: one.name):
        condition = condition_of(entry, found)
        session = found.session_of(entry)
        if condition.health in DEAD:
            dead = session if session and all(pane.dead for pane in session.panes) else None
            chosen.append(Removal(entry, f"{condition.health}: {condition.reason}", dead))
            continue
        if condition.health is Health.UNKNOWN:
            continue
        used = epoch(entry.last_active) or epoch(entry.created_at)
        unused = found.frame.clock - used if used is not None else None
        if everything:
            chosen.append(Removal(entry, "all are removed", session))
        elif older_than is not None and unused is not None and unused > older_than:
            chosen.append(Removal(entry, f"not used for {exact_age(unused)}", session))
    return chosen


def run_cleanup(options: Namespace, machines: Machines) -> int:
    """Remove what is dead, old, or everything, on one or more hosts."""
    older_than = seconds_of(options.older_than) if options.older_than else None
    names = list(dict.fromkeys(options.host or [LOCAL]))
    hosts = {name: machines.host(name) for name in names}

    def clean_up(name: str) -> list[tuple[Removal, str]]:
        host = hosts[name]
        found = host.run(snapshot(registered=True))
        _refuse_broken(found)
        chosen = removals(found, older_than, options.all)
        return [(one, "") for one in chosen] if options.dry_run else remove(host, machines, chosen)

    return _tell_removed(options, machines.each(names, clean_up))


def _refuse_broken(found: Snapshot) -> None:
    if found.registry.problem:
        raise OperationError(
            f"the registry does not read well: {found.registry.problem}; navi reconcile --repair mends it",
            exits.CONFIGURATION,
        )


def remove(host: BlockingHost, machines: Machines, chosen: Sequence[Removal]) -> list[tuple[Removal, str]]:
    """Kill what lives, and take the entries out; return each with what went wrong, or ""."""
    results = []
    for one in chosen:
        trouble = ""
        if one.session:
            try:
                kept = host.run(kill(one.session, new_undo_id()))
                if kept:
                    remember(machines.places.state, Killed(host.name, kept, address_of(host.name, one.session.name)))
            except OperationError as error:
                trouble = str(error)
        results.append((one, trouble))
    gone = [one.entry for one, trouble in results if not trouble]
    if gone:
        host.run(change_entries(gone))
    return results


def _tell_removed(
    options: Namespace, answers: Sequence[tuple[str, list[tuple[Removal, str]] | HostError | OperationError]]
) -> int:
    status = exits.OK
    documents = []
    for name, answer in answers:
        if isinstance(answer, HostError | OperationError):
            words, code = why(answer)
            complain(f"{name}: {words}")
            status = status or code
            continue
        for one, trouble in answer:
            address = address_of(name, one.entry.name)
            documents.append(
                {"address": address, "reason": one.reason, "killed": one.session is not None, "error": trouble or None}
            )
            status = status or (exits.NO if trouble else exits.OK)
            if not options.json:
                _say_removed(options.dry_run, address, one, trouble)
    if options.json:
        print_json({"dry_run": options.dry_run, "removed": documents})
    elif not documents and status == exits.OK:
        print("nothing to remove")
    return status


def _say_removed(dry_run: bool, address: str, one: Removal, trouble: str) -> None:
    if trouble:
        complain(f"{address}: {trouble}")
        return
    verb = "would remove" if dry_run else "removed"
    killed = " and kill it" if dry_run else ", and killed it"
    print(clean(f"{verb} {address} ({one.reason}){killed if one.session else ''}"))


# ---- reconcile


@dataclass(frozen=True, slots=True)
class Difference:
    """What the registry and the status files say against what tmux says."""

    gone: tuple[Entry, ...]
    unregistered: tuple[TmuxSession, ...]
    files: tuple[str, ...]
    broken: str = ""

    def __bool__(self) -> bool:
        return bool(self.gone or self.unregistered or self.files or self.broken)


def difference(found: Snapshot, sockets: str) -> Difference:
    """Compare. Sessions count that navi made, or that are on a server of the registry's folder; others are people's
    own. Nothing is said to be gone whose server did not tell.
    """
    gone = tuple(
        entry
        for entry in found.registry.entries.values()
        if condition_of(entry, found).health in (Health.MISSING, Health.SERVER_NOT_RUNNING)
    )
    unregistered = tuple(
        one for one in strays(found, ()) if one.own or (sockets and one.socket.startswith(f"{sockets}/"))
    )
    names = {one.name for one in found.frame.sessions}
    files = tuple(
        file.name for file in found.frame.files if found.proven and not file.problem and file.name not in names
    )
    return Difference(gone, unregistered, files, found.registry.problem)


def run_reconcile(options: Namespace, machines: Machines) -> int:
    """Report the differences, or mend them. Without any the exit status is 0; a report of some ends with 1."""
    names = list(dict.fromkeys(options.host or [LOCAL]))
    status = exits.OK
    documents = []

    def compare(name: str) -> Difference:
        host = machines.host(name)
        found = host.run(snapshot())
        told = difference(found, found.sockets)
        if told and options.repair:
            host.run(change_entries(told.gone, told.unregistered))
        return told

    for name, answer in machines.each(names, compare):
        if isinstance(answer, HostError | OperationError):
            words, code = why(answer)
            complain(f"{name}: {words}")
            status = status or code
            continue
        documents.append(_difference_document(name, answer))
        if not options.json:
            _print_difference(name, answer, options.repair)
        status = status or (exits.NO if answer and not options.repair else exits.OK)
    if options.json:
        print_json({"repaired": options.repair, "hosts": documents})
    return status


def _difference_document(name: str, told: Difference) -> dict[str, object]:
    return {
        "host": name,
        "registry": told.broken or None,
        "gone": [entry.name for entry in told.gone],
        "unregistered": [session.name for session in told.unregistered],
        "status_files": list(told.files),
    }


def _print_difference(name: str, told: Difference, repaired: bool) -> None:
    where = "" if name == LOCAL else f"{name}: "
    if told.broken:
        print(clean(f"{where}the registry does not read well: {told.broken}" + ("; set aside" if repaired else "")))
    for entry in told.gone:
        print(clean(f"{where}{entry.name} is registered, and has ended" + ("; removed" if repaired else "")))
    for session in told.unregistered:
        print(clean(f"{where}{session.name} lives, and is not registered" + ("; registered" if repaired else "")))
    for file in told.files:
        print(clean(f"{where}{file}.json is the status file of no session; the next look of navi removes it"))
    if not told:
        print(f"{where}all agree")


# ---- the file


def run_registry(options: Namespace, machines: Machines) -> int:
    """Back the registry up, or put a backup in its place."""
    host = machines.host(options.host)
    if options.action == "backup":
        found = host.run(read_file())
        _save(options.file, found.body)
        return exits.OK
    if options.file is None:
        raise UsageError("say which file to restore from")
    try:
        body = Path(options.file).read_bytes() if options.file != "-" else sys.stdin.buffer.read()
    except OSError as error:
        raise OperationError(f"{options.file} can't be read: {error.strerror}", exits.NO_SESSION) from error
    problem = read_registry(body).problem
    if problem:
        raise OperationError(f"{options.file} is no registry: {problem}; nothing was changed", 65)
    restored = host.run(replace_file(body.decode("utf-8", "surrogateescape")))
    print(f"restored {restored.path}; what was there is beside it, with the ending .before")
    return exits.OK


def _save(path: str | None, body: bytes) -> None:
    if path in (None, "-"):
        sys.stdout.buffer.write(body)
        return
    try:
        with open(os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
    except FileExistsError as error:
        raise OperationError(f"{path} is there already; nothing was written", exits.EXISTS) from error
    except OSError as error:
        raise OperationError(f"{path} can't be written: {error.strerror}") from error

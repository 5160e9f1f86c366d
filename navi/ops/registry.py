"""Changing the registry of sessions, and reading and replacing its file (scripts of the family registry)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from navi.core import exits
from navi.core.model import TmuxSession
from navi.core.registry import RegistryEntry
from navi.core.text import clean
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, OperationError, Record, read_records


@dataclass(frozen=True, slots=True)
class RegistryFile:
    """The registry as it is: where, and every byte of it. `replaced` says whether one was there before."""

    path: str
    body: bytes
    replaced: bool = False


def change_entries(drop: Sequence[RegistryEntry], enrol: Sequence[TmuxSession] = ()) -> Operation[str]:
    """Return the operation that removes entries from the registry, unless they have changed, and adds living sessions.

    The answer says what was wrong with the file before, or "". The host makes all changes or none; OperationError says
    why none.
    """
    gone = [word for entry in drop for word in (json.dumps(entry.name), entry.created_at)]
    living = [word for session in enrol for word in (session.socket, session.id)]
    arguments = (str(len(gone)), *gone, *living)
    return Operation("change the registry", link("registry/change_entries"), arguments, _read_trouble, time_limit=30)


def put_entry(entry: RegistryEntry) -> Operation[str]:
    """Return the operation that registers what an entry says (socket, target, type, process). An entry of that name is
    replaced, except for its time of creation. Raise OperationError, also for values that the registry can't hold.
    """
    process = str(entry.process) if entry.process else ""
    return _entry_operation(entry.name, "put", entry.socket, entry.target, entry.type, process)


def drop_entry(name: str) -> Operation[str]:
    """Return the operation that removes one entry, whatever it says. Raise OperationError with status 66 if there is
    none.
    """
    return _entry_operation(name, "drop")


def touch_entry(name: str) -> Operation[str]:
    """Return the operation that notes that a session was used now. Raise OperationError with status 66 if it is not
    registered.
    """
    return _entry_operation(name, "touch")


def _entry_operation(name: str, action: str, *values: str) -> Operation[str]:
    for text in (name, *values):
        if not text.isprintable():
            words = f"{clean(text)[:40]!r} has control characters; that can't be registered"
            raise OperationError(words, exits.WRONG_USAGE)
    arguments = (name, action, *values)
    return Operation("change an entry", link("registry/change_entry"), arguments, _read_trouble, time_limit=20)


def read_file() -> Operation[RegistryFile]:
    """Return the operation that reads the registry's file."""
    return _file_operation("read the registry", reads=True)


def replace_file(text: str) -> Operation[RegistryFile]:
    """Return the operation that replaces the registry's file by a text; the old file stays beside it, with the ending
    .before.
    """
    return _file_operation("restore the registry", text)


def _file_operation(name: str, *text: str, reads: bool = False) -> Operation[RegistryFile]:
    return Operation(name, link("registry/file"), text, _read_file, time_limit=20, reads=reads)


def _read_trouble(answer: Answer) -> str:
    return next((clean(record.rest) for record in read_records(answer) if record.kind == "trouble"), "")


def _read_file(answer: Answer) -> RegistryFile:
    records = {record.kind: record for record in read_records(answer)}
    file = records.get("file", Record("file", ""))
    return RegistryFile(clean(file.rest), file.body, "before" in records)

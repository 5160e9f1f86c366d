"""The functions of lib/registry.sh: requests about one entry of the registry, or all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from navi.compat.format import print_document
from navi.compat.registered import registry_text
from navi.compat.tool import ToolFailed
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.registry import VERSION, RegistryEntry, read_registry
from navi.core.text import decode
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.registry import drop_entry, put_entry, touch_entry

if TYPE_CHECKING:
    from navi.cli.context import Context
    from navi.cli.output.output import Output

NOT_FOUND = 1
INVALID = 2
"""The library's own status for invalid arguments."""


def run_entries(words: Sequence[str], context: Context) -> int:
    """Carry out a function of the library: its name without `registry_`, and its arguments."""
    function = FUNCTIONS.get(words[0]) if words else None
    try:
        if function is None:
            raise ToolFailed(f"unknown function; known functions: {', '.join(FUNCTIONS)}", INVALID)
        return function(words[1:], context)
    except ToolFailed as error:
        context.output.note(f"registry: {error}")
        return error.status
    except (HostError, OperationError) as error:
        status = _status(error)
        if status != NOT_FOUND:
            context.output.note(f"registry: {error}")
        return status


def _status(error: HostError | OperationError) -> int:
    status = getattr(error, "status", exits.NO)
    if status == exits.TIMED_OUT:
        return exits.TIMED_OUT
    return NOT_FOUND if status in (exits.NO, exits.NO_SESSION) else INVALID


def _name(arguments: Sequence[str]) -> str:
    if not arguments or not arguments[0]:
        raise ToolFailed("Missing session name", INVALID)
    return arguments[0]


# ---- one entry


def _add(arguments: Sequence[str], context: Context) -> int:
    name, socket, target, kind, process = (*arguments, "", "", "", "", "")[:5]
    if not (name and socket and target):
        raise ToolFailed("Missing required arguments (name, socket, target)", INVALID)
    if process and not (process.isascii() and process.isdigit()):
        raise ToolFailed(f"invalid process id `{process}`", INVALID)
    context.host(LOCAL).run(put_entry(RegistryEntry(name, socket, target, kind or "shell", process=int(process or 0))))
    return 0


def _remove(arguments: Sequence[str], context: Context) -> int:
    context.host(LOCAL).run(drop_entry(_name(arguments)))
    return 0


def _update_activity(arguments: Sequence[str], context: Context) -> int:
    context.host(LOCAL).run(touch_entry(_name(arguments)))
    return 0


def _get(arguments: Sequence[str], context: Context) -> int:
    entry = _entry(arguments, context)
    if entry is None:
        return NOT_FOUND
    print_document(context.output, entry)
    return 0


def _exists(arguments: Sequence[str], context: Context) -> int:
    return 0 if _entry(arguments, context) is not None else NOT_FOUND


def _field(key: str) -> Callable[[Sequence[str], Context], int]:
    def print_field(arguments: Sequence[str], context: Context) -> int:
        entry = _entry(arguments, context)
        if entry is None:
            return NOT_FOUND
        value = entry.get(key) if isinstance(entry, dict) else None
        context.output.print(value if isinstance(value, str) else "")
        return 0

    return print_field


def _entry(arguments: Sequence[str], context: Context) -> Any:
    """Return an entry as the file has it, with fields unknown to navi; None if there is none. Raise ToolFailed if the
    file is damaged as a whole.
    """
    name = _name(arguments)
    body = registry_text(context)
    if body is None:
        return None
    found = read_registry(body)
    if found.problem and not found.entries:
        raise ToolFailed(found.complaint, INVALID)
    return json.loads(decode(body))["sessions"].get(name)


# ---- all of them


def _list(_: Sequence[str], context: Context) -> int:
    body = registry_text(context)
    _complain(context.output, body)
    text = decode(body) if body is not None else f'{{"sessions":{{}},"version":"{VERSION}"}}'
    context.output.print_json_text(text.rstrip("\n"))
    return 0


def _validate(_: Sequence[str], context: Context) -> int:
    return INVALID if _complain(context.output, registry_text(context)) else 0


def _complain(output: Output, body: bytes | None) -> str:
    complaint = read_registry(body).complaint if body is not None else ""
    if complaint:
        output.note(f"registry: {complaint}")
    return complaint


def _clean_up(arguments: Sequence[str], context: Context) -> int:
    """Remove the entries of ended sessions; print their number. Those of a server that can't be asked stay."""
    from navi.cli.asking.answers import why_incomplete
    from navi.cli.verbs.registry import remove
    from navi.core.cleanup import removals
    from navi.core.text import clean
    from navi.ops.look.snapshot import snapshot

    host = context.host(LOCAL)
    found = host.run(snapshot(registered=True))
    if found.registry.problem and not found.registry.entries:
        raise ToolFailed(found.registry.complaint, INVALID)
    chosen = removals(found, None, False)
    if "--dry-run" in arguments:
        context.output.note("\n".join(f"Would remove: {one.entry.name}" for one in chosen))
        context.output.print(str(len(chosen)))
    else:
        results = remove(host, context, chosen, found.frame)
        for one in results:
            if one.problem:
                context.output.note(clean(f"registry: {one.removal.entry.name}: {one.problem}"))
        context.output.print(str(sum(not one.problem for one in results)))
    error = why_incomplete(found.frame, LOCAL)
    if error is None:
        return 0
    context.output.note(f"registry: {error}")
    return _status(error)


FUNCTIONS = {
    "add_session": _add,
    "remove_session": _remove,
    "update_activity": _update_activity,
    "get_session": _get,
    "get_socket": _field("socket"),
    "get_target": _field("target"),
    "session_exists": _exists,
    "list_sessions": _list,
    "validate": _validate,
    "cleanup_dead": _clean_up,
}

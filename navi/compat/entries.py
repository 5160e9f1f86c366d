"""What lib/registry.sh asks of the registry: one entry, or all of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from navi.compat.format import print_document
from navi.compat.registered import registry_text
from navi.compat.tool import Failed
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.registry import VERSION, Entry, read_registry
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.registry import drop_entry, put_entry, touch_entry

if TYPE_CHECKING:
    from navi.cli.context import Machines

NOT_FOUND = 1
INVALID = 2
"""The library's own status for what makes no sense."""


def run_entries(words: Sequence[str], machines: Machines) -> int:
    """Carry out a function of the library: its name without `registry_`, and its arguments."""
    function = FUNCTIONS.get(words[0]) if words else None
    try:
        if function is None:
            raise Failed(f"there is no such function; there are {', '.join(FUNCTIONS)}", INVALID)
        return function(words[1:], machines)
    except Failed as error:
        print(f"registry: {error}", file=sys.stderr)
        return error.status
    except (HostError, OperationError) as error:
        status = _status(error)
        if status != NOT_FOUND:
            print(f"registry: {error}", file=sys.stderr)
        return status


def _status(error: HostError | OperationError) -> int:
    status = getattr(error, "status", exits.NO)
    if status == exits.TIMED_OUT:
        return exits.TIMED_OUT
    return NOT_FOUND if status in (exits.NO, exits.NO_SESSION) else INVALID


def _name(arguments: Sequence[str]) -> str:
    if not arguments or not arguments[0]:
        raise Failed("Missing session name", INVALID)
    return arguments[0]


# ---- one entry


def _add(arguments: Sequence[str], machines: Machines) -> int:
    name, socket, target, kind, process = (*arguments, "", "", "", "", "")[:5]
    if not (name and socket and target):
        raise Failed("Missing required arguments (name, socket, target)", INVALID)
    if process and not (process.isascii() and process.isdigit()):
        raise Failed(f"`{process}` is no process", INVALID)
    machines.host(LOCAL).run(put_entry(Entry(name, socket, target, kind or "shell", process=int(process or 0))))
    return 0


def _remove(arguments: Sequence[str], machines: Machines) -> int:
    machines.host(LOCAL).run(drop_entry(_name(arguments)))
    return 0


def _update_activity(arguments: Sequence[str], machines: Machines) -> int:
    machines.host(LOCAL).run(touch_entry(_name(arguments)))
    return 0


def _get(arguments: Sequence[str], machines: Machines) -> int:
    entry = _entry(arguments, machines)
    if entry is None:
        return NOT_FOUND
    print_document(entry)
    return 0


def _exists(arguments: Sequence[str], machines: Machines) -> int:
    return 0 if _entry(arguments, machines) is not None else NOT_FOUND


def _field(key: str) -> Callable[[Sequence[str], Machines], int]:
    def tell(arguments: Sequence[str], machines: Machines) -> int:
        entry = _entry(arguments, machines)
        if entry is None:
            return NOT_FOUND
        value = entry.get(key) if isinstance(entry, dict) else None
        print(value if isinstance(value, str) else "")
        return 0

    return tell


def _entry(arguments: Sequence[str], machines: Machines) -> Any:
    """Return an entry as it stands in the file, with what navi does not know; None where there is none."""
    name = _name(arguments)
    try:
        document = json.loads(registry_text(machines) or b"{}")
    except ValueError:
        return None
    sessions = document.get("sessions") if isinstance(document, dict) else None
    return sessions.get(name) if isinstance(sessions, dict) else None


# ---- all of them


def _list(_: Sequence[str], machines: Machines) -> int:
    body = registry_text(machines)
    _complain(body)
    sys.stdout.buffer.write(body if body is not None else f'{{"sessions":{{}},"version":"{VERSION}"}}\n'.encode())
    return 0


def _validate(_: Sequence[str], machines: Machines) -> int:
    return INVALID if _complain(registry_text(machines)) else 0


def _complain(body: bytes | None) -> str:
    problem = read_registry(body).problem if body is not None else ""
    if problem:
        print(f"registry: it does not read well: {problem}; navi reconcile --repair mends it", file=sys.stderr)
    return problem


def _clean_up(arguments: Sequence[str], machines: Machines) -> int:
    """Take out what is dead; print how many that were."""
    from navi.cli.registry import removals, remove
    from navi.ops.registry_look import snapshot

    host = machines.host(LOCAL)
    chosen = removals(host.run(snapshot(registered=True)), None, False)
    if "--dry-run" in arguments:
        print(*(f"Would remove: {one.entry.name}" for one in chosen), sep="\n", file=sys.stderr)
        print(len(chosen))
        return 0
    print(sum(not trouble for _, trouble in remove(host, machines, chosen)))
    return 0


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

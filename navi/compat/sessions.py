"""The tools for sessions: create, list, cleanup and find."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from navi.compat.format import cell, print_document, time_ago
from navi.compat.registered import own_socket, socket_named
from navi.compat.tool import ToolFailed, WrongUsage
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.ages import seconds_of
from navi.core.text import clean
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.context import Context
    from navi.cli.output.output import Output
    from navi.core.cleanup import EntryRemoval
    from navi.core.model import Frame
    from navi.core.registry import Condition, RegistryEntry, Snapshot
    from navi.ops.look.servers import Server
    from navi.ops.session.creation import Created


# ---- create-session


def create(given: Mapping[str, str], context: Context) -> int:
    """Create a session in the current directory."""
    from navi.core.launch import GDB, PYTHON, Launch, variables_of_caller
    from navi.ops.session.creation import new

    if not given.get("name"):
        raise WrongUsage("Session name is required (use -n <name>)")
    if re.search(r"\$[A-Za-z_{]", given["name"]):
        raise WrongUsage("a session's name can't contain a dollar sign before a letter: tmux would insert a backslash")
    bash = Launch(line="exec bash", program="bash", ends=True)
    kinds = {"python": PYTHON, "gdb": GDB, "shell": bash}
    launch = kinds[next((key for key in reversed(list(given)) if key in kinds), "shell")]
    launch = launch._replace(window=given.get("window", "shell"), variables=variables_of_caller(context.environment))
    host = context.host(LOCAL)
    socket = os.path.abspath(given.get("socket") or own_socket(context))
    registers = "no_register" not in given
    try:
        made = host.run(new(given["name"], os.getcwd(), launch, socket, register=registers))
    except OperationError as error:
        if error.status == exits.WRONG_USAGE:
            raise WrongUsage(str(error)) from error
        raise ToolFailed(str(error), 2 if error.status == exits.EXISTS else 3) from error
    _print_created(context.output, made, launch.type)
    return 0


def _print_created(output: Output, made: Created, kind: str) -> None:
    if made.problem:
        words = f"Warning: Session created but failed to register in registry: {made.problem}"
        output.note(clean(words))
    document = {
        "name": made.name, "socket": made.socket, "target": made.target, "type": kind, "pid": made.process,
        "window": made.window, "registered": made.registered,
    }  # fmt: skip
    print_document(output, document)


# ---- list-sessions


STATUSES = {"healthy": "alive", "server_not_running": "server"}
"""Words for health; the others are the same."""


def list_all(given: Mapping[str, str], context: Context) -> int:
    """List what is registered."""
    found = _snapshot(context)
    rows = [_row(found, entry) for _, entry in sorted(found.registry.entries.items())]
    alive = sum(row["status"] == "alive" for row in rows)
    unknown = sum(row["status"] == "unknown" for row in rows)
    dead = len(rows) - alive - unknown
    if "json" in given:
        document = {"sessions": rows, "total": len(rows), "alive": alive, "dead": dead}
        print_document(context.output, document)
    elif rows:
        _print_table(context.output, rows, context.environment)
        counted = f" | Unknown: {unknown}" if unknown else ""
        context.output.print(f"\nTotal: {len(rows)} | Alive: {alive} | Dead: {dead}{counted}")
    else:
        context.output.print("No sessions registered.")
    if unknown:
        _explain_unknown(context.output, found)
    return 0


def _explain_unknown(output: Output, found: Snapshot) -> None:
    """Say which tmux servers did not list their sessions."""
    from navi.cli.asking.answers import why_incomplete

    error = why_incomplete(found.frame, LOCAL)
    if error:
        output.note(clean(f"Warning: {error}"))


def _snapshot(context: Context) -> Snapshot:
    """Take a snapshot of all registered sessions. Raise ToolFailed if the registry is damaged as a whole."""
    from navi.ops.look.snapshot import snapshot

    host = context.host(LOCAL)
    found = host.run(snapshot(registered=True))
    complaint = found.registry.complaint
    if complaint and not found.registry.entries:
        raise ToolFailed(complaint, 1)
    if complaint:
        context.output.note(clean(f"Warning: {complaint}"))
    return found


def _row(found: Snapshot, entry: RegistryEntry) -> dict[str, object]:
    from navi.core.registry import condition_of

    condition = condition_of(entry, found)
    return {
        "name": entry.name,
        "socket": entry.socket,
        "socket_basename": os.path.basename(entry.socket),
        "target": entry.target,
        "type": entry.type,
        "status": STATUSES.get(str(condition.health), str(condition.health)),
        "pid": _process(condition),
        "created_at": entry.created_at or None,
        "last_active": entry.last_active or None,
    }


def _process(condition: Condition) -> int | None:
    return condition.pane.process if condition.pane and condition.health == "healthy" else None


WIDTHS = {"name": 20, "socket": 20, "target": 20, "status": 10, "pid": 8, "created": 15}
"""The columns of the table."""


def _print_table(output: Output, rows: Sequence[Mapping[str, object]], environment: Mapping[str, str]) -> None:
    table = [[key.upper() for key in WIDTHS], ["-" * len(key) for key in WIDTHS]]
    for row in rows:
        ago = time_ago(str(row["created_at"] or ""), environment)
        shown = [row["name"], row["socket_basename"], row["target"], row["status"], row["pid"] or "-", ago]
        table.append([str(value) for value in shown])
    for line in table:
        output.print(" ".join(cell(text, width) for text, width in zip(line, WIDTHS.values(), strict=True)))


# ---- cleanup-sessions


def clean_up(given: Mapping[str, str], context: Context) -> int:
    """Remove sessions from the registry that are dead, old, or all; kill those that live."""
    from navi.core.cleanup import removals

    older = given.get("older_than")
    try:
        older_than = seconds_of(older) if older is not None else None
    except ValueError as error:
        raise ToolFailed(f"Invalid duration format: {older}\nUse format like: 30m, 2h, 1d", 1) from error
    found = _snapshot(context)
    if not found.registry.entries:
        context.output.print("No sessions in registry.")
        return 0
    chosen = removals(found, older_than, "all" in given)
    kept = _print_kept(context.output, found)
    if not chosen:
        if not kept:
            context.output.print("No sessions to clean up.")
        return kept
    if "dry_run" in given:
        context.output.print(f"Dry-run mode: Would remove {len(chosen)} session(s):")
        for one in chosen:
            context.output.print(clean(f"  - {one.entry.name} ({_reason(given, one.reason)})"))
        return kept
    return _remove(given, context, chosen, found.frame) or kept


def _print_kept(output: Output, found: Snapshot) -> int:
    """Warn about sessions that stay, because it is unknown whether they live; return the tool's exit status."""
    from navi.core.registry import condition_of

    conditions = [(name, condition_of(entry, found)) for name, entry in sorted(found.registry.entries.items())]
    unknown = [(name, condition.reason) for name, condition in conditions if condition.health == "unknown"]
    for name, reason in unknown:
        output.note(clean(f"Warning: {name} stays: {reason}"))
    if unknown:
        _explain_unknown(output, found)
    return 1 if unknown else 0


def _remove(given: Mapping[str, str], context: Context, chosen: Sequence[EntryRemoval], frame: Frame) -> int:
    from navi.cli.verbs.registry import remove

    context.output.print(f"Removing {len(chosen)} session(s):")
    results = remove(context.host(LOCAL), context, chosen, frame)
    for result in results:
        one = result.removal
        context.output.print(clean(f"  - {one.entry.name} ({_reason(given, one.reason)})"))
        if result.problem:
            context.output.note(clean(f"    Warning: Failed to remove {one.entry.name}: {result.problem}"))
    removed = sum(not one.problem for one in results)
    context.output.print(f"Removed {removed} session(s) successfully.")
    return 0 if removed == len(results) else 1


def _reason(given: Mapping[str, str], reason: str) -> str:
    """Return the tool's own words for why a session is removed."""
    if "all" in given:
        return "all sessions mode"
    return f"older than {given['older_than']}" if reason.startswith("not used") else "dead/missing/zombie"


# ---- find-sessions


def find(given: Mapping[str, str], context: Context) -> int:
    """List the sessions of servers, registered or not."""
    from navi.ops.look.servers import servers

    name, path, everywhere = given.get("socket", ""), given.get("socket_path", ""), "all" in given
    if everywhere and (name or path):
        raise WrongUsage("Cannot combine --all with -L or -S")
    if name and path:
        raise WrongUsage("Use either -L or -S, not both")
    wanted = () if everywhere else (path or (socket_named(name, context) if name else ""),)
    found = context.host(LOCAL).run(servers(wanted))
    if everywhere and not found.servers:
        where = "No sockets found under" if found.is_there else "Socket directory not found:"
        raise ToolFailed(f"{where} {found.folder}", 1)
    label = f"socket name '{name}'" if name else "default socket"
    statuses = [
        _print_server(context.output, f"socket path '{one.socket}'" if one.socket and not name else label, one, given)
        for one in found.servers
    ]
    return max(statuses, default=0)


SILENT = {"none": "No tmux server found on", "foreign": "Another user has the tmux server on"}
"""The messages about servers that list no sessions, by their answers."""


def _print_server(output: Output, label: str, server: Server, given: Mapping[str, str]) -> int:
    label = clean(label)
    if server.answer != "ok":
        words = SILENT.get(server.answer, f"No answer ({server.answer}) from")
        output.note(f"{words} {label}")
        return 1
    shown = [one for one in server.sessions if _matches(given.get("query", ""), one.name)]
    output.print(f"Sessions on {label}:" if shown else f"No sessions found on {label}")
    for one in shown:
        attached = "attached" if one.attached else "detached"
        output.print(f"  - {clean(one.name)} ({attached}, started {time.ctime(one.created)})")
    return 0


def _matches(query: str, name: str) -> bool:
    if query.lower() in name.lower():
        return True
    try:
        return re.search(query, name, re.IGNORECASE) is not None
    except re.error:
        return False

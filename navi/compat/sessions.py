"""The tools that are about whole sessions: create, list, kill, cleanup and find."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from navi.compat.format import cell, print_document, time_ago
from navi.compat.panes import ask_health
from navi.compat.registered import entries, only_one, socket_named
from navi.compat.tool import Failed, WrongUsage
from navi.core import exits
from navi.core.address import LOCAL, Named
from navi.core.text import clean
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.context import Machines
    from navi.cli.registry import Removal
    from navi.core.registry import Condition, Entry, Snapshot
    from navi.ops.lifecycle import Created
    from navi.ops.servers import Server


# ---- create-session


def create(given: Mapping[str, str], machines: Machines) -> int:
    """Create a session in the directory that we are in."""
    from navi.core.launch import GDB, PYTHON, Launch
    from navi.ops.lifecycle import new

    if not given.get("name"):
        raise WrongUsage("Session name is required (use -n <name>)")
    if re.search(r"\$[A-Za-z_{]", given["name"]):
        raise WrongUsage("a session's name can't hold a dollar and a letter; tmux would put a backslash between them")
    bash = Launch(line="exec bash", program="bash", ends=True)
    kinds = {"python": PYTHON, "gdb": GDB, "shell": bash}
    launch = kinds[next((key for key in reversed(list(given)) if key in kinds), "shell")]
    launch = launch._replace(window=given.get("window", "shell"))
    host = machines.host(LOCAL)
    socket = os.path.abspath(given.get("socket") or os.path.join(_sockets(machines), "claude.sock"))
    registers = "no-register" not in given
    try:
        made = host.run(new(given["name"], os.getcwd(), launch, socket, register=registers))
    except OperationError as error:
        if error.status == exits.WRONG_USAGE:
            raise WrongUsage(str(error)) from error
        raise Failed(str(error), 2 if error.status == exits.EXISTS else 3) from error
    _tell_created(made, launch.type)
    return 0


def _sockets(machines: Machines) -> str:
    environment = machines.environment
    folder = os.path.join(environment.get("TMPDIR") or "/tmp", "claude-tmux-sockets")
    return environment.get("CLAUDE_TMUX_SOCKET_DIR") or folder


def _tell_created(made: Created, kind: str) -> None:
    if made.problem:
        words = f"Warning: Session created but failed to register in registry: {made.problem}"
        print(clean(words), file=sys.stderr)
    document = {
        "name": made.name, "socket": made.socket, "target": made.target, "type": kind, "pid": made.process,
        "window": made.window, "registered": made.registered,
    }  # fmt: skip
    print_document(document)


# ---- list-sessions


STATUSES = {"healthy": "alive", "server_not_running": "server"}
"""Words for health; the others are the same."""


def list_all(given: Mapping[str, str], machines: Machines) -> int:
    """List what is registered."""
    found = _snapshot(machines)
    rows = [_row(found, entry) for _, entry in sorted(found.registry.entries.items())]
    alive = sum(row["status"] == "alive" for row in rows)
    if "json" in given:
        print_document({"sessions": rows, "total": len(rows), "alive": alive, "dead": len(rows) - alive})
    elif rows:
        _print_table(rows, machines.environment)
        print(f"\nTotal: {len(rows)} | Alive: {alive} | Dead: {len(rows) - alive}")
    else:
        print("No sessions registered.")
    return 0


def _snapshot(machines: Machines) -> Snapshot:
    """Look at all that is registered. Raises Failed where the registry can't be read as a whole."""
    from navi.ops.registry_look import snapshot

    host = machines.host(LOCAL)
    found = host.run(snapshot(registered=True))
    problem = found.registry.problem
    if problem:
        words = f"the registry does not read well: {problem}; navi reconcile --repair mends it"
        if not found.registry.entries:
            raise Failed(words, 1)
        print(clean(f"Warning: {words}"), file=sys.stderr)
    return found


def _row(found: Snapshot, entry: Entry) -> dict[str, object]:
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


def _print_table(rows: Sequence[Mapping[str, object]], environment: Mapping[str, str]) -> None:
    table = [[key.upper() for key in WIDTHS], ["-" * len(key) for key in WIDTHS]]
    for row in rows:
        ago = time_ago(str(row["created_at"] or ""), environment)
        shown = [row["name"], row["socket_basename"], row["target"], row["status"], row["pid"] or "-", ago]
        table.append([str(value) for value in shown])
    for line in table:
        print(" ".join(cell(text, width) for text, width in zip(line, WIDTHS.values(), strict=True)))


# ---- kill-session


NEEDS_VALUE = {
    "session": "-s requires a session name",
    "socket": "-S requires a socket path",
    "target": "-t requires a target pane",
}


def kill_one(given: Mapping[str, str], machines: Machines) -> int:
    """Kill a session, and take it out of the registry."""
    for key, words in NEEDS_VALUE.items():
        if given.get(key) == "":
            raise WrongUsage(words)
    explicit = "socket" in given or "target" in given
    if explicit and not ("socket" in given and "target" in given):
        raise WrongUsage("Both -S and -t must be specified together")
    if explicit:
        return _kill_target(given, machines)
    name = given.get("session") or only_one(machines, 2)
    entry = entries(machines).get(name)
    if entry is None:
        raise Failed(f"Session '{name}' not found in registry", 2)
    found = ask_health(Named(name, registered=True), machines, status=2, touch=False)
    if found.health == "unknown":
        raise Failed(f"Failed to remove session '{name}': {found.reason}", 2)
    lives = found.lacks in ("", "pane")
    return _carry_out(given, machines, Named(entry.target.rpartition(":")[0] or name, entry.socket), entry, lives)


def _kill_target(given: Mapping[str, str], machines: Machines) -> int:
    """The session of a target; and what is registered of just that session, if anything is."""
    from navi.ops.pane import locate

    socket, target = given["socket"], given["target"]
    name, lives = target.removeprefix("=").partition(":")[0], True
    try:
        name = machines.host(LOCAL).run(locate(Named("", socket, target))).name or name
    except OperationError as error:
        if error.status != exits.NO_SESSION:
            raise
        lives = False
    entry = entries(machines).get(name)
    if entry and os.path.realpath(entry.socket) != os.path.realpath(socket):
        entry = None
    if not lives and entry is None:
        raise Failed(f"Failed to remove session '{name}': it is neither on {socket} nor in the registry", 2)
    return _carry_out(given, machines, Named(name, socket), entry, lives)


def _carry_out(given: Mapping[str, str], machines: Machines, session: Named, entry: Entry | None, lives: bool) -> int:
    """Kill, then deregister, what there is of both; say how far it came."""
    name = clean(session.name)
    if "dry-run" in given:
        print("Dry-run mode: Would perform the following operations:")
        print(clean(f'  1. Kill tmux session: tmux -S "{session.socket}" kill-session -t "{name}"'))
        removal = f"Remove from registry: {name}" if entry else "Session not in registry, skip deregistration"
        print(f"  2. {removal}")
        return 0
    print(f"Killing tmux session: {name}")
    killed = _said("Tmux session killed", _kill(machines, session) if lives else "it has ended already")
    removed = True
    if entry:
        print(f"Removing from registry: {name}")
        removed = _said("Removed from registry", _deregister(machines, entry))
    if killed and removed:
        print(f"Session '{name}' fully removed")
        return 0
    if killed or removed:
        print(f"Warning: Partial removal of session '{name}'", file=sys.stderr)
        return 1
    raise Failed(f"Failed to remove session '{name}'", 2)


def _said(what: str, trouble: str) -> bool:
    """Say whether something was done; return that."""
    if trouble:
        print(clean(f"  ✗ {what}: no; {trouble}"), file=sys.stderr)
    else:
        print(f"  ✓ {what} successfully")
    return not trouble


def _kill(machines: Machines, session: Named) -> str:
    """Kill a session so that navi undo can bring it back; return what went wrong."""
    from navi.config.undo_list import Killed, remember
    from navi.ops.lifecycle import kill, new_undo_id

    host = machines.host(LOCAL)
    try:
        kept = host.run(kill(session, new_undo_id()))
    except OperationError as error:
        return str(error)
    if kept:
        remember(machines.places.state, Killed(LOCAL, kept, session.name))
    return ""


def _deregister(machines: Machines, entry: Entry) -> str:
    from navi.ops.registry import change_entries

    try:
        machines.host(LOCAL).run(change_entries([entry]))
    except OperationError as error:
        return str(error)
    return ""


# ---- cleanup-sessions


def clean_up(given: Mapping[str, str], machines: Machines) -> int:
    """Take out of the registry what is dead, old, or everything; what lives of it is killed."""
    from navi.cli.output import UsageError
    from navi.cli.registry import removals, seconds_of

    older = given.get("older-than")
    try:
        older_than = seconds_of(older) if older is not None else None
    except UsageError as error:
        raise Failed(f"Invalid duration format: {older}\nUse format like: 30m, 2h, 1d", 1) from error
    found = _snapshot(machines)
    if not found.registry.entries:
        print("No sessions in registry.")
        return 0
    chosen = removals(found, older_than, "all" in given)
    _tell_kept(given, found, {one.entry.name for one in chosen})
    if not chosen:
        print("No sessions to clean up.")
        return 0
    if "dry-run" in given:
        print(f"Dry-run mode: Would remove {len(chosen)} session(s):")
        print(*(clean(f"  - {one.entry.name} ({_reason(given, one.reason)})") for one in chosen), sep="\n")
        return 0
    return _remove(given, machines, chosen)


def _tell_kept(given: Mapping[str, str], found: Snapshot, chosen: Set[str]) -> None:
    """Where everything is to go: say what stays, because nothing tells whether it lives."""
    for name in sorted(found.registry.entries) if "all" in given else []:
        if name not in chosen:
            print(clean(f"Warning: {name} stays: its tmux server does not tell whether it lives"), file=sys.stderr)


def _remove(given: Mapping[str, str], machines: Machines, chosen: Sequence[Removal]) -> int:
    from navi.cli.registry import remove

    print(f"Removing {len(chosen)} session(s):")
    results = remove(machines.host(LOCAL), machines, chosen)
    for one, trouble in results:
        print(clean(f"  - {one.entry.name} ({_reason(given, one.reason)})"))
        if trouble:
            print(clean(f"    Warning: Failed to remove {one.entry.name}: {trouble}"), file=sys.stderr)
    removed = sum(not trouble for _, trouble in results)
    print(f"Removed {removed} session(s) successfully.")
    return 0 if removed == len(results) else 1


def _reason(given: Mapping[str, str], reason: str) -> str:
    """The tool's own words for why something is removed."""
    if "all" in given:
        return "all sessions mode"
    return f"older than {given['older-than']}" if reason.startswith("not used") else "dead/missing/zombie"


# ---- find-sessions


def find(given: Mapping[str, str], machines: Machines) -> int:
    """List the sessions of servers, registered or not."""
    from navi.ops.servers import servers

    name, path, everywhere = given.get("socket", ""), given.get("socket-path", ""), "all" in given
    if everywhere and (name or path):
        raise WrongUsage("Cannot combine --all with -L or -S")
    if name and path:
        raise WrongUsage("Use either -L or -S, not both")
    wanted = () if everywhere else (path or (socket_named(name, machines) if name else ""),)
    found = machines.host(LOCAL).run(servers(wanted))
    if everywhere and not found.servers:
        where = "No sockets found under" if found.is_there else "Socket directory not found:"
        raise Failed(f"{where} {found.folder}", 1)
    label = f"socket name '{name}'" if name else "default socket"
    statuses = [
        _tell_server(f"socket path '{one.socket}'" if one.socket and not name else label, one, given)
        for one in found.servers
    ]
    return max(statuses, default=0)


def _tell_server(label: str, server: Server, given: Mapping[str, str]) -> int:
    label = clean(label)
    if server.answer != "ok":
        words = "No tmux server found on" if server.answer == "none" else f"No answer ({server.answer}) from"
        print(f"{words} {label}", file=sys.stderr)
        return 1
    shown = [one for one in server.sessions if _matches(given.get("query", ""), one.name)]
    print(f"Sessions on {label}:" if shown else f"No sessions found on {label}")
    for one in shown:
        attached = "attached" if one.attached else "detached"
        print(f"  - {clean(one.name)} ({attached}, started {time.ctime(one.created)})")
    return 0


def _matches(query: str, name: str) -> bool:
    if query.lower() in name.lower():
        return True
    try:
        return re.search(query, name, re.IGNORECASE) is not None
    except re.error:
        return False

"""The tool kill-session.sh: it kills a session, and removes its entry from the registry."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from navi.compat.panes import ask_health
from navi.compat.registered import entries, only_name
from navi.compat.tool import ToolFailed, WrongUsage
from navi.core import exits
from navi.core.address import LOCAL, Address, Named
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.context import Context
    from navi.cli.output.output import Output
    from navi.core.registry import RegistryEntry

NEEDS_VALUE = {
    "session": "-s requires a session name",
    "socket": "-S requires a socket path",
    "target": "-t requires a target pane",
}


def kill_one(given: Mapping[str, str], context: Context) -> int:
    """Kill a session, and remove it from the registry."""
    for key, words in NEEDS_VALUE.items():
        if given.get(key) == "":
            raise WrongUsage(words)
    explicit = "socket" in given or "target" in given
    if explicit and not ("socket" in given and "target" in given):
        raise WrongUsage("Both -S and -t must be specified together")
    if explicit:
        return _kill_target(given, context)
    name = given.get("session") or only_name(context, 2)
    entry = entries(context).get(name)
    if entry is None:
        raise ToolFailed(f"Session '{name}' not found in registry", 2)
    found = ask_health(Named(name, registered=True), context, status=2, touch=False)
    if found.health == "unknown":
        raise ToolFailed(f"Failed to remove session '{name}': {found.reason}", 2)
    lives = found.lacks in ("", "pane")
    return _carry_out(given, context, Named(entry.target.rpartition(":")[0] or name, entry.socket), entry, lives)


def _kill_target(given: Mapping[str, str], context: Context) -> int:
    """Kill the session of a target, and remove its entry if it has one."""
    from navi.ops.pane.find import find_pane

    socket, target = given["socket"], given["target"]
    session, colon, _ = target.partition(":")
    name, lives = session.removeprefix("="), True
    try:
        name = context.host(LOCAL).run(find_pane(Named("", socket, session + colon))).name or name
    except OperationError as error:
        if error.status != exits.NO_SESSION:
            raise
        lives = False
    entry = entries(context).get(name)
    if entry and os.path.realpath(entry.socket) != os.path.realpath(socket):
        entry = None
    if not lives and entry is None:
        raise ToolFailed(f"Failed to remove session '{name}': it is neither on {socket} nor in the registry", 2)
    return _carry_out(given, context, Named(name, socket), entry, lives)


def _carry_out(
    given: Mapping[str, str], context: Context, session: Named, entry: RegistryEntry | None, lives: bool
) -> int:
    """Kill the session if it lives, and remove its entry if it has one; print the results."""
    name = clean(session.name)
    if "dry_run" in given:
        context.output.print("Dry-run mode: Would perform the following operations:")
        killing = f'Kill tmux session: tmux -S "{session.socket}" kill-session -t "{name}"'
        context.output.print(clean(f"  1. {killing if lives else 'Tmux session has ended already, skip killing'}"))
        removal = f"Remove from registry: {name}" if entry else "Session not in registry, skip deregistration"
        context.output.print(f"  2. {removal}")
        return 0
    context.output.print(f"Killing tmux session: {name}")
    problem = _kill(context, session) if lives else "it has ended already"
    killed = _report(context.output, "Tmux session killed", problem)
    removed = True
    if entry:
        context.output.print(f"Removing from registry: {name}")
        removed = _report(context.output, "Removed from registry", _deregister(context, entry))
    if killed and removed:
        context.output.print(f"Session '{name}' fully removed")
        return 0
    if killed or removed:
        context.output.note(f"Warning: Partial removal of session '{name}'")
        return 1
    raise ToolFailed(f"Failed to remove session '{name}'", 2)


def _report(output: Output, what: str, problem: str) -> bool:
    """Print whether something was done; return that."""
    if problem:
        output.note(clean(f"  ✗ {what}: no; {problem}"))
    else:
        output.print(f"  ✓ {what} successfully")
    return not problem


def _kill(context: Context, session: Named) -> str:
    """Kill a session so that `navi undo` can restore it; return what went wrong."""
    from navi.cli.asking.changes import carry_out
    from navi.config.undo_list import UndoEntry, remember
    from navi.ops.session.lifecycle import kill, new_undo_id

    try:
        kept = carry_out(context, Address(LOCAL, session.name), kill(session, new_undo_id()))
    except (HostError, OperationError) as error:
        return str(error)
    if kept.undo_id:
        remember(context.files.state, UndoEntry(LOCAL, kept.undo_id, session.name))
    return ""


def _deregister(context: Context, entry: RegistryEntry) -> str:
    from navi.ops.registry import change_entries

    try:
        context.host(LOCAL).run(change_entries([entry]))
    except (HostError, OperationError) as error:
        return str(error)
    return ""

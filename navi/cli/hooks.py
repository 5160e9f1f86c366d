"""The verb hooks: install, status, remove."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Machines
from navi.cli.output import UsageError, complain, print_json, why
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.hooks import (
    Change,
    Found,
    Plan,
    claude_standing,
    install,
    look_at_hooks,
    opencode_standing,
    remove,
    write_hooks,
)

if TYPE_CHECKING:
    from argparse import Namespace

Trouble = HostError | OperationError

VERSION_UNKNOWN = (
    "the version of Claude Code can't be had there; "
    "only events are used that all since 1.0.85 know, and with others it would skip the file"
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found on a host, and what is to be done about it."""

    found: Found
    plan: Plan


@dataclass(frozen=True, slots=True)
class Written:
    """What was changed on a host, and where the settings are kept as they were."""

    changes: tuple[Change, ...]
    backup: str = ""


def run_hooks(options: Namespace, machines: Machines) -> int:
    """Install or remove the agents' hooks, or tell how it stands with them."""
    names = _names(options, machines)
    if options.action == "status":
        return _status(names, options, machines)
    return _change(names, options, machines, install if options.action == "install" else remove)


def _names(options: Namespace, machines: Machines) -> list[str]:
    names = [LOCAL, *machines.remotes] if options.all else options.host or [LOCAL]
    for name in names:
        machines.host(name)
    return list(dict.fromkeys(names))


# ---- status


def _status(names: Sequence[str], options: Namespace, machines: Machines) -> int:
    def look(name: str) -> Found:
        host = machines.host(name)
        return host.run(look_at_hooks(host.settings.sessions_dir))

    results = machines.each(names, look)
    if options.json:
        print_json([_host_document(name, found) for name, found in results])
    else:
        _print_table(results)
    return next((status for _, found in results if (status := _status_of(found))), exits.OK)


def _status_of(found: Found | Trouble) -> int:
    if isinstance(found, Trouble):
        return why(found)[1]
    good = claude_standing(found).state == "installed"
    good = good and (not found.opencode or opencode_standing(found).state == "installed")
    return exits.OK if good else exits.NO


def _print_table(results: Sequence[tuple[str, Found | Trouble]]) -> None:
    wide = max(len(name) for name, _ in results)
    for name, found in results:
        if isinstance(found, Trouble):
            complain(f"{name}: {why(found)[0]}")
            continue
        for agent, standing in (("claude", claude_standing(found)), ("opencode", opencode_standing(found))):
            line = f"{clean(name):<{wide}}  {agent:<8}  {standing.state:<9}  {standing.reason}"
            print(line.rstrip())


def _host_document(name: str, found: Found | Trouble) -> dict[str, object]:
    if isinstance(found, Trouble):
        return _trouble_document(name, found)
    version = ".".join(map(str, found.version)) if found.version else None
    claude = asdict(claude_standing(found)) | {"path": found.settings.path, "version": version}
    opencode = asdict(opencode_standing(found)) | {"path": found.plugin.path, "present": found.opencode}
    return {"host": name, "error": None, "status": exits.OK, "claude": claude, "opencode": opencode}


def _trouble_document(name: str, trouble: Trouble) -> dict[str, object]:
    words, status = why(trouble)
    return {"host": name, "error": words, "status": status}


# ---- install and remove


def _change(names: Sequence[str], options: Namespace, machines: Machines, plan: Callable[[Found], Plan]) -> int:
    if not options.yes and (options.json or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise UsageError("there is nobody to ask whether the changes shall be made; --yes says so")

    def propose(name: str) -> Proposal:
        host = machines.host(name)
        found = host.run(look_at_hooks(host.settings.sessions_dir))
        return Proposal(found, plan(found))

    proposals = machines.each(names, propose)
    if not options.json:
        for name, proposal in proposals:
            _show(name, proposal, options.action)
    changing = [name for name, one in proposals if isinstance(one, Proposal) and one.plan.changes]
    if changing and not options.yes and not _agreed(changing):
        complain("nothing was changed")
        return exits.NO
    results = machines.each(proposals, lambda one: _write(machines, *one))
    return _tell([(name, result) for (name, _), result in results], options)


def _show(name: str, proposal: Proposal | Trouble, action: str) -> None:
    """Say what would be changed on a host; its troubles are told at the end."""
    if isinstance(proposal, Trouble):
        return
    if not proposal.plan.changes:
        print(f"{clean(name)}: nothing to {action}")
        return
    plan = proposal.plan
    print(f"{clean(name)}:")
    for change in (plan.hook, plan.plugin):
        if change.action != "keep":
            print(f"  {change.action} {clean(change.file.path)}")
    for line in plan.settings.difference():
        print(f"  {clean(line.expandtabs())}".rstrip())
    if action == "install":
        _warn(name, proposal.found)


def _warn(name: str, found: Found) -> None:
    """Say what is done by halves."""
    if found.version is None:
        complain(f"{name}: {VERSION_UNKNOWN}")
    opencode = opencode_standing(found)
    if opencode.state == "unusable":
        complain(f"{name}: no hook for OpenCode: {opencode.reason}")


def _agreed(names: Sequence[str]) -> bool:
    where = clean(names[0]) if len(names) == 1 else f"{len(names)} hosts"
    try:
        return input(f"Make these changes on {where}? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _write(machines: Machines, name: str, proposal: Proposal | Trouble) -> Written:
    if isinstance(proposal, Trouble):
        raise proposal
    changes = proposal.plan.changes
    if not changes:
        return Written(changes)
    host = machines.host(name)
    return Written(changes, host.run(write_hooks(proposal.plan)))


def _tell(results: Sequence[tuple[str, Written | Trouble]], options: Namespace) -> int:
    documents = []
    for name, written in results:
        if isinstance(written, Trouble):
            complain(f"{name}: {why(written)[0]}")
        elif written.changes and not options.json:
            print(_done(name, options.action, written.backup))
        documents.append(_written_document(name, written))
    if options.json:
        print_json(documents)
    return next((why(one)[1] for _, one in results if isinstance(one, Trouble)), exits.OK)


def _written_document(name: str, written: Written | Trouble) -> dict[str, object]:
    if isinstance(written, Trouble):
        return _trouble_document(name, written)
    changes = [{"path": one.file.path, "action": one.action} for one in written.changes]
    return {"host": name, "error": None, "status": exits.OK, "changes": changes, "backup": written.backup or None}


def _done(name: str, action: str, backup: str) -> str:
    kept = f"; the settings as they were are kept in {clean(backup)}" if backup else ""
    then = "; agents that run already take notice when they are started again" if action == "install" else ""
    return f"{clean(name)}: the hooks are {'installed' if action == 'install' else 'removed'}{kept}{then}"

"""The verb hooks: install, status, remove."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from navi.cli.context import Context
from navi.cli.output.output import Output, RequestError, UsageError, reason_and_status
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.text import clean
from navi.ops import OperationError
from navi.ops.hooks.files import OTHER_AGENTS, Change, File, InstalledHooks, Plan, look_at_hooks, write_hooks
from navi.ops.hooks.plans import OTHER_HOOKS, OVERWRITTEN, ROUNDS, SETTLES, hooks_status, plan_install, plan_remove

if TYPE_CHECKING:
    from navi.cli.arguments import Options

VERSION_UNKNOWN = (
    "the version of Claude Code is unknown there; "
    "only events are installed that every version since 1.0.85 knows, because with others it would skip the file"
)


USED = "a running Claude Code uses them at once, other agents after a restart"

OWN = ("hook", "plugin", "copilot")
"""The files that are navi's alone."""

TITLES = {"opencode": "OpenCode", **{name: one.title for name, one in OTHER_HOOKS.items()}}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found on a host, and the plan of changes."""

    found: InstalledHooks
    plan: Plan


@dataclass(frozen=True, slots=True)
class WrittenHooks:
    """What was changed on a host, where the previous settings are kept, and which copies of them remain."""

    changes: tuple[Change, ...]
    backup: str = ""
    stayed: tuple[File, ...] = ()


def run_hooks(options: Options, context: Context) -> int:
    """Install or remove the agents' hooks, or report which are installed."""
    names = _names(options, context)
    if options.action == "status":
        return _status(names, options, context)
    plan = plan_install if options.action == "install" else plan_remove
    return _change(names, options, context, lambda found: plan(found, frozenset(options.agents)))


def _names(options: Options, context: Context) -> list[str]:
    names = [LOCAL, *context.remotes] if options.all else options.host or [LOCAL]
    for name in names:
        context.host(name)
    return list(dict.fromkeys(names))


# ---- status


def _status(names: Sequence[str], options: Options, context: Context) -> int:
    def look(name: str) -> InstalledHooks:
        host = context.host(name)
        return host.run(look_at_hooks(host.settings.sessions_dir))

    results = context.each(names, look)
    if options.json:
        context.output.print_json([_host_document(name, found) for name, found in results])
    else:
        _print_table(context.output, results, options.agents)
    return next((status for _, found in results if (status := _status_of(found, options.agents))), exits.OK)


def _status_of(found: InstalledHooks | RequestError, agents: Sequence[str]) -> int:
    if isinstance(found, RequestError):
        return reason_and_status(found)[1]
    good = all(hooks_status(found, name).state == "installed" for name in agents or _expected(found))
    return exits.OK if good else exits.NO


def _expected(found: InstalledHooks) -> list[str]:
    """Return the agents whose hooks should be there."""
    return ["claude", *(["opencode"] if found.opencode else []), *sorted(found.present)]


def _listed(found: InstalledHooks) -> list[str]:
    """Return the agents to report: the first two always, each other one only if it is installed or calls the hook."""
    called = [name for name in OTHER_AGENTS if name in found.present or hooks_status(found, name).state != "absent"]
    return ["claude", "opencode", *called]


def _print_table(
    output: Output, results: Sequence[tuple[str, InstalledHooks | RequestError]], agents: Sequence[str]
) -> None:
    wide = max(len(name) for name, _ in results)
    for name, found in results:
        if isinstance(found, RequestError):
            output.complain(f"{name}: {reason_and_status(found)[0]}")
            continue
        for agent in agents or _listed(found):
            state = hooks_status(found, agent)
            line = f"{clean(name):<{wide}}  {agent:<8}  {state.state:<9}  {state.reason}"
            output.print(line.rstrip())
        if found.lost:
            output.complain(f"{clean(name)}: the hook lost an event: {clean(found.lost)}")


def _host_document(name: str, found: InstalledHooks | RequestError) -> dict[str, object]:
    if isinstance(found, RequestError):
        return _failed_document(name, found)
    version = ".".join(map(str, found.version)) if found.version else None
    more: dict[str, dict[str, object]] = {
        "claude": {"path": found.settings.path, "version": version},
        "opencode": {"path": found.plugin.path, "present": found.opencode},
        **{one: {"path": found.others[one].path, "present": one in found.present} for one in OTHER_AGENTS},
    }
    agents = {one: asdict(hooks_status(found, one)) | facts for one, facts in more.items()}
    for one in agents.keys() - {"claude"}:
        del agents[one]["left_out"]
    return {"host": name, "error": None, "status": exits.OK, **agents, "lost": clean(found.lost)}


def _failed_document(name: str, failed: RequestError) -> dict[str, object]:
    words, status = reason_and_status(failed)
    return {"host": name, "error": words, "status": status}


# ---- install and remove


def _change(names: Sequence[str], options: Options, context: Context, plan: Callable[[InstalledHooks], Plan]) -> int:
    if not options.yes and (options.json or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise UsageError("without a terminal to confirm the changes, `navi hooks` needs --yes")

    def propose(name: str) -> Proposal:
        host = context.host(name)
        found = host.run(look_at_hooks(host.settings.sessions_dir))
        return Proposal(found, plan(found))

    proposals = context.each(names, propose)
    if not options.json:
        for name, proposal in proposals:
            _show(context.output, name, proposal, options.action)
    changing = [name for name, one in proposals if isinstance(one, Proposal) and _does_something(one.plan)]
    if changing and not options.yes and not _agreed(context.output, changing):
        context.output.complain("nothing has changed")
        return exits.NO
    results = context.each(proposals, lambda one: _write(context, plan, *one))
    return _print_written(context.output, [(name, result) for (name, _), result in results], options)


def _show(output: Output, name: str, proposal: Proposal | RequestError, action: str) -> None:
    """Print what would change on a host. Its problems are reported at the end."""
    if isinstance(proposal, RequestError):
        return
    if not _does_something(proposal.plan):
        output.print(f"{clean(name)}: nothing to {action}")
        return
    plan = proposal.plan
    output.print(f"{clean(name)}:")
    for kind, change in plan.by_name.items():
        if change.action != "keep" and kind in OWN:
            output.print(f"  {change.action} {clean(change.file.path)}")
        for line in change.difference() if kind not in OWN else ():
            output.print(f"  {clean(line.expandtabs())}".rstrip())
    for copy in plan.copies:
        output.print(f"  remove {clean(copy.path)}")
    if action == "install":
        _warn(output, name, proposal.found)


def _warn(output: Output, name: str, found: InstalledHooks) -> None:
    """Warn about what can't be installed."""
    if found.version is None:
        output.complain(f"{name}: {VERSION_UNKNOWN}")
    for agent in ("opencode", *OTHER_AGENTS):
        state = hooks_status(found, agent)
        if state.state == "unusable":
            output.complain(f"{name}: no hook for {TITLES[agent]}: {state.reason}")


def _agreed(output: Output, names: Sequence[str]) -> bool:
    where = clean(names[0]) if len(names) == 1 else f"{len(names)} hosts"
    try:
        return input(f"Make these changes on {where}? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        output.print()
        return False


def _does_something(plan: Plan) -> bool:
    return bool(plan.changes or plan.copies)


def _write(
    context: Context, plan: Callable[[InstalledHooks], Plan], name: str, proposal: Proposal | RequestError
) -> WrittenHooks:
    """Carry out a plan. While a Claude Code runs, look again, and repeat what it has undone."""
    if isinstance(proposal, RequestError):
        raise proposal
    if not _does_something(proposal.plan):
        return WrittenHooks(())
    host = context.host(name)
    backup = host.run(write_hooks(proposal.plan))
    stayed = tuple(copy for copy in proposal.found.copies if copy not in proposal.plan.copies)
    written = WrittenHooks(proposal.plan.changes, backup, stayed)
    for _ in range(ROUNDS if proposal.found.running else 0):
        time.sleep(SETTLES)
        again = plan(host.run(look_at_hooks(host.settings.sessions_dir)))
        if not again.changes:
            return written
        with suppress(OperationError):  # it writes its settings right now: the next look shows them
            host.run(write_hooks(again))
    if proposal.found.running:
        raise OperationError(OVERWRITTEN.format(ROUNDS + 1))
    return written


def _print_written(output: Output, results: Sequence[tuple[str, WrittenHooks | RequestError]], options: Options) -> int:
    documents = []
    for name, written in results:
        if isinstance(written, RequestError):
            output.complain(f"{name}: {reason_and_status(written)[0]}")
        elif written != WrittenHooks(()) and not options.json:
            output.print(_done(name, options.action, written))
        documents.append(_written_document(name, written))
    if options.json:
        output.print_json(documents)
    return next((reason_and_status(one)[1] for _, one in results if isinstance(one, RequestError)), exits.OK)


def _written_document(name: str, written: WrittenHooks | RequestError) -> dict[str, object]:
    if isinstance(written, RequestError):
        return _failed_document(name, written)
    changes = [{"path": one.file.path, "action": one.action} for one in written.changes]
    return {"host": name, "error": None, "status": exits.OK, "changes": changes, "backup": written.backup or None}


def _done(name: str, action: str, written: WrittenHooks) -> str:
    if action == "remove":
        stayed = "".join(f"; {clean(copy.path)} stays, because it holds other settings" for copy in written.stayed)
        return f"{clean(name)}: the hooks are removed{stayed}"
    kept = f"; the previous settings are kept in {clean(written.backup)}" if written.backup else ""
    return f"{clean(name)}: the hooks are installed{kept}; {USED}"

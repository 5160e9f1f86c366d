"""The verbs new, rename and undo, and those that do the same to each session (SESSION_VERBS)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from navi.cli.asking.changes import carry_out
from navi.cli.asking.find_session import find, look_before
from navi.cli.context import Context
from navi.cli.other_sessions import suggesting
from navi.cli.output.output import Output, UsageError, attempt, print_results
from navi.cli.verbs.attach import attach_terminal
from navi.config.undo_list import UndoEntry, forget, last_killed, remember
from navi.core import exits
from navi.core.address import LOCAL, Address, Named
from navi.core.launch import PRESETS, Launch, agent, command, keeping_pane, ready, variables_of_caller
from navi.core.model import Session
from navi.core.text import clean, plural
from navi.ops.outcome import undo_hint
from navi.ops.session.creation import STILL_STARTING, Created, new
from navi.ops.session.lifecycle import rename, undo
from navi.ops.session.verbs import SESSION_VERBS, SessionVerb, VerbTarget

if TYPE_CHECKING:
    from navi.cli.arguments import Options


# ---- creating


def run_new(options: Options, context: Context) -> int:
    """Create a session, and attach to it if asked."""
    host = context.host(options.host)
    launch, directory = launch_of(options, context)
    if options.host == LOCAL:
        launch = launch._replace(variables=(*variables_of_caller(context.environment), *launch.variables))
        directory = _from_here(options.directory or "") if options.directory or not directory else directory
    address = Address(options.host, options.name)

    def create() -> Created:
        operation = new(options.name, directory, launch, options.socket, register=not options.no_register)
        created = carry_out(context, address, operation)
        if not (options.json or options.attach):
            made_at = str(Address(options.host, created.name))
            context.output.print(operation.report(made_at, created) + _attach_hint(made_at, created))
        return created

    made: list[Created] = []
    status = attempt(context.output, address, create, made.append)
    for created in made:
        _print_created(context.output, options, created, launch)
        if options.attach:
            return attach_terminal(context.output, host, Named(created.name, created.socket, created.id))
    return status


def _from_here(directory: str) -> str:
    """Return a directory on this machine as a shell here understands it; "" is the current one."""
    return directory if directory.startswith("~") else os.path.abspath(directory)


def _attach_hint(address: str, created: Created) -> str:
    if created.ending:
        return ""
    import shlex

    return f"; navi attach {shlex.quote(address)} opens it"


def launch_of(options: Options, context: Context) -> tuple[Launch, str]:
    """Return what is to run, and in which directory. Raise UsageError."""
    launch, directory = _named_launch(options, context)
    launch = launch._replace(window=options.window or launch.window, variables=(*launch.variables, *options.env))
    if options.keep:
        launch = keeping_pane(launch)
    return ready(launch, options.wait, options.timeout) if options.wait is not None else launch, directory


def _named_launch(options: Options, context: Context) -> tuple[Launch, str]:
    directory = options.directory or ""
    if options.template is not None:
        template = context.template(options.template)
        return template.launch, options.directory or template.directory
    if options.command is not None:
        return command(options.command), directory
    if options.agent is None:
        return PRESETS["python" if options.python else "gdb" if options.gdb else "shell"], directory
    kinds = {kind.name: kind for kind in context.agents}
    name = options.agent or context.agents[0].name
    if name not in kinds:
        raise UsageError(f"no agent named `{name}`; known agents: {', '.join(kinds)}")
    return agent(kinds[name], options.skip_permissions), directory


def _print_created(output: Output, options: Options, created: Created, launch: Launch) -> None:
    if options.json:
        output.print_json({
            "name": created.name, "host": options.host, "socket": created.socket or None, "target": created.target,
            "type": launch.type, "pid": created.process, "window": created.window or None,
            "registered": created.registered, **_ending(created),
        })  # fmt: skip
    if created.slow:
        output.complain(STILL_STARTING)
    _warn_if_unregistered(output, created)


def _warn_if_unregistered(output: Output, created: Created) -> None:
    if created.problem:
        output.complain(f"could not be registered: {created.problem}")


def _ending(created: Created) -> dict[str, int | str | None]:
    """Return how a command has ended already."""
    if not created.ending:
        return {}
    status, _, signal = created.ending.partition(",")
    return {"exit_status": int(status) if status.isdigit() else None, "exit_signal": clean(signal) or None}


# ---- verbs that do the same to each session


def run_session_verb(options: Options, context: Context) -> int:
    """Carry out the verb on each session, or print what it would do."""
    verb = SESSION_VERBS[options.verb]
    addresses = [context.address(text) for text in options.addresses]
    if getattr(options, "withdraw", False):
        raise UsageError("only the end of an agent without a terminal can be withdrawn; navi undo restores a session")
    if getattr(options, "dry_run", False):
        found = context.each(addresses, lambda address: find(context, address, options.socket))
        return print_results(
            context.output, found, options.json, lambda _, session: f"would {options.verb} {_described(session)}"
        )
    off = getattr(options, "off", False)
    results = context.each(addresses, lambda address: _change(context, verb, address, options.socket, off))
    return print_results(context.output, results, options.json, lambda _, words: words)


def _change(context: Context, verb: SessionVerb, address: Address, socket: str, off: bool) -> str:
    """Carry out a verb on one session; return the words for its result."""
    session, frame = look_before(context, address, socket) if verb.looks else (None, None)
    operation = verb.operation(VerbTarget(Named(address.name, socket), session, context.agents, off))
    with suggesting(context, address):
        answer = carry_out(context, address, operation, frame)
    words = operation.report(str(address), answer)
    if not verb.undoable:
        return words
    if answer.undo_id:
        remember(context.files.state, UndoEntry(address.host, answer.undo_id, str(address)))
    return words + undo_hint(answer.undo_id, "navi undo")


def _described(session: Session) -> str:
    where = "no tmux session any more"
    if session.background:
        where = f"in the background of {session.agent}"
    elif session.tmux:
        where = f"tmux {session.tmux.id}, {plural(len(session.tmux.panes), 'pane')}"
    file = f", and remove {session.file.name}.json" if session.file else ""
    return f"{session.address} ({session.status.word}; {where}{file})"


# ---- renaming and restoring


def run_rename(options: Options, context: Context) -> int:
    """Rename a session."""
    address = context.address(options.address)
    operation = rename(Named(address.name, options.socket), options.name)

    def do() -> str:
        before = look_before(context, address, options.socket)
        name = carry_out(context, address, operation, before.frame)
        return operation.report(str(address), name)

    return attempt(context.output, address, do, context.output.print)


def run_undo(options: Options, context: Context) -> int:
    """Restore the session that was killed last, or the last one of an address."""
    state = context.files.state
    wanted = (killed for killed in last_killed(state) if options.address in (None, killed.address))
    last = next(wanted, None)
    if last is None:
        what = "no session was killed" if options.address is None else f"{options.address} was not killed"
        context.output.complain(f"{what} from this machine lately; nothing to undo")
        return exits.NO
    name = last.address.removeprefix(f"{last.host}/")
    address = Address(last.host, name)
    operation = undo(last.undo_id, name, variables_of_caller(context.environment) if last.host == LOCAL else ())

    def bring_back() -> str:
        created = carry_out(context, address, operation)
        forget(state, last)
        _warn_if_unregistered(context.output, created)
        return operation.report(str(Address(last.host, created.name)), created)

    return attempt(context.output, last.address, bring_back, context.output.print)

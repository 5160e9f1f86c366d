"""The verb completion: completion scripts for shells, and the candidates that they ask for.

All shells run `navi completion words -- WORDS...`, whose last word is the one to complete, and get a line for each
candidate: the word, a tab, its meaning. So all shells complete the same, and always what the table of verbs says. They
run the program by the name that is being completed, because other programs are named navi, too. They find it on PATH,
so that Tab after `./navi` runs no program of the working directory. The scripts are in navi/cli/completion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from navi.cli.arguments import ADDRESS, FILE, HOST, LIST, SSH_HOST, STATUS, TEMPLATE, Argument, ValueKind
from navi.cli.context import Context
from navi.cli.verb_table import VERBS, Verb
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.status import PRIORITY
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError

if TYPE_CHECKING:
    from navi.cli.arguments import Options

FILES = ("\tfiles", "")
"""The candidate that makes the shell complete files by itself."""

FOLDER = Path(__file__).parent.parent / "completion"

SCRIPTS = {"bash": "bash/navi-agents", "zsh": "zsh/_navi-agents", "fish": "fish/navi-agents.fish"}
"""The script for each shell, named as the shell looks for it. Those beside them are for the name `navi`."""

Candidates = Iterator[tuple[str, str]]


def run_completion(options: Options, context: Context) -> int:
    """Print the script for a shell, or the candidates for a command line."""
    if options.shell in SCRIPTS:
        context.output.print((FOLDER / SCRIPTS[options.shell]).read_text("utf-8"), end="")
        return exits.OK
    seen: set[str] = set()
    for word, meaning in candidates(options.command_line or [""], context):
        if word not in seen and (word == FILES[0] or clean(word) == word):
            seen.add(word)
            context.output.print(f"{word}\t{clean(meaning)}")
    return exits.OK


def candidates(words: Sequence[str], context: Context) -> Candidates:
    """Yield the completions of the last word, each with its meaning. Never opens a connection."""
    *before, current = words
    if not before:
        return _beginning(current, ((verb.name, verb.help) for verb in VERBS))
    verb = next((verb for verb in VERBS if verb.name == before[0]), None)
    if verb is None or (verb.takes_command and "--" in before):
        return iter([FILES])
    return _beginning(current, _of_verb(verb, before[1:], current, context))


def _beginning(start: str, found: Iterator[tuple[str, str]]) -> Candidates:
    return ((word, meaning) for word, meaning in found if word.startswith(start) or word == FILES[0])


def _of_verb(verb: Verb, before: Sequence[str], current: str, context: Context) -> Candidates:
    options = {name: one for one in verb.arguments if one.is_option for name in one.names}
    last = options.get(before[-1]) if before else None
    if last and last.value:
        return _values(last, current, context)
    if current.startswith("-"):
        return ((name, one.help) for name, one in options.items() if name not in before or one.collects)
    count = _count_of_words(before, options)
    positionals = [one for one in verb.arguments if not one.is_option]
    lists = [one for one in positionals if one.many in LIST]
    argument = positionals[count] if count < len(positionals) else lists[-1] if lists else None
    return _values(argument, current, context) if argument else iter(())


def _count_of_words(before: Sequence[str], options: Mapping[str, Argument]) -> int:
    """Return how many words belong to no option."""
    count, skip = 0, False
    for word in before:
        if skip:
            skip = False
        elif word in options:
            skip = bool(options[word].value)
        else:
            count += 1
    return count


def _values(argument: Argument, current: str, context: Context) -> Candidates:
    if argument.choices:
        return ((word, "") for word in argument.choices)
    sources: Mapping[ValueKind, Callable[[], Candidates]] = {
        ADDRESS: lambda: _addresses(current, context),
        HOST: lambda: _hosts(context),
        SSH_HOST: lambda: _ssh_hosts(context),
        STATUS: lambda: ((word, "status") for word in PRIORITY),
        TEMPLATE: lambda: ((path.stem, "template") for path in sorted(context.files.templates.glob("*.yaml"))),
        FILE: lambda: iter([FILES]),
    }
    return sources.get(argument.kind, lambda: iter(()))()


def _hosts(context: Context) -> Candidates:
    yield LOCAL, "this machine"
    for remote in context.remotes.values():
        yield remote.name, remote.destination


def _ssh_hosts(context: Context) -> Candidates:
    from navi.config.ssh_hosts import read_ssh_hosts

    return ((host.name, host.destination) for host in read_ssh_hosts(context.environment))


def _addresses(current: str, context: Context) -> Candidates:
    """Yield this machine's sessions and the hosts, or after HOST/ its sessions, if the host is connected already."""
    host, slash, _ = current.partition("/")
    if not slash:
        yield from _sessions(LOCAL, "", context)
        yield from ((f"{remote.name}/", remote.destination) for remote in context.remotes.values())
    elif host == LOCAL or host in context.remotes:
        yield from _sessions(host, f"{host}/", context)


def _sessions(name: str, prefix: str, context: Context) -> Candidates:
    from navi.ops.look.snapshot import snapshot

    host = context.host(name)
    try:
        if not host.is_connected():
            return
        found = host.run(snapshot(registered=True))
    except (HostError, OperationError):
        return
    for entry in found.registry.entries.values():
        yield f"{prefix}{entry.name}", entry.type
    for session in found.frame.sessions:
        yield f"{prefix}{session.name}", "not registered"

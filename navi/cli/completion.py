"""The verb completion: what a shell asks for when Tab is pressed, and the few lines that make it ask.

All shells ask `navi completion words -- WORDS...`, whose last word is the one to be completed, and get a line for each
candidate: the word, a tab, what it means. So there is one completion for all, and it can't differ from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from navi.cli.arguments import Argument, arguments_of
from navi.cli.context import Machines
from navi.cli.verbs import VERBS, Verb
from navi.core import exits
from navi.core.address import LOCAL
from navi.core.status import PRIORITY
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError

if TYPE_CHECKING:
    from argparse import Namespace

FILES = ("\tfiles", "")
"""The candidate that stands for the shell's own completion of files."""

BASH = r"""# bash completion for navi: eval "$(navi completion bash)"
_navi() {
    local line candidates=() current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    mapfile -t candidates < <(navi completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    for line in "${candidates[@]}"; do
        if [[ $line == $'\tfiles'* ]]; then
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames
            return
        fi
        COMPREPLY+=("$(printf '%q' "${line%%$'\t'*}")")
    done
    [[ ${COMPREPLY[0]-} == */ ]] && compopt -o nospace
    return 0
}
complete -F _navi navi
"""

ZSH = r"""#compdef navi
# zsh completion for navi: eval "$(navi completion zsh)"
_navi() {
    local line
    local -a candidates descriptions
    for line in "${(@f)$(navi completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ $line == $'\tfiles'* ]]; then
            _files
            return
        fi
        [[ -n $line ]] || continue
        candidates+=("${line%%$'\t'*}")
        descriptions+=("${line%%$'\t'*}  ${line#*$'\t'}")
    done
    [[ ${candidates[1]-} == */ ]] && compadd -S '' -l -d descriptions -a candidates && return
    compadd -l -d descriptions -a candidates
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _navi navi
"""

FISH = r"""# fish completion for navi: navi completion fish | source
function __navi_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (navi completion words -- $words[2..-1] 2>/dev/null)
        if string match -q \t'files*' -- $line
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c navi -f -a '(__navi_complete)'
"""

SHELLS = {"bash": BASH, "zsh": ZSH, "fish": FISH}

Candidates = Iterator[tuple[str, str]]


def run_completion(options: Namespace, machines: Machines) -> int:
    """Print the lines for a shell, or the candidates for a command line."""
    if options.shell in SHELLS:
        print(SHELLS[options.shell], end="")
        return exits.OK
    seen: set[str] = set()
    for word, meaning in candidates(options.command_line or [""], machines):
        if word not in seen and (word == FILES[0] or clean(word) == word):
            seen.add(word)
            print(f"{word}\t{clean(meaning)}")
    return exits.OK


def candidates(words: Sequence[str], machines: Machines) -> Candidates:
    """Return what the last word could become, each with what it means. Nothing is connected for it."""
    *before, current = words
    if not before:
        return _beginning(current, ((verb.name, verb.help) for verb in VERBS))
    verb = next((verb for verb in VERBS if verb.name == before[0]), None)
    if verb is None or (verb.runs and "--" in before):
        return iter([FILES])
    return _beginning(current, _of_verb(verb, before[1:], current, machines))


def _beginning(start: str, found: Iterator[tuple[str, str]]) -> Candidates:
    return ((word, meaning) for word, meaning in found if word.startswith(start) or word == FILES[0])


def _of_verb(verb: Verb, before: Sequence[str], current: str, machines: Machines) -> Candidates:
    known = arguments_of(verb)
    options = {name: one for one in known if one.is_option for name in one.names}
    last = options.get(before[-1]) if before else None
    if last and last.takes_value:
        return _values(last, current, machines)
    if current.startswith("-"):
        return ((name, one.help) for name, one in options.items() if name not in before or one.action == "append")
    count = _count_of_words(before, options)
    places = [one for one in known if not one.is_option]
    many = [one for one in places if one.nargs in ("*", "+")]
    argument = places[count] if count < len(places) else many[-1] if many else None
    return _values(argument, current, machines) if argument else iter(())


def _count_of_words(before: Sequence[str], options: dict[str, Argument]) -> int:
    """How many words there are that belong to no option."""
    count, skip = 0, False
    for word in before:
        if skip:
            skip = False
        elif word in options:
            skip = options[word].takes_value
        else:
            count += 1
    return count


def _values(argument: Argument, current: str, machines: Machines) -> Candidates:
    if argument.choices:
        return ((word, "") for word in argument.choices)
    sources: dict[str, Callable[[], Candidates]] = {
        "ADDR": lambda: _addresses(current, machines),
        "H": lambda: _hosts(machines),
        "S": lambda: _statuses(argument),
        "STATUS": lambda: _statuses(argument),
        "T": lambda: ((path.stem, "template") for path in sorted(machines.places.templates.glob("*.yaml"))),
        "FILE": lambda: iter([FILES]),
        "SOCKET": lambda: iter([FILES]),
        "DIR": lambda: iter([FILES]),
    }
    return sources.get(argument.metavar or "", lambda: iter(()))()


def _statuses(argument: Argument) -> Candidates:
    """A status; S is also how seconds are written."""
    return ((word, "status") for word in PRIORITY) if argument.type is None else iter(())


def _hosts(machines: Machines) -> Candidates:
    yield LOCAL, "this machine"
    for remote in machines.remotes.values():
        yield remote.name, remote.destination


def _addresses(current: str, machines: Machines) -> Candidates:
    """Sessions here, and hosts; behind a host its sessions, if they can be had without connecting anew."""
    host, slash, _ = current.partition("/")
    if not slash:
        yield from _sessions(LOCAL, "", machines)
        yield from ((f"{remote.name}/", remote.destination) for remote in machines.remotes.values())
    elif host == LOCAL or host in machines.remotes:
        yield from _sessions(host, f"{host}/", machines)


def _sessions(name: str, prefix: str, machines: Machines) -> Candidates:
    from navi.ops.registry_look import snapshot

    host = machines.host(name)
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

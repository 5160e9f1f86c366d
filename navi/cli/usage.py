"""Help texts, made from the rows of the table of verbs."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from navi.cli.arguments import LIST, Argument
from navi.cli.verb_table import VERBS, Verb
from navi.core.similar import did_you_mean

USAGE = """usage: navi [--help | --version]
       navi [--log-level LEVEL] [VERB [ARGUMENTS]]

Without arguments: the dashboard, with every agent session of this machine and of the remotes in remotes.yaml.

{verbs}

  navi VERB --help     show a command's options
  -h, --help           show this help
  -V, --version        show navi's version
  --log-level LEVEL    log what navi does to hosts: debug, info, warning or error (or NAVI_LOG=LEVEL)

A session is SESSION on this machine, and HOST/SESSION on another. In the dashboard, ? shows the keys.
See navi(1), navi-verbs(1) and navi-remotes(5).
"""

WIDTH = 79


def overview() -> str:
    """Return what `navi --help` prints."""
    return USAGE.format(verbs="\n".join(f"  {verb.name:<20} {verb.help}" for verb in VERBS))


def unknown_verb(name: str, hosts: Collection[str] = ()) -> str:
    """Return the message about a verb that does not exist; it may be the name of a host."""
    hint = did_you_mean(name, [verb.name for verb in VERBS])
    if not hint and name in hosts:
        hint = f"; did you mean `navi ls --host {name}`?"
    return f"unknown command `{name}`{f'{hint} See' if hint else '; see'} `navi --help`"


def hint_of(verb: Verb, word: str, hosts: Callable[[], Collection[str]]) -> str:
    """Return the message about a word that a verb does not accept: it may be a mistyped option, or the name of a host.
    """
    options = [name for one in verb.arguments for name in one.names if one.is_option]
    if word.startswith("-"):
        known = {name.lstrip("-"): name for name in options}
        return did_you_mean(word.partition("=")[0].lstrip("-"), known, known.__getitem__)
    if "--host" not in options:
        return ""
    return did_you_mean(word, hosts(), "--host {}".format)


def help_of(verb: Verb) -> str:
    """Return what `navi VERB --help` prints."""
    positional = [(one.value, one.help) for one in verb.arguments if not one.is_option]
    options = [(option_names(one), one.help) for one in verb.arguments if one.is_option]
    options.insert(0, ("-h, --help", "show this help message and exit"))
    parts = [usage_of(verb), f"{verb.help[0].upper()}{verb.help[1:]}."]
    parts += [f"positional arguments:\n{_table(positional)}"] if positional else []
    parts += [f"options:\n{_table(options)}"]
    parts += ["Behind --: a command of yours."] if verb.takes_command else []
    return "\n\n".join(parts) + "\n"


def option_names(one: Argument) -> str:
    """Return the names of an option, each with the placeholder for its value."""
    return ", ".join(_with_value(name, one) for name in one.names)


def _with_value(name: str, one: Argument) -> str:
    value = {"?": f"[{one.value}]", "+": f"{one.value} ...", "*": f"[{one.value}] ..."}.get(one.many, one.value)
    return f"{name} {value}".rstrip()


def _table(rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(left) for left, _ in rows)
    return "\n".join(f"  {left:<{width}}  {help}" for left, help in rows)


def usage_of(verb: Verb) -> str:
    """Return the line that shows how to call a verb."""
    options = [f"[{_with_value(one.names[0], one)}]" for one in verb.arguments if one.is_option]
    positionals = [_positional(one) for one in verb.arguments if not one.is_option]
    positionals += ["[-- WORD ...]"] if verb.takes_command else []
    return "\n".join(_wrapped(f"usage: navi {verb.name}", ["[-h]", *options, *positionals]))


def _positional(one: Argument) -> str:
    name = f"{one.value} ..." if one.many in LIST else one.value
    return name if one.is_required else f"[{name}]"


def _wrapped(start: str, parts: Iterable[str]) -> Iterator[str]:
    """Put parts after the start, and on more lines with the same indentation."""
    line = start
    for part in parts:
        if len(line) + 1 + len(part) > WIDTH:
            yield line
            line = " " * len(start)
        line += f" {part}"
    yield line

"""The arguments of verbs as plain data, and a quick reader of command lines.

Most command lines are simple, and argparse takes longer to import than most verbs to run. What is simple is read here:
whole options with their values, and words. Whatever else, and every mistake, is for argparse (parser.py), whose
reading of the simple ones is the same.
"""

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from navi.cli.verbs import Verb


class Argument(NamedTuple):
    """An option (its names begin with -) or a word of a verb; the rest as argparse knows it. `group` is a number for
    those of which at most one may be given, else 0.
    """

    names: tuple[str, ...]
    group: int = 0
    help: str = ""
    metavar: str | None = None
    dest: str = ""
    action: str = "store"
    nargs: str | None = None
    const: object = None
    default: object = None
    choices: Sequence[str] = ()
    type: Callable[[str], object] | None = None

    @property
    def is_option(self) -> bool:
        """Whether it is an option."""
        return self.names[0].startswith("-")

    @property
    def takes_value(self) -> bool:
        """Whether something stands behind an option."""
        return self.action not in ("store_true", "help")

    @property
    def key(self) -> str:
        """What it is called in what was read."""
        longest = max(self.names, key=len)
        return self.dest or longest.lstrip("-").replace("-", "_")


class Arguments:
    """Takes down what a verb would tell argparse."""

    def __init__(self) -> None:
        self.known: list[Argument] = []
        self.epilog: str | None = None
        self._group = 0
        self._groups = 0

    def add_argument(self, *names: str, **more: Any) -> None:
        """Note an argument."""
        if more.get("action") == "store_true":
            more.setdefault("default", False)
        self.known.append(Argument(names, self._group, **more))

    def add_mutually_exclusive_group(self) -> "Arguments":
        """Return what notes arguments of which at most one may be given."""
        self._groups += 1
        group = Arguments()
        group.known = self.known
        group._group = self._groups
        return group


def arguments_of(verb: "Verb") -> list[Argument]:
    """Return the arguments of a verb, in the order of the table."""
    noted = Arguments()
    verb.arguments(noted)
    return noted.known


class _NotSimple(Exception):
    """argparse is to read it."""


def read_simple(verb: "Verb", words: Sequence[str]) -> SimpleNamespace | None:
    """Read a simple command line as argparse would; None for one that is not, or that holds a mistake."""
    known = arguments_of(verb)
    options = {name: one for one in known if one.is_option for name in one.names}
    values: dict[str, Any] = {one.key: one.default for one in known}
    groups: set[int] = set()
    try:
        positions = []
        for argument, word in _parts(options, words):
            if argument is None:
                positions.append(word)
                continue
            if argument.group and argument.group in groups:
                return None
            groups.add(argument.group)
            _take(values, argument, word)
        _place(values, [one for one in known if not one.is_option], positions)
    except (_NotSimple, ValueError):
        return None
    return SimpleNamespace(**values)


def _parts(options: dict[str, Argument], words: Sequence[str]) -> Iterator[tuple[Argument | None, str]]:
    left = iter(words)
    for word in left:
        if not word.startswith("-") or word == "-":
            yield None, word
            continue
        argument = options.get(word)
        if argument is None or argument.nargs:
            raise _NotSimple
        value = next(left, "-") if argument.takes_value else ""
        if value.startswith("-"):
            raise _NotSimple
        yield argument, value


def _take(values: dict[str, Any], argument: Argument, word: str) -> None:
    if not argument.takes_value:
        values[argument.key] = True
        return
    value = _checked(argument, word)
    if argument.action == "append":
        value = [*(values[argument.key] or []), value]
    values[argument.key] = value


def _checked(argument: Argument, word: str) -> Any:
    if argument.choices and word not in argument.choices:
        raise _NotSimple
    return argument.type(word) if argument.type else word


def _place(values: dict[str, Any], known: Sequence[Argument], words: list[str]) -> None:
    """Give the words to the arguments that are none of the options: one each, what is left to one that takes many."""
    for place, argument in enumerate(known):
        if argument.nargs == "...":
            raise _NotSimple
        if argument.nargs in ("*", "+"):
            if place != len(known) - 1 or (argument.nargs == "+" and not words):
                raise _NotSimple
            values[argument.key] = [_checked(argument, word) for word in words]
            return
        if words:
            values[argument.key] = _checked(argument, words.pop(0))
        elif argument.nargs is None:
            raise _NotSimple
    if words:
        raise _NotSimple

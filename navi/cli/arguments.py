"""Arguments of verbs and tools as rows of data, and the one reader of command lines.

Help, completion, the manual, the tools of `navi mcp` and those of navi/compat are made from the same rows.

argparse is not used, because importing it takes a quarter of what a local verb may add to the start of Python: with it,
40 paired runs of `navi send` took 48 ms of processor time, and 38 ms with this reader.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple


class Options(SimpleNamespace):
    """The values of a verb's arguments, by their keys."""


class ValueKind(NamedTuple):
    """A kind of value: its noun in messages, its type in a JSON schema, and the function that reads it or raises
    ValueError.
    """

    noun: str
    schema: str = "string"
    read: Callable[[str], object] = str


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1e7:
        raise ValueError
    return number


TEXT = ValueKind("text")
INTEGER = ValueKind("integer", "integer", int)
COUNT = ValueKind("number", "integer", _count)
SECONDS = ValueKind("number of seconds", "number", _seconds)
ADDRESS = ValueKind("address")
HOST = ValueKind("host")
SSH_HOST = ValueKind("host of ~/.ssh/config")
STATUS = ValueKind("status")
TEMPLATE = ValueKind("template")
FILE = ValueKind("file")

LIST = ("*", "+", "...")
"""The values of `many` that mean several values."""


class Argument(NamedTuple):
    """An argument: an option, whose names begin with a dash, or a positional argument, whose only name is its key.

    `value` is the placeholder for its value in help texts; a flag has none. `many` is "" for one value, "?" for an
    optional one (without it the value is `bare`), "*" for any number, "+" for at least one, "..." for all words that
    follow, even those that begin with a dash. A command line may repeat an option that `collects`, and may have at most
    one option of a `group`. An `interactive` argument needs a person's terminal or standard input; one that `writes`
    makes the verb write a file on this machine. The tools of `navi mcp` have neither.
    """

    names: tuple[str, ...]
    value: str
    help: str
    key: str
    kind: ValueKind = TEXT
    many: str = ""
    collects: bool = False
    default: object = None
    bare: object = None
    choices: tuple[str, ...] = ()
    group: str = ""
    interactive: bool = False
    writes: bool = False

    @property
    def is_option(self) -> bool:
        """Whether it is an option."""
        return self.names[0].startswith("-")

    @property
    def is_list(self) -> bool:
        """Whether it has a list of values."""
        return self.collects or self.many in LIST

    @property
    def is_required(self) -> bool:
        """Whether it must be given."""
        return not self.is_option and self.many in ("", "+")

    @property
    def name(self) -> str:
        """How messages name it: an option by its longest name, a positional argument by its value."""
        return max(self.names, key=len) if self.is_option else self.value


def flag(*names: str, help: str, **more: Any) -> Argument:
    """Return an option without a value: True when it is given, else False."""
    return Argument(names, "", help, more.pop("key", _key(names)), default=False, **more)


def option(*names: str, value: str = "", help: str, choices: tuple[str, ...] = (), **more: Any) -> Argument:
    """Return an option with a value."""
    return Argument(names, value or "|".join(choices), help, more.pop("key", _key(names)), choices=choices, **more)


def positional(key: str, value: str = "", *, help: str, choices: tuple[str, ...] = (), **more: Any) -> Argument:
    """Return a positional argument."""
    return Argument((key,), value or "|".join(choices), help, key, choices=choices, **more)


def _key(names: Sequence[str]) -> str:
    return max(names, key=len).lstrip("-").replace("-", "_")


# ---- reading


class HelpRequested(Exception):
    """The command line has -h or --help."""


class Mistake(Exception):
    """The command line is wrong; the text says what, and `word` is the word to blame."""

    def __init__(self, text: str, word: str = "") -> None:
        super().__init__(text)
        self.word = word


class UnknownWord(Mistake):
    """A word is neither an option nor a positional argument."""

    def __init__(self, word: str) -> None:
        super().__init__(f"unrecognized arguments: {word}", word)


class NoValue(Mistake):
    """An option lacks its value."""

    def __init__(self, word: str) -> None:
        super().__init__(f"{word} requires a value", word)


Given = Iterator[tuple[Argument, Sequence[str]]]
"""The arguments that are given, each with the texts of its values."""


def read(arguments: Sequence[Argument], words: Sequence[str]) -> Options:
    """Read the command line of a verb. Raise HelpRequested, Mistake."""
    return convert(arguments, split(arguments, words))


def split(arguments: Sequence[Argument], words: Sequence[str], any_value: bool = False) -> Given:
    """Yield the arguments of a command line with their values: options in the order of the words, then positional
    arguments. Options may come between those; after -- there are none. With `any_value`, the value of an option may
    look like an option. Raise HelpRequested, UnknownWord, NoValue, Mistake.
    """
    options = {name: one for one in arguments if one.is_option for name in one.names}
    positionals = [one for one in arguments if not one.is_option]
    before_rest = next((number for number, one in enumerate(positionals) if one.many == "..."), len(words))
    values: list[str] = []
    left = list(words)
    while left and left[0] != "--" and len(values) < before_rest:
        word = left.pop(0)
        if word in ("-h", "--help"):
            raise HelpRequested
        found, value = _option_in(options, word)
        if found:
            yield found, _values_of(found, word, value, left, any_value)
        elif _is_like_option(word) or not positionals:
            raise UnknownWord(word)
        else:
            values.append(word)
    yield from _share(positionals, [*values, *left[left[:1] == ["--"] :]])


def _option_in(options: Mapping[str, Argument], word: str) -> tuple[Argument | None, str | None]:
    """Return the option that a word names, and the value that the word holds: --name=value, -nvalue."""
    if word in options:
        return options[word], None
    name, equals, value = word.partition("=")
    if equals and name in options:
        return options[name], value
    short = None if word.startswith("--") else options.get(word[:2])
    return (short, word[2:]) if short and short.value else (None, None)


def _is_like_option(word: str) -> bool:
    """Return whether a word can only mean an option: negative numbers and sentences do not."""
    return word.startswith("-") and word != "-" and " " not in word and not word[1:].replace(".", "", 1).isdigit()


def _values_of(found: Argument, word: str, value: str | None, left: list[str], any_value: bool) -> Sequence[str]:
    """Take the values of an option from the words that are left."""
    if not found.value:
        if value is not None:
            raise Mistake(f"{found.name} takes no value", word)
        return ()
    if value is not None:
        return (value,)
    following = left if found.many in LIST else left[:1]
    ends = (number for number, one in enumerate(following) if _is_like_option(one) and not any_value)
    taken = next(ends, len(following))
    if not taken and found.many not in ("?", "*"):
        raise NoValue(word)
    values = left[:taken]
    del left[:taken]
    return values


def _share(positionals: Sequence[Argument], words: list[str]) -> Given:
    """Distribute words among the positional arguments: one word each, and the rest to one that takes many."""
    missing = []
    for positional in positionals:
        taken = words if positional.many in LIST else words[:1]
        if not taken and positional.is_required:
            missing.append(positional.value)
        if taken or positional.many in LIST:
            yield positional, taken
        words = words[len(taken) :]
    if missing:
        raise Mistake(f"the following arguments are required: {', '.join(missing)}")
    if words:
        raise UnknownWord(words[0])


def convert(arguments: Sequence[Argument], given: Given) -> Options:
    """Return the values of all arguments, checked and converted. Raise Mistake."""
    values: dict[str, Any] = {one.key: one.default for one in arguments}
    groups: dict[str, Argument] = {}
    for argument, texts in given:
        other = groups.setdefault(argument.group, argument)
        if argument.group and other is not argument:
            raise Mistake(f"{argument.name}: not allowed with {other.name}")
        values[argument.key] = _value(argument, texts, values[argument.key])
    return Options(**values)


def _value(argument: Argument, texts: Iterable[str], before: Any) -> object:
    if not argument.value:
        return True
    found = [_checked(argument, text) for text in texts]
    if argument.is_list:
        return [*(before or []), *found] if argument.collects else found
    return found[0] if found else argument.bare


def _checked(argument: Argument, text: str) -> object:
    if argument.choices and text not in argument.choices:
        raise Mistake(f"{argument.name}: invalid choice `{text}`; choose from {', '.join(argument.choices)}", text)
    try:
        return argument.kind.read(text)
    except ValueError as error:
        raise Mistake(f"{argument.name}: invalid {argument.kind.noun} `{text}`", text) from error

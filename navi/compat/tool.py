"""The command lines of the tools: options as they have them, and how they are called."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class WrongUsage(Exception):
    """The command line makes no sense. With `asked`, it only asks how the tool is called."""

    def __init__(self, words: str = "", asked: bool = False) -> None:
        super().__init__(words)
        self.asked = asked


class Failed(Exception):
    """The tool can't do it; the words of the first line come behind `Error: `."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


class Option(NamedTuple):
    """An option: its names, what stands for its value ("" if it has none), what it means."""

    names: tuple[str, ...]
    value: str
    help: str

    @property
    def key(self) -> str:
        """The name by which what was given is found: the long one without its dashes."""
        return self.names[-1].lstrip("-")


class Tool(NamedTuple):
    """A tool: its script, what it does, its options, its exit statuses in words.

    `wrong` is the status of a wrong command line, `failed` of what has no status of its own. `needs_words`: without any
    arguments it only tells how it is called.
    """

    script: str
    help: str
    options: tuple[Option, ...]
    statuses: Mapping[int, str]
    wrong: int
    failed: int
    function: str
    needs_words: bool = False


def parse(tool: Tool, words: Sequence[str]) -> dict[str, str]:
    """Return what was given, by the keys of the options; "yes" where there is no value. Raises WrongUsage."""
    known = {name: option for option in tool.options for name in option.names}
    given: dict[str, str] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        if word in ("-h", "--help"):
            raise WrongUsage(asked=True)
        option = known.get(word)
        if option is None:
            raise WrongUsage(f"Unknown option: {word}")
        if option.value and not left:
            raise WrongUsage(f"{word} requires a value")
        given.pop(option.key, None)  # the last one counts, also among those that exclude each other
        given[option.key] = left.pop(0) if option.value else "yes"
    return given


def usage(tool: Tool) -> str:
    """Return how a tool is called."""
    rows = [(", ".join(option.names) + f" {option.value}".rstrip(), option.help) for option in tool.options]
    rows.append(("-h, --help", "show this help"))
    width = max(len(left) for left, _ in rows)
    lines = [f"Usage: {tool.script} [options]", "", tool.help, "", "Options:"]
    lines += [f"  {left:<{width}}  {words}" for left, words in rows]
    lines += ["", "Exit codes:", *(f"  {status} - {words}" for status, words in tool.statuses.items())]
    return "\n".join(lines)

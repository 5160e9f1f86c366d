"""What a tool is, how its command line is read, and its usage text."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from navi.cli.arguments import Argument, NoValue, UnknownWord, split


class WrongUsage(Exception):
    """The command line of a tool is wrong."""


class ToolFailed(Exception):
    """A tool fails with an exit status of its own; the text follows `Error: `."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.status = status


class Tool(NamedTuple):
    """A tool: its script, what it does, its options, and the meanings of its exit statuses.

    `wrong` is the status of a wrong command line, `failed` that of failures without a status of their own. A tool that
    `needs_words` prints its usage when it is called without any.
    """

    script: str
    help: str
    options: tuple[Argument, ...]
    statuses: Mapping[int, str]
    wrong: int
    failed: int
    function: str
    needs_words: bool = False


def given_in(tool: Tool, words: Sequence[str]) -> dict[str, str]:
    """Return the options of a command line by their keys, in the order of the words; a flag is "yes". The last one
    counts. Raise HelpRequested, WrongUsage.
    """
    given: dict[str, str] = {}
    try:
        for option, values in split(tool.options, words, any_value=True):
            given.pop(option.key, None)
            given[option.key] = values[0] if option.value else "yes"
    except UnknownWord as error:
        raise WrongUsage(f"Unknown option: {error.word}") from error
    except NoValue as error:
        raise WrongUsage(str(error)) from error
    return given


def usage(tool: Tool) -> str:
    """Return the usage text of a tool."""
    rows = [(spelled_once(option), option.help) for option in tool.options]
    rows.append(("-h, --help", "show this help"))
    width = max(len(left) for left, _ in rows)
    lines = [f"Usage: {tool.script} [options]", "", tool.help, "", "Options:"]
    lines += [f"  {left:<{width}}  {words}" for left, words in rows]
    lines += ["", "Exit codes:", *(f"  {status} - {words}" for status, words in tool.statuses.items())]
    return "\n".join(lines)


def spelled_once(option: Argument) -> str:
    """Return the names of an option, and then the placeholder for its value."""
    return f"{', '.join(option.names)} {option.value}".rstrip()

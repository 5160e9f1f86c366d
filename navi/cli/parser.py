"""Command lines as argparse reads them: whatever is not simple, mistakes, and --help."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NoReturn

from navi.cli.arguments import arguments_of
from navi.cli.verbs import Verb
from navi.core.exits import WRONG_USAGE


class Parser(ArgumentParser):
    """Ends as sysexits(3) wants it when the command line is wrong."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and how it is called."""
        self.exit(WRONG_USAGE, f"navi: {message}\n{self.format_usage()}")


def parser_of(verb: Verb) -> Parser:
    """Return what reads the arguments of a verb."""
    parser = Parser(prog=f"navi {verb.name}", description=f"{verb.help[0].upper()}{verb.help[1:]}.", allow_abbrev=False)
    if verb.runs:
        parser.epilog = "Behind --: a command of yours."
    verb.arguments(parser)
    return parser


HIDDEN = "\0"
"""What a word behind -- begins with while argparse reads: no word can hold it, and no option begins so."""


def read(verb: Verb, words: Sequence[str]) -> Namespace:
    """Read a command line; options may stand between the words. Ends the program on a mistake, and after --help."""
    parser = parser_of(verb)
    if any(one.nargs == REMAINDER for one in arguments_of(verb)):
        return parser.parse_args(words)
    # Where words and options are mixed, argparse forgets that what stands behind -- is no option; and it drops an --
    # that is the value of an option.
    end = words.index("--") if "--" in words else len(words)
    own = [f"{word[:-2]}{HIDDEN}--" if word.endswith("=--") else word for word in words[:end]]
    found = parser.parse_intermixed_args([*own, *map(_hide, words[end + 1 :])])
    return Namespace(**{key: _show(value) for key, value in vars(found).items()})


def _hide(word: str) -> str:
    return f"{HIDDEN}{word}" if word.startswith("-") else word


def _show(value: object) -> object:
    if isinstance(value, list):
        return [_show(one) for one in value]
    return value.removeprefix(HIDDEN) if isinstance(value, str) else value

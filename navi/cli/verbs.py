"""The one table of verbs: the command line, its help and the manual come from it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: its name, what it does, the module and function that do it, and its arguments."""

    name: str
    help: str
    function: str
    arguments: Callable[[ArgumentParser], None]


def _json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")


def _new(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the session's name")
    parser.add_argument("--host", metavar="H", default="local", help="the machine; this one by default")
    parser.add_argument("-c", dest="directory", metavar="DIR", help="a directory of that machine; the home by default")
    runs = parser.add_mutually_exclusive_group()
    runs.add_argument("--shell", action="store_true", help="only the shell; the default")
    runs.add_argument("--agent", metavar="NAME", nargs="?", const="", help="an agent; claude by default")
    runs.add_argument("--command", metavar="CMD", help="a command line, in the language of the shell there")
    parser.add_argument("--skip-permissions", action="store_true", help="the agent is not to ask for permissions")
    _json(parser)


def _kill(parser: ArgumentParser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="+", help="SESSION, or HOST/SESSION")
    parser.add_argument("--dry-run", action="store_true", help="say what would be killed")
    _json(parser)


def _rename(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    parser.add_argument("name", metavar="NEW", help="the new name")


def _dismiss(parser: ArgumentParser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="+", help="SESSION, or HOST/SESSION")
    _json(parser)


def _undo(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDR", nargs="?", help="the last one by default")


def _git(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    _json(parser)


VERBS = (
    Verb("new", "create a session", "lifecycle.run_new", _new),
    Verb("kill", "kill sessions", "lifecycle.run_kill", _kill),
    Verb("rename", "give a session another name", "lifecycle.run_rename", _rename),
    Verb("dismiss", "take the notices of sessions for known", "lifecycle.run_dismiss", _dismiss),
    Verb("undo", "bring back a session that was killed", "lifecycle.run_undo", _undo),
    Verb("git", "tell what git knows of a session's directory", "git.run_git", _git),
)

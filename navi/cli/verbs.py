"""The one table of verbs: the command line, its help and the manual come from it."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser
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


def _tag(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    words = "to add, or to take away; without any, they are printed"
    parser.add_argument("changes", metavar="+tag|-tag", nargs=REMAINDER, help=words)


def _bookmark(parser: ArgumentParser) -> None:
    parser.add_argument("addresses", metavar="ADDR", nargs="+", help="SESSION, or HOST/SESSION")
    parser.add_argument("--off", action="store_true", help="take it back")
    _json(parser)


def _git(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    _json(parser)


def _hooks(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=("install", "status", "remove"), help="what to do about them")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--host", metavar="H", action="append", help="a machine; this one by default")
    where.add_argument("--all", action="store_true", help="this machine, and all remotes")
    parser.add_argument("--yes", action="store_true", help="make the changes without asking")
    _json(parser)


def _hosts(parser: ArgumentParser) -> None:
    _json(parser)


def _doctor(parser: ArgumentParser) -> None:
    parser.add_argument("hosts", metavar="H", nargs="*", help="this machine and all remotes by default")
    _json(parser)


def _explain(parser: ArgumentParser) -> None:
    parser.add_argument("address", metavar="ADDR", help="SESSION, or HOST/SESSION")
    _json(parser)


def _status(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=("plain", "tmux"), default="plain", help="for people, or with tmux's styles"
    )
    _json(parser)


VERBS = (
    Verb("new", "create a session", "lifecycle.run_new", _new),
    Verb("kill", "kill sessions", "lifecycle.run_kill", _kill),
    Verb("rename", "give a session another name", "lifecycle.run_rename", _rename),
    Verb("dismiss", "take the notices of sessions for known", "lifecycle.run_dismiss", _dismiss),
    Verb("undo", "bring back a session that was killed", "lifecycle.run_undo", _undo),
    Verb("tag", "add tags to a session, and take them away", "marks.run_tag", _tag),
    Verb("bookmark", "bookmark sessions, or take that back", "marks.run_bookmark", _bookmark),
    Verb("git", "tell what git knows of a session's directory", "git.run_git", _git),
    Verb("hooks", "install the agents' hooks, which tell their status", "hooks.run_hooks", _hooks),
    Verb("status", "one line for a status bar, without connecting anew", "status.run_status", _status),
    Verb("hosts", "list the hosts and how they are", "hosts.run_hosts", _hosts),
    Verb("doctor", "find out what is wrong with a host, and what to do", "doctor.run_doctor", _doctor),
    Verb("explain", "tell why a session's status is what it is", "explain.run_explain", _explain),
)

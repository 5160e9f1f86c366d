"""The command line: what `navi` is asked for. Imports only what the verb needs, because starting must be quick."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from errno import EDQUOT, EIO, ENOSPC
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, NoReturn

from navi import __version__
from navi.cli.arguments import read_simple
from navi.cli.verbs import VERBS, Verb
from navi.core.exits import NO, OK, WRONG_USAGE
from navi.core.log import SILENT, Log

if TYPE_CHECKING:
    from argparse import Namespace

INTERRUPTED, NOBODY_READS = 130, 141
"""Exit statuses as shells have them for SIGINT and SIGPIPE."""

UNWRITABLE = (EIO, ENOSPC, EDQUOT)
"""What a write to standard output can fail with, apart from a pipe that nobody reads."""

LOG_LEVELS = ("debug", "info", "warning", "error")

USAGE = """usage: navi [--help | --version]
       navi [--log-level LEVEL] [VERB [ARGUMENTS]]

Without arguments: the dashboard, with every agent session of this machine and of the remotes in remotes.yaml.

{verbs}

  navi VERB --help     what a verb wants
  -h, --help           this text
  -V, --version        navi's version
  --log-level LEVEL    log what navi does to hosts: debug, info, warning or error (or NAVI_LOG=LEVEL)

A session is SESSION on this machine, and HOST/SESSION on another. Keys of the dashboard are shown by ?.
See navi(1) and navi-remotes(5).
"""


def program() -> NoReturn:
    """Carry out the command line of this process, and end it with the exit status.

    It ends at once: Python's own tidying up takes as long as the work of many a verb, and there is nothing to tidy.
    """
    gc.disable()
    _open_what_is_closed()
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        status = NOBODY_READS
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        os.write(2, f"navi: the output can't be written: {error.strerror}\n".encode())
        status = NO
    os._exit(status)


def _open_what_is_closed() -> None:
    """Whoever starts navi may have closed a standard stream; a file opened later must not take its place."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def _collect_from_now_on() -> None:
    """What was imported stays: Python's collector need not go through it, neither meanwhile nor ever."""
    gc.freeze()
    gc.enable()


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status (sysexits(3), see navi(1))."""
    level, words = _take_log_level(list(sys.argv[1:] if arguments is None else arguments))
    if level and level not in LOG_LEVELS:
        print(f"navi: `{level}` is not a log level; use one of {', '.join(LOG_LEVELS)}", file=sys.stderr)
        return WRONG_USAGE
    if words[:1] in (["-h"], ["--help"], ["help"]):
        print(USAGE.format(verbs="\n".join(f"  {verb.name:<20} {verb.help}" for verb in VERBS)), end="")
        return OK
    if words in (["-V"], ["--version"]):
        print(f"navi {__version__}")
        return OK
    if not words:
        from navi.cli.start_dashboard import run_dashboard

        _collect_from_now_on()
        return run_dashboard(level or "info")
    verb = next((verb for verb in VERBS if verb.name == words[0]), None)
    if verb is None:
        print(f"navi: `{words[0]}` is not something navi knows; navi --help shows what is", file=sys.stderr)
        return WRONG_USAGE
    return run_verb(verb, words[1:], level)


def _own_words(verb: Verb, words: Sequence[str]) -> Sequence[str]:
    """Return the words up to the -- behind which a command of the user's stands."""
    return words[: words.index("--")] if verb.runs and "--" in words else words


def _read(verb: Verb, words: Sequence[str]) -> SimpleNamespace | Namespace:
    simple = read_simple(verb, words)
    if simple is not None:
        return simple
    from navi.cli.parser import read

    return read(verb, words)


def _take_log_level(words: list[str]) -> tuple[str, list[str]]:
    """Return the level of the log that the command line asks for, else NAVI_LOG, and the remaining words."""
    option, _, level = (words or [""])[0].partition("=")
    if option != "--log-level":
        return os.environ.get("NAVI_LOG", "").lower(), words
    rest = words[1:]
    return (level or (rest.pop(0) if rest else option)).lower(), rest


def run_verb(verb: Verb, words: Sequence[str], log_level: str = "") -> int:
    """Carry out a verb; return the exit status. With a level, it logs to standard error."""
    options = _read(verb, own := _own_words(verb, words))
    options.verb = verb.name
    options.command_line = list(words[len(own) + 1 :]) if verb.runs else []
    from navi.cli.context import Machines
    from navi.cli.output import UsageError, complain
    from navi.hosts.base import HostError
    from navi.ops import OperationError

    log: Log = SILENT
    if log_level:
        from navi.cli.log import log_to_stderr

        log = log_to_stderr(log_level)
    module, _, function = verb.function.rpartition(".")
    carry_out = getattr(import_module(f"navi.{module}"), function)
    _collect_from_now_on()
    try:
        return int(carry_out(options, Machines(dict(os.environ), log)))
    except (UsageError, OperationError) as error:
        complain(str(error))
        return getattr(error, "status", WRONG_USAGE)
    except HostError as error:
        from navi.cli.output import why

        words_of_it, status = why(error)
        complain(words_of_it)
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return NOBODY_READS

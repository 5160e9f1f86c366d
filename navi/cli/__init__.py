"""The command line: `navi VERB ARGUMENTS`. Imports only what the verb needs, because starting must be quick."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from errno import EDQUOT, EIO, ENOSPC
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from navi import __version__
from navi.cli.arguments import HelpRequested, Mistake, read
from navi.cli.verbs import VERBS, Verb
from navi.core.exits import NO, OK, WRONG_USAGE
from navi.core.log import SILENT, Log

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context

INTERRUPTED, NOBODY_READS = 130, 141
"""Exit statuses as shells have them for SIGINT and SIGPIPE."""

LOG_LEVELS = ("debug", "info", "warning", "error")

UNWRITABLE = (EIO, ENOSPC, EDQUOT)
"""How writing to standard output can fail, apart from a pipe without a reader."""


def program() -> NoReturn:
    """Carry out the command line of this process, and exit with its status.

    The process exits at once: Python's own cleaning up takes as long as many a verb, and nothing needs it. Without the
    garbage collector the imports of a verb take 6 % less processor time (medians of 30 paired runs).
    """
    gc.disable()
    _open_closed_streams()
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


def _open_closed_streams() -> None:
    """Open those standard streams that the caller closed: a file opened later must not take their numbers."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(number, True)
    os.close(number)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status (sysexits(3), see navi(1))."""
    level, words = _take_log_level(list(sys.argv[1:] if arguments is None else arguments))
    if level and level not in LOG_LEVELS:
        print(f"navi: `{level}` is not a log level; use one of {', '.join(LOG_LEVELS)}", file=sys.stderr)
        return WRONG_USAGE
    if words[:1] in (["-h"], ["--help"], ["help"]):
        from navi.cli.usage import overview

        print(overview(), end="")
        return OK
    if words in (["-V"], ["--version"]):
        print(f"navi {__version__}")
        return OK
    if not words:
        return _show_dashboard(level or "info")
    verb = next((verb for verb in VERBS if verb.name == words[0]), None)
    if verb is None:
        from navi.cli.usage import unknown

        print(f"navi: {unknown(words[0])}", file=sys.stderr)
        return WRONG_USAGE
    return _run_line(verb, words[1:], level)


def _show_dashboard(log_level: str) -> int:
    from navi.cli.start_dashboard import run_dashboard

    _collect_garbage_from_now_on()
    return run_dashboard(log_level)


def _collect_garbage_from_now_on() -> None:
    """Turn the garbage collector on, for all that is not imported yet."""
    gc.freeze()
    gc.enable()


def _take_log_level(words: list[str]) -> tuple[str, list[str]]:
    """Return the level of the log that the command line asks for, else NAVI_LOG, and the remaining words."""
    option, _, level = (words or [""])[0].partition("=")
    if option != "--log-level":
        return os.environ.get("NAVI_LOG", "").lower(), words
    rest = words[1:]
    return (level or (rest.pop(0) if rest else option)).lower(), rest


def _log(level: str) -> Log:
    """Return a log to standard error, or one that is turned off if there is no level."""
    if not level:
        return SILENT
    from navi.cli.log import log_to_stderr

    return log_to_stderr(level)


def _run_line(verb: Verb, words: Sequence[str], log_level: str) -> int:
    """Carry out the command line of a verb."""
    end = words.index("--") if verb.takes_command and "--" in words else len(words)
    try:
        options = read(verb.arguments, words[:end])
    except HelpRequested:
        from navi.cli.usage import help_of

        print(help_of(verb), end="")
        return OK
    except Mistake as mistake:
        from navi.cli.usage import usage_of

        print(f"navi: {mistake}\n{usage_of(verb)}", file=sys.stderr)
        return WRONG_USAGE
    options.command_line = list(words[end + 1 :])
    from navi.cli.context import Context
    from navi.cli.output import Output

    _function(verb)
    _collect_garbage_from_now_on()
    context = Context(dict(os.environ), Output(sys.stdout, sys.stderr), log=_log(log_level))
    try:
        return run_verb(verb, options, context)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return NOBODY_READS


def _function(verb: Verb) -> Callable[[Options, Context], int]:
    """Import and return the function that carries a verb out."""
    module, _, name = verb.function.rpartition(".")
    function: Callable[[Options, Context], int] = getattr(import_module(f"navi.{module}"), name)
    return function


def run_verb(verb: Verb, options: Options, context: Context) -> int:
    """Carry out a verb; return the exit status."""
    from navi.cli.output import UsageError, why
    from navi.hosts.base import HostError
    from navi.ops import OperationError

    options.verb = verb.name
    try:
        return _function(verb)(options, context)
    except (UsageError, HostError, OperationError) as error:
        words, status = why(error)
        context.output.complain(words)
        return status

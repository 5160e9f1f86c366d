"""The command line: `navi VERB ARGUMENTS`. Imports only what the verb needs, because starting must be quick."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from errno import EBADF, EDQUOT, EIO, ENOSPC
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from navi import __version__
from navi.cli.arguments import HelpRequested, Mistake, UnknownWord, read
from navi.cli.encoding import as_utf8, start_again_with_utf8
from navi.cli.verb_table import VERBS, Verb
from navi.core.exits import NO, NO_SESSION, OK, UNAVAILABLE, WRONG_USAGE
from navi.core.log import SILENT, Log

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.ops import OperationError

INTERRUPTED, NOBODY_READS = 130, 141
"""Exit statuses as shells have them for SIGINT and SIGPIPE."""

LOG_LEVELS = ("debug", "info", "warning", "error")

UNWRITABLE = (EIO, ENOSPC, EDQUOT, EBADF)
"""How writing to standard output can fail, apart from a pipe without a reader; EBADF says that it is closed."""


def program() -> NoReturn:
    """Carry out the command line of this process, and exit with its status.

    The process exits at once: Python's own clean-up takes as long as some verbs, and nothing needs it. Without the
    garbage collector the imports of a verb take 6 % less processor time (medians of 30 paired runs).
    """
    gc.disable()
    start_again_with_utf8()
    _open_closed_streams()
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        status = NOBODY_READS
    except KeyboardInterrupt:  # while modules are imported, or output is written
        status = INTERRUPTED
    except ModuleNotFoundError as error:
        status = _complain_of_missing(error)
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        os.write(2, f"navi: can't write to standard output: {error.strerror}\n".encode())
        status = NO
    os._exit(status)


def _complain_of_missing(error: ModuleNotFoundError) -> int:
    """Say which package is missing. Raise the error again if it is a module of navi."""
    from navi.cli.missing import why_missing

    words = why_missing(error)
    if not words:
        raise error
    os.write(2, f"navi: {words}\n".encode())
    return UNAVAILABLE


def _open_closed_streams() -> None:
    """Open those standard streams that the caller closed: a file opened later must not take their numbers.

    Writing to a closed standard output must fail.
    """
    closed = [number for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)) if stream is None]
    for number in closed:
        os.open(os.devnull, os.O_RDONLY if number == 1 else os.O_RDWR)  # takes the lowest number that is free
        os.set_inheritable(number, True)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line; return the exit status (sysexits(3), see navi(1))."""
    level, words = _take_log_level(list(map(as_utf8, sys.argv[1:]) if arguments is None else arguments))
    if level and level not in LOG_LEVELS:
        return _complain(f"`{level}` is not a log level; use one of {', '.join(LOG_LEVELS)}")
    if words[:1] in (["-h"], ["--help"], ["help"]):
        from navi.cli.usage import overview

        sys.stdout.write(overview())
        return OK
    if words in (["-V"], ["--version"]):
        sys.stdout.write(f"navi {__version__}\n")
        return OK
    if not words:
        return _show_dashboard(level or "info")
    verb = next((verb for verb in VERBS if verb.name == words[0]), None)
    if verb is None:
        from navi.cli.usage import unknown_verb

        return _complain(unknown_verb(words[0], _hosts()))
    return _run_line(verb, words[1:], level)


def _complain(words: str) -> int:
    """Report what is wrong with the command line; return the exit status."""
    from navi.cli.output.output import standard_output

    standard_output().note(f"navi: {words}")
    return WRONG_USAGE


def _show_dashboard(log_level: str) -> int:
    from navi.cli.start_dashboard import run_dashboard

    _collect_garbage_from_now_on()
    return run_dashboard(log_level)


def _collect_garbage_from_now_on() -> None:
    """Turn the garbage collector on, for everything that is not imported yet."""
    gc.freeze()
    gc.enable()


def _take_log_level(words: list[str]) -> tuple[str, list[str]]:
    """Return the level of the log that the command line asks for, or else NAVI_LOG does, and the remaining words."""
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

        sys.stdout.write(help_of(verb))
        return OK
    except Mistake as mistake:
        from navi.cli.usage import hint_of, usage_of

        hint = hint_of(verb, mistake.word, _hosts) if isinstance(mistake, UnknownWord) else ""
        return _complain(f"{mistake}{hint}\n{usage_of(verb)}")
    options.command_line = list(words[end + 1 :])
    _function(verb)
    context = _context(log_level)
    _collect_garbage_from_now_on()
    try:
        return run_verb(verb, options, context)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return NOBODY_READS


def _context(log_level: str = "") -> Context:
    """Return the context of a verb."""
    from navi.cli.context import Context
    from navi.cli.output.output import standard_output

    return Context(dict(os.environ), standard_output(), log=_log(log_level))


def _hosts() -> list[str]:
    """Return the names of all hosts."""
    context = _context()
    try:
        return ["local", *context.remotes]
    finally:
        context.close()


def _function(verb: Verb) -> Callable[[Options, Context], int]:
    """Import and return the function that carries out a verb."""
    module, _, name = verb.function.rpartition(".")
    function: Callable[[Options, Context], int] = getattr(import_module(f"navi.{module}"), name)
    return function


def _is_headless(options: Options) -> bool:
    """Return whether a verb is about a session without a terminal: its name says so."""
    named = getattr(options, "address", None) or next(iter(getattr(options, "addresses", None) or ()), None)
    return isinstance(named, str) and "spawn_" in named and _concerns_headless(options.verb, named)


def _concerns_headless(verb: str, named: str) -> bool:
    from navi.cli.verbs.headless import VERBS, is_headless

    return verb in VERBS and is_headless(named)


def _with_suggestion(context: Context, options: Options, error: OperationError) -> OperationError:
    """Return a failure to find a session, with the one that may be meant."""
    named = getattr(options, "address", None)
    if not isinstance(named, str):
        return error
    from navi.cli.other_sessions import with_suggestion

    return with_suggestion(context, context.address(named), error)


def run_verb(verb: Verb, options: Options, context: Context) -> int:
    """Carry out a verb; return the exit status."""
    from navi.cli.output.output import UsageError, reason_and_status
    from navi.hosts.base import HostError
    from navi.ops import OperationError

    options.verb = context.progress.verb = verb.name
    try:
        if _is_headless(options):
            from navi.cli.verbs.headless import run_headless

            return run_headless(options, context)
        return _function(verb)(options, context)
    except (UsageError, HostError, OperationError) as error:
        if isinstance(error, OperationError) and error.status == NO_SESSION:
            from navi.cli.asking.background import why_missing

            error = why_missing(context, options, error)
            error = _with_suggestion(context, options, error)
        words, status = reason_and_status(error)
        context.output.complain(words)
        return status

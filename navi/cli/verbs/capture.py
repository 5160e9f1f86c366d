"""The verbs capture and tail."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from navi.cli.asking.reconnecting import AWAY, follow_reconnecting
from navi.cli.output.output import Output, UsageError
from navi.core import exits
from navi.core.ages import utc
from navi.core.text import clean, clean_lines, decode
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.pane.read import PaneOutput, PaneText, StreamPosition, follow_output, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from re import Pattern

    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.core.address import Named
    from navi.hosts.blocking_host import BlockingHost


def run_capture(options: Options, context: Context) -> int:
    """Write what a pane shows and its scrollback to standard output or a file."""
    host, pane = context.pane(options)
    start = "-" if options.start is None else str(options.start)
    found = host.run(read_text(pane, start, options.no_strip, options.lines if options.start is None else None))
    lines = _lines(found.data, raw=options.no_strip)
    if options.lines is not None:
        lines = lines[-options.lines :] if options.lines else []
    if options.output is None:
        _print_lines(options, context.output, lines)
    else:
        _write_file(options, lines)
    _warn_of_ending(options, context.output, found)
    return exits.OK


def _warn_of_ending(options: Options, output: Output, found: PaneText) -> None:
    if found.ending:
        output.complain(f"{options.address or options.target}: {found.ending}")


def _lines(data: bytes, raw: bool) -> list[str]:
    """Return the lines without empty ones at the end, cleaned unless the user wants them unchanged."""
    whole = data.decode("utf-8", "surrogateescape") if raw else decode(data)
    lines = [line.rstrip() for line in (whole.split("\n") if raw else clean_lines(whole))]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _print_lines(options: Options, output: Output, lines: list[str]) -> None:
    if options.json:
        output.print_json({"address": options.address or options.target, "time": _now(), "lines": lines})
        return
    stamp = f"{_now()} " if options.timestamps else ""
    for line in lines:
        if options.no_strip:
            output.write(f"{stamp}{line}\n".encode("utf-8", "surrogateescape"))
        else:
            output.print(f"{stamp}{line}")


def _write_file(options: Options, lines: list[str]) -> None:
    """Write a whole file: a reader never finds half of it. Raise OperationError."""
    path = options.output
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{os.urandom(6).hex()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", errors="surrogateescape") as file:
            _print_lines(options, Output(file, file), lines)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(beside)
        raise OperationError(f"{path} can't be written: {error.strerror}") from error


def _now(clock: float | None = None) -> str:
    return utc(clock or time.time())


def run_tail(options: Options, context: Context) -> int:
    """Write the last lines of a pane, and then its output as it arrives."""
    host, pane = context.pane(options)
    if not options.follow and options.until is None:
        found = host.run(read_text(pane, lines=options.lines))
        lines = _lines(found.data, raw=False)
        for line in lines[len(lines) - options.lines if options.lines < len(lines) else 0 :]:
            context.output.print(f"{_now()} {line}" if options.timestamps else line)
        _warn_of_ending(options, context.output, found)
        return exits.OK
    until = _pattern(options.until) if options.until is not None else None
    about, new = options.address or options.target, PaneOutput()
    for new in _follow(host, pane, options.lines, lambda words: context.output.complain(f"{about}: {words}")):
        if _print_new(options, context.output, new, until):
            return exits.OK
    context.output.complain(f"{about}: {new.ended or 'it has ended'}")
    return exits.NO if until else exits.OK


def _follow(host: BlockingHost, pane: Named, lines: int, complain: Callable[[str], None]) -> Iterator[PaneOutput]:
    """Yield what a pane prints, also across lost connections: from the same position, or with a warning."""
    position: StreamPosition | None = None

    def begin() -> Iterator[PaneOutput]:
        return host.follow(follow_output(pane, lines, position))

    def tell(error: HostError) -> None:
        complain(f"{error.failure.cause}; connecting again for up to {AWAY / 60:g} min")

    for new in follow_reconnecting(host, AWAY, tell, begin):
        position = new.position or position
        if new.resumed:
            complain(f"connected again; {RESUMED.get(new.resumed, UNSURE)}")
        yield new


UNSURE = "its scrollback has changed too much to tell whether lines are missing or come twice"
RESUMED = {"sure": "no line is missing or comes twice", "unsure": UNSURE}
"""The report about a pane that is followed again after its connection was lost."""


def _pattern(text: str) -> Pattern[str]:
    import re

    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(f"invalid regular expression `{text}`: {error}") from error


def _print_new(options: Options, output: Output, new: PaneOutput, until: Pattern[str] | None) -> bool:
    """Print new lines; return whether one of them matches."""
    if new.lost:
        output.complain("lines were lost: they came faster than the scrollback could keep them")
    for line in map(clean, new.lines):
        output.print_at_once(f"{_now(new.clock)} {line}" if options.timestamps else line)
        if until and until.search(line):
            return True
    if until and new.partial and until.search(clean(new.partial)):
        output.print_at_once(clean(new.partial))
        return True
    return False

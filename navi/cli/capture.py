"""The verbs capture and tail."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from navi.cli.output import UsageError, complain, print_json
from navi.core import exits
from navi.core.text import clean, clean_lines, decode, utc
from navi.ops import OperationError
from navi.ops.pane import Told, follow, text

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from re import Pattern

    from navi.cli.context import Machines


def run_capture(options: Namespace, machines: Machines) -> int:
    """Write what a pane shows, and its scrollback, to standard output or a file."""
    host, pane = machines.pane(options)
    start = "-" if options.start is None else str(options.start)
    data = host.run(text(pane, start, options.no_strip))
    lines = _lines(data, raw=options.no_strip)
    if options.lines is not None:
        lines = lines[-options.lines :] if options.lines else []
    if options.json:
        document = {"address": options.address or options.target, "time": _now(), "lines": lines}
        _write(options.output, lambda: print_json(document))
        return exits.OK
    stamp = f"{_now()} " if options.timestamps else ""
    _write(options.output, lambda: [print(f"{stamp}{line}") for line in lines])
    return exits.OK


def _lines(data: bytes, raw: bool) -> list[str]:
    """The lines without the empty ones at the end; cleaned unless they are wanted as they are."""
    whole = os.fsdecode(data) if raw else decode(data)
    lines = [line.rstrip() for line in (whole.split("\n") if raw else clean_lines(whole))]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _write(path: str | None, put: Callable[[], object]) -> None:
    """Print to standard output or into a file, which is replaced whole."""
    sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    if path is None:
        put()
        return
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name}.{os.getpid()}")
    standard = sys.stdout
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", errors="surrogateescape") as file:
            sys.stdout = file
            put()
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(beside)
        raise OperationError(f"{path} can't be written: {error.strerror}") from error
    finally:
        sys.stdout = standard


def _now(clock: float | None = None) -> str:
    return utc(clock or time.time())


def run_tail(options: Namespace, machines: Machines) -> int:
    """Write the last lines of a pane, and go on with what comes."""
    host, pane = machines.pane(options)
    if not options.follow and options.until is None:
        lines = _lines(host.run(text(pane)), raw=False)
        for line in lines[len(lines) - options.lines if options.lines < len(lines) else 0 :]:
            print(f"{_now()} {line}" if options.timestamps else line)
        return exits.OK
    until = _pattern(options.until) if options.until is not None else None
    told = Told()
    for told in host.follow(follow(pane, options.lines)):
        if _tell_lines(options, told, until):
            return exits.OK
    complain(f"{options.address or options.target}: {told.ended or 'it has ended'}")
    return exits.NO if until else exits.OK


def _pattern(text: str) -> Pattern[str]:
    import re

    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(f"`{text}` is no regular expression: {error}") from error


def _tell_lines(options: Namespace, told: Told, until: Pattern[str] | None) -> bool:
    """Print the lines that came; return whether the one that ends it is among them."""
    if told.lost:
        complain("lines were lost: they came faster than its history is long")
    for line in map(clean, told.lines):
        print(f"{_now(told.clock)} {line}" if options.timestamps else line, flush=True)
        if until and until.search(line):
            return True
    if until and told.partial and until.search(clean(told.partial)):
        print(clean(told.partial), flush=True)
        return True
    return False

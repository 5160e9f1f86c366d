"""The output of a verb: results, JSON, and what went wrong."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from io import TextIOWrapper
from typing import TYPE_CHECKING, TypeVar

from navi.cli.encoding import stream_encoding
from navi.core import exits
from navi.core.text import clean, escape, escape_json, is_utf8_locale
from navi.hosts.base import HostError
from navi.ops import OperationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, TextIO

T = TypeVar("T")

RequestError = HostError | OperationError
"""The exceptions of a failed request to a host."""


class UsageError(Exception):
    """The command line asks for something impossible; the text says what, and what to type."""


class Output:
    """Where a verb writes: results to `stdout`, and what went wrong to `stderr`. Threads may share it.

    Nothing that it writes can act on a terminal: characters that could are written as escapes. It writes within the
    context that `alone` returns, so that nothing else is on the line.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, ascii_json: bool = False) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self.alone: Callable[[], AbstractContextManager[None]] = nullcontext
        self._ascii_json = ascii_json or _is_not_utf8(stdout)

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads standard output."""
        return self.stdout.isatty()

    def print(self, text: str = "", end: str = "\n") -> None:
        """Write text to standard output."""
        with self.alone():
            self.stdout.write(escape(text) + end)

    def print_at_once(self, text: str) -> None:
        """Write a line to standard output without delay."""
        with self.alone():
            self.stdout.write(f"{escape(text)}\n")
            self.stdout.flush()

    def print_as_it_is(self, text: str) -> None:
        """Write a line with navi's own colours, or whose escape sequences the user asked for, to standard output."""
        with self.alone():
            self.stdout.write(f"{text}\n")

    def write(self, data: bytes) -> None:
        """Write bytes to standard output."""
        self.stdout.flush()
        self.stdout.buffer.write(data)

    def print_json(self, document: object, indent: int | None = None) -> None:
        """Write one document to standard output; where a person reads it, on several lines."""
        import json

        indent = 2 if self.is_terminal else indent
        self.print_json_text(json.dumps(document, ensure_ascii=self._ascii_json, indent=indent))

    def print_json_text(self, text: str) -> None:
        """Write one document that is JSON already to standard output."""
        self.stdout.write(f"{escape_json(text)}\n")

    def complain(self, words: str) -> None:
        """Write to standard error what went wrong."""
        self.note(f"navi: {clean(words)}")

    def show_screen(self, error: RequestError) -> None:
        """Write to standard error what a pane showed, if that explains a failure."""
        if isinstance(error, OperationError):
            for line in error.screen[-20:]:
                self.note(f"  | {line}")

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        with self.alone():
            self.stderr.write(f"{escape(text)}\n")


def _is_not_utf8(stream: TextIO) -> bool:
    """Return whether a stream has an encoding that is not UTF-8."""
    encoding: str | None = getattr(stream, "encoding", None)
    return encoding is not None and encoding.lower().replace("-", "") != "utf8"


def standard_output() -> Output:
    """Return the output of this process. What the encoding of a stream lacks is written as escapes."""
    encoding = stream_encoding()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    return Output(sys.stdout, sys.stderr, ascii_json=not is_utf8_locale(os.environ))


def reason_and_status(error: UsageError | HostError | OperationError) -> tuple[str, int]:
    """Return what went wrong, and the exit status for it."""
    if isinstance(error, HostError):
        return f"{error.failure.cause}; {error.failure.remedy_in_verbs}", exits.of_failure(error.failure)
    return str(error), error.status if isinstance(error, OperationError) else exits.WRONG_USAGE


def attempt(output: Output, about: object, do: Callable[[], T], show: Callable[[T], None]) -> int:
    """Do one thing and show the result, or complain; return the exit status."""
    try:
        show(do())
    except (HostError, OperationError) as error:
        words, status = reason_and_status(error)
        output.complain(with_address(about, words, status))
        output.show_screen(error)
        return status
    return exits.OK


def with_address(about: object, words: str, status: int) -> str:
    """Return the complaint with the address of the session, unless it names the session already."""
    return words if status == exits.NO_SESSION and words.startswith("no session named ") else f"{about}: {words}"


def print_results(
    output: Output, results: Sequence[tuple[object, Any]], as_json: bool, words: Callable[[object, Any], str]
) -> int:
    """Print the result for each thing; return the exit status of the first failure."""
    status = exits.OK
    document = []
    for thing, answer in results:
        if isinstance(answer, RequestError):
            cause, code = reason_and_status(answer)
            status = status or code
            document.append({"address": str(thing), "error": cause, "status": code})
            if not as_json:
                output.complain(with_address(thing, cause, code))
        else:
            document.append({"address": str(thing), "error": None, "status": exits.OK})
            if not as_json:
                output.print(clean(words(thing, answer)))
    if as_json:
        output.print_json(document)
    return status

"""The output of a verb: results, JSON, and what went wrong."""

from __future__ import annotations

from io import TextIOWrapper
from typing import TYPE_CHECKING, TypeVar

from navi.core import exits
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TextIO

T = TypeVar("T")

Failed = HostError | OperationError
"""How a request to a host fails."""


class UsageError(Exception):
    """The command line asks for something impossible; the text says what, and what to type."""


class Output:
    """Where a verb writes: results to `stdout`, and what went wrong to `stderr`. Threads may share it."""

    def __init__(self, stdout: TextIO, stderr: TextIO) -> None:
        self.stdout = stdout
        self.stderr = stderr

    def print(self, text: str = "", end: str = "\n") -> None:
        """Write text to standard output."""
        self.stdout.write(text + end)

    def print_at_once(self, text: str) -> None:
        """Write a line to standard output that a reader must not wait for."""
        self.print(text)
        self.stdout.flush()

    def write(self, data: bytes) -> None:
        """Write bytes to standard output."""
        self.stdout.flush()
        self.stdout.buffer.write(data)

    def let_bytes_through(self) -> None:
        """Let characters that stand for bytes (surrogates) leave as those bytes."""
        if isinstance(self.stdout, TextIOWrapper):
            self.stdout.reconfigure(errors="surrogateescape")

    def print_json(self, document: object) -> None:
        """Write one document to standard output."""
        import json

        self.print(json.dumps(document, ensure_ascii=False, indent=2 if self.stdout.isatty() else None))

    def complain(self, words: str) -> None:
        """Write to standard error what went wrong."""
        self.note(f"navi: {clean(words)}")

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        self.stderr.write(f"{text}\n")


def why(error: UsageError | HostError | OperationError) -> tuple[str, int]:
    """Return what went wrong, and the exit status for it."""
    if isinstance(error, HostError):
        return f"{error.failure.cause}; {error.failure.remedy}", exits.of_failure(error.failure)
    return str(error), error.status if isinstance(error, OperationError) else exits.WRONG_USAGE


def attempt(output: Output, about: object, do: Callable[[], T], show: Callable[[T], None]) -> int:
    """Do one thing and show the result, or complain; return the exit status."""
    try:
        show(do())
    except (HostError, OperationError) as error:
        words, status = why(error)
        output.complain(f"{about}: {words}")
        return status
    return exits.OK


def print_results(
    output: Output, results: Sequence[tuple[object, Any]], as_json: bool, words: Callable[[object, Any], str]
) -> int:
    """Print the result for each thing; return the exit status of the first failure."""
    status = exits.OK
    document = []
    for thing, answer in results:
        if isinstance(answer, Failed):
            cause, code = why(answer)
            status = status or code
            document.append({"address": str(thing), "error": cause, "status": code})
            if not as_json:
                output.complain(f"{thing}: {cause}")
        else:
            document.append({"address": str(thing), "error": None, "status": exits.OK})
            if not as_json:
                output.print(clean(words(thing, answer)))
    if as_json:
        output.print_json(document)
    return status

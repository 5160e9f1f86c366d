"""What a verb says: results, JSON, and what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from navi.core import exits
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError

T = TypeVar("T")


class UsageError(Exception):
    """The command line asks for something that can't be; the text says what and what to type."""


def complain(words: str) -> None:
    """Say on standard error what is wrong."""
    print(f"navi: {clean(words)}", file=sys.stderr)


def print_json(document: object) -> None:
    """Write one document on standard output."""
    import json

    print(json.dumps(document, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def why(error: HostError | OperationError) -> tuple[str, int]:
    """Return what went wrong, in words, and the exit status that stands for it."""
    if isinstance(error, HostError):
        return f"{error.failure.cause}; {error.failure.remedy}", exits.of_failure(error.failure)
    return str(error), error.status


def attempt(about: object, do: Callable[[], T], told: Callable[[T], None]) -> int:
    """Do one thing and tell it, or what went wrong; return the exit status."""
    try:
        told(do())
    except (HostError, OperationError) as error:
        words, status = why(error)
        complain(f"{about}: {words}")
        return status
    return exits.OK


def tell(results: Sequence[tuple[object, Any]], as_json: bool, words: Callable[[object, Any], str]) -> int:
    """Print the result for each thing; return the exit status: that of the first failure."""
    status = exits.OK
    document = []
    for thing, answer in results:
        if isinstance(answer, HostError | OperationError):
            said, code = why(answer)
            status = status or code
            document.append({"address": str(thing), "error": said, "status": code})
            if not as_json:
                complain(f"{thing}: {said}")
        else:
            document.append({"address": str(thing), "error": None, "status": exits.OK})
            if not as_json:
                print(clean(words(thing, answer)))
    if as_json:
        print_json(document)
    return status

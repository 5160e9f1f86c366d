"""What an operation is, and what a host answers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")

SCRIPTS = Path(__file__).parent.parent / "sh"


class OperationError(Exception):
    """The operation was carried out and failed; the text says what is wrong and what to do.

    `status` is the exit status that stands for it (sysexits(3), see navi(1)).
    """

    def __init__(self, words: str, status: int = 1) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True, slots=True)
class Record:
    """A part of an answer: a header line `TOKEN kind rest` and the bytes up to the next header."""

    kind: str
    rest: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a script said: its exit status, its output, its errors, and the token that begins its records."""

    status: int
    output: bytes
    errors: str = ""
    token: str = ""

    def records(self) -> Iterator[Record]:
        """Split the output into records. What stands before the first header is dropped."""
        header = f"{self.token} ".encode()
        for part in (b"\n" + self.output).split(b"\n" + header)[1:]:
            line, _, body = part.partition(b"\n")
            kind, _, rest = line.decode("utf-8", "surrogateescape").partition(" ")
            yield Record(kind, rest, body)


@dataclass(frozen=True, slots=True)
class Operation(Generic[T]):
    """A question with one answer. `parse` raises OperationError when the answer is a "no".

    `time_limit` is in seconds; the script must keep its own, shorter one at the far end where it waits for anything.
    """

    name: str
    script: str
    arguments: tuple[str, ...]
    parse: Callable[[Answer], T]
    time_limit: float = 30.0


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """A script that goes on answering. `reader` makes a parser that may remember earlier answers.

    It must give a sign of life at least every `silence` seconds. A line sent to it wakes it up.
    """

    name: str
    script: str
    arguments: tuple[str, ...]
    reader: Callable[[], Callable[[Answer], T]]
    silence: float = 15.0


@cache
def script(*names: str) -> str:
    """Return the scripts of navi/sh of these names, one after the other, as one text."""
    return "".join((SCRIPTS / f"{name}.sh").read_text("utf-8") for name in names)

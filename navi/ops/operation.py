"""What an operation is, and what a host answers to it."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from navi.core.text import clean, decode

if TYPE_CHECKING:
    from navi.ops.outcome import Outcomes

T = TypeVar("T")


class OperationError(Exception):
    """The operation was carried out and failed; the text says what is wrong and what to do.

    `status` is the exit status for it (sysexits(3), see navi(1)), `screen` what the pane showed, if that helps.
    """

    def __init__(self, words: str, status: int = 1, screen: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.status = status
        self.screen = tuple(screen)


class Record(NamedTuple):
    """A part of an answer: a header line `TOKEN kind rest` and the bytes up to the next header."""

    kind: str
    rest: str
    body: bytes = b""

    def fields(self) -> dict[str, str]:
        """Return the words NAME=VALUE of the header by name."""
        words = (word.partition("=") for word in self.rest.split(" "))
        return {name: value for name, _, value in words}


class Answer(NamedTuple):
    """What a script answered: its exit status, output and errors, and the token that begins its records."""

    status: int
    output: bytes
    errors: str = ""
    token: str = ""

    def records(self) -> Iterator[Record]:
        """Split the output into records. Output before the first header is dropped."""
        header = f"{self.token} ".encode()
        for part in (b"\n" + self.output).split(b"\n" + header)[1:]:
            line, _, body = part.partition(b"\n")
            kind, _, rest = line.decode("utf-8", "surrogateescape").partition(" ")
            yield Record(kind, rest, body)


class HostSetting(Enum):
    """An argument that the host fills in when it runs an operation: SESSIONS_DIR is where its status files are; CLEANUP
    is `yes` where status files of ended sessions may be removed, else `no`; AGENTS is what scripts need to know about
    agents (navi.ops.look.agents).
    """

    SESSIONS_DIR = "sessions_dir"
    CLEANUP = "cleanup"
    AGENTS = "agents"


class HostSettings(NamedTuple):
    """The parts of a host's configuration that its operations need. `agents` is the text, or a function that returns
    it, because few operations need it and it takes long to build.
    """

    sessions_dir: str
    cleanup: bool
    agents: "str | Callable[[], str]" = ""

    def bind(self, argument: "str | HostSetting") -> str:
        """Return the word that an argument means on this host."""
        if argument is HostSetting.SESSIONS_DIR:
            return self.sessions_dir
        if argument is HostSetting.CLEANUP:
            return "yes" if self.cleanup else "no"
        if argument is HostSetting.AGENTS:
            return self.agents if isinstance(self.agents, str) else self.agents()
        return argument


class Operation(NamedTuple, Generic[T]):
    """A request with one answer. `parse` raises OperationError when the answer is a "no".

    `time_limit` is in seconds; a script that waits for anything has its own, shorter limit on the host. `waits` is the
    part of `time_limit` that a person asked to wait; the configuration of a host does not shorten it. An operation that
    changes something has `outcomes`, which tell from a later look whether the host carried it out. (Most verbs need not
    import their module.) One that `reads` changes nothing, so a verb repeats it once if the connection is lost.
    """

    name: str
    script: str
    arguments: tuple[str | HostSetting, ...]
    parse: Callable[[Answer], T]
    time_limit: float = 30.0
    outcomes: "Outcomes[T] | None" = None
    waits: float = 0.0
    reads: bool = False

    def report(self, address: str, answer: T) -> str:
        """Return a sentence that tells a person what the operation has done to a session."""
        return clean(self.outcomes.report(address, answer)) if self.outcomes else f"{self.name} is done"


class Stream(NamedTuple, Generic[T]):
    """A script that keeps answering. `reader` makes a parser that may remember earlier answers.

    It must send a heartbeat at least every `silence` seconds. A line sent to it wakes it.
    """

    name: str
    script: str
    arguments: tuple[str | HostSetting, ...]
    reader: Callable[[], Callable[[Answer], T]]
    silence: float = 15.0


class Interactive(NamedTuple):
    """A command that needs a terminal: its command line on the machine that runs it, the program first."""

    argv: tuple[str, ...]


def read_records(answer: Answer) -> list[Record]:
    """Return the records of an operation that was carried out. Raise OperationError with its own words if not."""
    if answer.status != 0:
        words = clean(answer.errors or decode(answer.output)).strip() or "it failed without an error message"
        raise OperationError(words[:300], answer.status)
    return list(answer.records())


def read_nothing(answer: Answer) -> None:
    """Read the answer of an operation that returns nothing. Raise OperationError if it was not carried out."""
    read_records(answer)


def number(text: str) -> int:
    """Return a number of at most 15 digits, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0

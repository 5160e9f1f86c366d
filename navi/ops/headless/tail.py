"""Following what agents without a terminal print: one stream for all of a host.

The stream sends whole lines of each run, up to the last line end that has arrived, with the offset of the byte after
them: a stream that begins there misses nothing and repeats nothing. Its answers:
    place FOLDER           the beginning of the names that follow
    missing INDEX SIZE STATE [EXIT]   its log is not there, or shorter than the offset; STATE is that of the run, or
                           `away`; EXIT is how its agent ended, where that is known
    part INDEX OFFSET      the body is a part of the log, from the offset on
    from INDEX OFFSET      from there on the log comes in pieces
    ended INDEX EXIT       its agent had ended when the stream began
    piece                  the body is a part of what tail(1) prints of several files
    sizes                  the body is what ls(1) prints after that of `.`, of the folders of runs, and of their logs
    failed WORDS

In a piece, a name precedes the bytes of a file: `INDEX` for a log, `INDEXe` for the events of the run, `terminals` for
what the host noted of agents in terminals (navi/sh/headless/conversations.sh). That comes from its beginning each time.

A log can become shorter at any time: people free space. tail(1) then begins again at its first byte, so no byte counts
that lies behind the size that the log has after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from navi.core.conversations import CONVERSATION_ID
from navi.core.text import clean
from navi.ops.headless.runs import SESSION, Exit, RunId, RunState, read_exit
from navi.ops.linker import link
from navi.ops.operation import Answer, HostSetting, OperationError, Stream, number, read_records

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes of a line that are kept; what follows them is dropped, up to the line end."""

LONGEST_EVENTS = 1024 * 1024
"""Bytes of the notes about terminals that are read at once."""

FULL_PIECE = 65536
"""Bytes of a piece that may have been cut anywhere."""


class Position(NamedTuple):
    """From where to follow a run: a byte of its log."""

    id: RunId
    offset: int = 0


class LogLines(NamedTuple):
    """Whole lines of a run's log, with their line ends: the bytes from `offset` up to `end`.

    They are as the agent wrote them; only a line of more than LONGEST_LINE bytes lacks its rest.
    """

    id: RunId
    offset: int
    end: int
    data: bytes


class UnfinishedLine(NamedTuple):
    """The last line of a run whose agent ended before it wrote the line end: the bytes from `offset` up to `end`."""

    id: RunId
    offset: int
    end: int
    data: bytes


class InputsFed(NamedTuple):
    """A run's agent was handed all inputs up to this one."""

    id: RunId
    number: int


class RunEnded(NamedTuple):
    """The agent of a run has ended, and the whole log that exists has arrived; `missing` bytes of it are gone."""

    id: RunId
    exit: Exit
    missing: int = 0


class RunLost(NamedTuple):
    """No process of a run is left, and it is unknown how its agent ended. Its log had `size` bytes, and all that exists
    of it has arrived; `missing` bytes are gone. `restarted` says whether the host was started again since.
    """

    id: RunId
    size: int
    restarted: bool = False
    missing: int = 0


class LogMissing(NamedTuple):
    """The log of a run can't be followed: it does not exist, or has only `size` bytes, which is less than the offset.
    `state` is the state of the run, as in RunState, or AWAY if its files do not exist, so that nothing is known. `exit`
    is how its agent ended, None if that is not known.
    """

    id: RunId
    size: int
    state: str = ""
    exit: Exit | None = None

    @property
    def over(self) -> bool:
        """Whether it is proven that its agent does not run."""
        return self.state in (RunState.ENDED, RunState.LOST, RunState.UNSTARTED)


class LogCut(NamedTuple):
    """The log of a run has become shorter than the part of it that has arrived, or its folder is gone. This stream
    sends nothing more of it. The next stream says what is left.
    """

    id: RunId


class LogFound(NamedTuple):
    """The log of a run exists, and is followed from now on."""

    id: RunId


AWAY = "away"


class TerminalOpened(NamedTuple):
    """An agent in a terminal has a conversation that navi knows; `name` is its tmux session, "" if it is not known."""

    conversation: str
    name: str = ""


class TerminalLeft(NamedTuple):
    """The agent in a terminal that had a conversation has ended."""

    conversation: str


class FeedbackDelivered(NamedTuple):
    """The agent in a terminal with this conversation got the feedback with this number."""

    conversation: str
    number: int


News = (
    LogLines | UnfinishedLine | InputsFed | RunEnded | RunLost | LogMissing | LogCut | LogFound
    | TerminalOpened | TerminalLeft | FeedbackDelivered
)  # fmt: skip


def tail(positions: Sequence[Position]) -> Stream[tuple[News, ...]]:
    """Return the stream that follows these runs. The stream may end by itself at any time: then open it again from the
    last offsets.

    Every few seconds it sends an empty answer. Its reader raises OperationError where it can't begin.
    """
    arguments: list[str | HostSetting] = [HostSetting.SESSIONS_DIR]
    for id, offset in positions:
        if not SESSION.fullmatch(id.session) or id.generation < 1 or offset < 0:
            raise OperationError(f"invalid id of a headless session: {clean(id.session)[:70]!r}")
        arguments += [id.session, str(id.generation), str(offset)]
    arguments.insert(0, link("headless/tail"))
    return Stream("tail", link("look/start_watch"), tuple(arguments), lambda: TailReader(positions), silence=40)


class LineCutter:
    """Cuts a log into whole lines. Its bytes come in parts, which may overlap."""

    def __init__(self, id: RunId, offset: int) -> None:
        self.id = id
        self.next = offset
        """The offset of the next byte that is wanted."""
        self._offset = offset
        self._parts: list[bytes] = []
        self._kept = 0

    def feed(self, offset: int, data: bytes) -> Iterator[LogLines]:
        """Take the bytes from an offset on; yield the lines that they complete.

        Raise ValueError where bytes before them are missing.
        """
        if offset > self.next:
            raise ValueError(f"the log goes on at byte {offset} in place of {self.next}")
        data = data[self.next - offset :]
        self.next += len(data)
        cut = data.rfind(b"\n") + 1
        if cut:
            yield from self._complete(data[:cut], self.next - len(data) + cut)
        self._keep(data[cut:])

    def _complete(self, data: bytes, end: int) -> Iterator[LogLines]:
        """Yield the kept bytes with those that complete them. A line that is too long comes alone."""
        first = data.find(b"\n") + 1
        if self._kept + first > LONGEST_LINE + 1:
            self._keep(data[: first - 1])
            data, middle = data[first:], end - len(data) + first
            yield self._take(b"\n", middle)
        if data:
            yield self._take(data, end)

    def _take(self, data: bytes, end: int) -> LogLines:
        lines = LogLines(self.id, self._offset, end, b"".join((*self._parts, data)))
        self._offset, self._parts, self._kept = end, [], 0
        return lines

    def rest(self) -> Iterator[UnfinishedLine]:
        """Yield the kept bytes, if there are any, as a line that will never get a line end."""
        if self.next > self._offset:
            yield UnfinishedLine(self.id, self._offset, self.next, b"".join(self._parts))
            self._offset, self._parts, self._kept = self.next, [], 0

    def _keep(self, data: bytes) -> None:
        data = data[: LONGEST_LINE - self._kept]
        if data:
            self._parts.append(data)
            self._kept += len(data)


class PieceReader:
    """Separates the files in the output of a tail(1) that follows several.

    The name of a file follows a line end that belongs to no file. A piece that ends with a line end may have been cut
    between the two, but only at the beginning, and if the piece is full: otherwise tail writes them at once.
    """

    def __init__(self, place: str) -> None:
        self._mark = f"\n==> {place}/".encode("utf-8", "surrogateescape")
        self._name = ""
        self._rest = b"\n"  # no line end precedes the first name
        self._settled = False

    def feed(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Take a piece; yield the name of a file and bytes of it, in their order."""
        full = len(data) >= FULL_PIECE
        data, self._rest = self._rest + data, b""
        while (at := data.find(self._mark)) >= 0:
            end = data.find(b" <==\n", at)
            if end < 0:
                break
            yield from self._named(data[:at])
            self._name = data[at + len(self._mark) : end].decode("ascii", "replace")
            self._settled = self._settled or self._name == "last"
            data = data[end + 5 :]
        kept = len(data) - at if at >= 0 else self._unsure(data, full)
        self._rest = data[len(data) - kept :]
        yield from self._named(data[: len(data) - kept])

    def _named(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        if data and self._name:
            yield self._name, data

    def _unsure(self, data: bytes, full: bool) -> int:
        """Return how many bytes at the end can be the beginning of a mark."""
        for count in range(min(len(self._mark), len(data)), 0, -1):
            if data.endswith(self._mark[:count]):
                return count if count > 1 or full or not self._settled else 0
        return 0


class TailReader:
    """The parser of a stream's answers."""

    def __init__(self, positions: Sequence[Position]) -> None:
        self._logs = [LineCutter(*position) for position in positions]
        self._events = [b"" for _ in positions]
        self._ends: dict[int, RunEnded | RunLost] = {}
        self._followed: set[int] = set()
        self._cut: set[int] = set()
        self._sizes: dict[int, int | None] | None = None
        self._pieces = PieceReader("")
        self._terminals = b""

    def __call__(self, answer: Answer) -> tuple[News, ...]:
        """Return the news of an answer. Raise OperationError if the stream can't begin, ValueError if it is invalid."""
        records = read_records(answer)
        self._sizes = next((self._read_sizes(record.body) for record in records if record.kind == "sizes"), None)
        return tuple(news for record in records for news in self._read(record.kind, record.rest, record.body))

    def _read(self, kind: str, rest: str, body: bytes) -> Iterator[News]:
        index, _, size = rest.partition(" ")
        if kind == "place":
            self._pieces = PieceReader(rest)
        elif kind == "missing":
            size, state, *how = [*size.split(), ""][:5]
            yield LogMissing(self._logs[number(index)].id, number(size), clean(state)[:20], read_exit(how))
        elif kind == "part":
            yield from self._logs[number(index)].feed(number(size), body)
        elif kind == "from":
            if self._logs[number(index)].next != number(size):
                raise ValueError(f"the log goes on at byte {number(size)}")
            self._followed.add(number(index))
            yield LogFound(self._logs[number(index)].id)
        elif kind == "ended":
            self._note_end(number(index), read_exit(size.split()))
        elif kind == "piece":
            for name, data in self._pieces.feed(body):
                yield from self._file(name, data)
            yield from self._ended()
            yield from self._cut_logs()
            yield from self._in_terminals()
        elif kind == "failed":
            raise OperationError(clean(rest))

    def _in_terminals(self) -> Iterator[News]:
        """Yield what the complete lines about terminals report: each delivery of feedback, and for each conversation
        only its last state.
        """
        *lines, self._terminals = self._terminals[-LONGEST_EVENTS:].split(b"\n")
        found = [_terminal(line.decode("utf-8", "replace")) for line in lines]
        last = {one.conversation: one for one in found if isinstance(one, TerminalOpened | TerminalLeft)}
        yield from (one for one in found if isinstance(one, FeedbackDelivered))
        yield from last.values()

    def _file(self, name: str, data: bytes) -> Iterator[News]:
        if name == "terminals":
            self._terminals += data
            return
        found = re.fullmatch(r"(\d{1,6})(e?)", name, re.ASCII)
        if not found:
            return
        index = int(found[1])
        if index not in self._followed:
            return
        if found[2]:
            yield from self._event_lines(index, data)
        elif index in self._cut or self._is_beyond(index, self._logs[index].next + len(data)):
            self._cut.add(index)
        else:
            yield from self._logs[index].feed(self._logs[index].next, data)

    def _read_sizes(self, body: bytes) -> dict[int, int | None] | None:
        """Return the sizes of logs, by the indexes of their runs, for all whose folders are there; None for a log that
        is not there. Return None where nothing was printed, so that nothing is known.
        """
        lines = [line.split() for line in body.decode("utf-8", "replace").splitlines()]
        found = {words[-1]: number(words[4]) for words in lines if len(words) > 5}
        if "." not in found:
            return None
        names = {index: f"{log.id.session}/{log.id.generation}" for index, log in enumerate(self._logs)}
        return {index: found.get(f"{name}/log") for index, name in names.items() if name in found}

    def _is_beyond(self, index: int, offset: int) -> bool:
        """Return whether a log is known to have fewer bytes than the offset. One that is empty or gone does not count:
        its bytes were read before that, and come only once.
        """
        return 0 < ((self._sizes or {}).get(index) or 0) < offset

    def _cut_logs(self) -> Iterator[News]:
        """Yield, once each, the logs that are now shorter than the part that has arrived, or whose folders are gone."""
        if self._sizes is None:
            return
        for index in sorted(self._followed):
            size = self._sizes.get(index, -1)
            if index in self._cut or (size is not None and size < self._logs[index].next):
                self._followed.discard(index)
                yield LogCut(self._logs[index].id)

    def _event_lines(self, index: int, data: bytes) -> Iterator[News]:
        *lines, self._events[index] = (self._events[index] + data[-4096:]).split(b"\n")
        for line in lines:
            kind, *words = line.decode("ascii", "replace").split()
            if kind == "exit":
                self._note_end(index, read_exit(words))
            elif kind == "lost" and len(words) == 2:
                self._ends[index] = RunLost(self._logs[index].id, number(words[0]), words[1] == "restart")
        fed = [line for line in lines if line.startswith(b"fed ")]
        if fed:
            yield InputsFed(self._logs[index].id, number(fed[-1][4:].decode("ascii", "replace")))

    def _note_end(self, index: int, exit: Exit | None) -> None:
        if exit and index in self._followed:
            self._ends[index] = RunEnded(self._logs[index].id, exit)

    def _ended(self) -> Iterator[News]:
        """Yield the ends of those agents whose whole remaining log has arrived. A last line without a line end comes
        first.
        """
        for index, found in list(self._ends.items()):
            size = found.size if isinstance(found, RunLost) else found.exit.size
            came = self._logs[index].next
            if came >= size or (self._sizes is not None and came >= (self._sizes.get(index) or 0)):
                del self._ends[index]
                self._followed.discard(index)
                yield from self._logs[index].rest()
                yield found._replace(missing=max(0, size - came))


def _terminal(line: str) -> TerminalOpened | TerminalLeft | FeedbackDelivered | None:
    """Read a line of the notes about agents in terminals; None for one that makes no sense."""
    kind, _, rest = line.partition(" ")
    conversation, _, rest = rest.partition(" ")
    if not CONVERSATION_ID.fullmatch(conversation):
        return None
    if kind == "delivered" and re.fullmatch(r"\d{1,15}", rest, re.ASCII):
        return FeedbackDelivered(conversation, number(rest))
    if kind == "opened":
        return TerminalOpened(conversation, clean(rest)[:200])
    return TerminalLeft(conversation) if kind == "left" else None

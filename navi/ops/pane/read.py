"""Waiting for a text in a pane, reading the pane, and following its output (scripts pane/wait, pane/text, pane/tail).
"""

from typing import NamedTuple

from navi.core.address import Named
from navi.core.text import clean, decode
from navi.ops.linker import link
from navi.ops.operation import Answer, Operation, Record, Stream, read_records
from navi.ops.pane.find import MARGIN, pane_arguments, read_by_kind, read_ending, sleep_argument


class ExpectedText(NamedTuple):
    """A text to wait for, up to `seconds`: a pattern of grep -E, or a `fixed` text. `send` takes the pattern "" for the
    end of the agent's turn.
    """

    pattern: str
    fixed: bool = False
    seconds: float = 15.0


def wait_for_text(pane: Named, expected: ExpectedText, lines: int | None = None, touch: bool = False) -> Operation[str]:
    """Return the operation that waits for a matching line on a pane's screen or in the last `lines` of its scrollback
    (None: all of it). The answer is the line.

    With `touch` the registry notes a use of the session. Raise NotSeen when time is up, and OperationError if the pane
    dies or the session ends before.
    """
    awaited = (expected.pattern, "yes" if expected.fixed else "", sleep_argument(expected.seconds))
    arguments = (*pane_arguments(pane), *awaited, "-" if lines is None else str(lines), "yes" if touch else "")
    limit = expected.seconds + MARGIN
    return Operation("wait", link("pane/wait"), arguments, _read_found, limit, waits=expected.seconds)


class PaneText(NamedTuple):
    """The text of a pane, uncleaned, and how its process ended ("" while the pane lives)."""

    data: bytes
    ending: str = ""


def read_text(pane: Named, start: str = "-", escapes: bool = False, lines: int | None = None) -> Operation[PaneText]:
    """Return the operation that reads a pane's text, byte for byte. It joins wrapped lines and drops empty ones at the
    end.

    `start` is the first line: "-" is the beginning of the scrollback, 0 the top of the screen, and lines above that are
    negative. With `lines` it reads only the end of the text, which has at least so many lines if the pane does. With
    `escapes` the text keeps its colours.
    """
    arguments = (*pane_arguments(pane), start, "yes" if escapes else "", "" if lines is None else str(lines))
    return Operation("capture", link("pane/text"), arguments, _read_text, 3 * MARGIN, reads=True)


class StreamPosition(NamedTuple):
    """The position of a stream in a pane's output, in words for the script that continues there."""

    words: tuple[str, ...]


class PaneOutput(NamedTuple):
    """New output of a pane, uncleaned: whole lines, and in `partial` the line of the cursor.

    `clock` is the host's time (epoch) of the lines. `lost` says that the history has dropped lines before them. `ended`
    says how the pane ended, "" while it lives. `position` is the position after the lines, None if it has not changed.
    In the first answer of a stream that resumes at the position of another, `resumed` is "sure" or "unsure": whether
    certainly no line is missing or repeated.
    """

    lines: tuple[str, ...] = ()
    partial: str | None = None
    clock: float = 0.0
    lost: bool = False
    ended: str = ""
    position: StreamPosition | None = None
    resumed: str = ""


LONGEST_ANCHOR = 65_536
"""Characters of the lines by which a position is found again."""


def follow_output(pane: Named, lines: int, position: StreamPosition | None = None) -> Stream[PaneOutput]:
    """Return the stream of a pane's output, from its last `lines` whole lines on, or from the `position` where another
    stream ended. The reader raises OperationError.
    """
    arguments = (*pane_arguments(pane), str(lines), *(position.words if position else ()))
    return Stream("tail", link("pane/tail"), arguments, lambda: _read_output)


def _read_found(answer: Answer) -> str:
    return clean(read_by_kind(answer).get("found", ""))


def _read_text(answer: Answer) -> PaneText:
    records = read_by_kind(answer)
    data = next((record.body for record in answer.records() if record.kind == "text"), b"")
    return PaneText(data, read_ending(records["ended"]) if "ended" in records else "")


def _read_output(answer: Answer) -> PaneOutput:
    output = PaneOutput()
    for record in read_records(answer):
        if record.kind == "lines":
            lines = tuple(decode(record.body).split("\n"))
            output = output._replace(lines=lines, clock=float(record.rest) if record.rest.isdigit() else 0.0)
        elif record.kind == "partial":
            output = output._replace(partial=decode(record.body).removesuffix("\n"))
        elif record.kind == "lost":
            output = output._replace(lost=True)
        elif record.kind == "dead":
            output = output._replace(ended=f"its pane is dead; {read_ending(record.rest)}")
        elif record.kind == "gone":
            output = output._replace(ended=GONE_MEANWHILE if record.rest else "the session has ended")
        elif record.kind == "resumed":
            output = output._replace(resumed=record.rest)
        elif record.kind == "place":
            output = output._replace(position=_read_position(record))
    return output


GONE_MEANWHILE = "the session has ended meanwhile, or its pane is in another one; what it printed since then is unknown"


def _read_position(record: Record) -> StreamPosition | None:
    words = record.rest.split(" ")
    if len(words) != 7 or not all(word.isascii() and word.isdigit() for word in words[4:]):
        return None
    socket, _, anchor = record.body.decode("utf-8", "surrogateescape").partition("\n")
    while len(anchor) > LONGEST_ANCHOR:
        anchor = anchor.partition("\n")[2]
    return StreamPosition((" ".join(words[:3]), *words[3:], socket, anchor))

"""Lines out of a stream, however it is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.ops import Answer
from navi.ops.headless.runs import Exit, RunId
from navi.ops.headless.tail import (
    LONGEST_LINE,
    InputsFed,
    LineCutter,
    LogCut,
    LogFound,
    LogLines,
    LogMissing,
    News,
    PieceReader,
    Position,
    RunEnded,
    RunLost,
    TailReader,
)

ID = RunId("a")
PLACE = "/home/x y/.headless/.tail.1.navi-token"

LOG = st.lists(st.sampled_from([b"\n", b"a", b"{}", b"\r", b"\x00\xff", b"==> ", b"\n==> ", "\u2028".encode()])).map(
    b"".join
)


def cuts(data: bytes, places: list[int]) -> list[bytes]:
    """Cut data at some places."""
    at = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[one:two] for one, two in pairwise(at)]


@given(data=LOG, places=st.lists(st.integers(0, 10**6)), start=st.integers(0, 10), again=st.integers(0, 5))
def test_no_line_is_lost_or_doubled_however_a_log_is_cut(
    data: bytes, places: list[int], start: int, again: int
) -> None:
    """Parts may overlap, as after a connection that was lost."""
    start = min(start, len(data))
    cutter, found, at = LineCutter(ID, start), list[LogLines](), start
    for part in cuts(data[start:], places):
        early = min(again, at)
        found += cutter.feed(at - early, data[at - early : at] + part)
        at += len(part)
    whole = data[start : data.rfind(b"\n") + 1] if b"\n" in data[start:] else b""
    assert b"".join(lines.data for lines in found) == whole
    assert all(lines.data.endswith(b"\n") and len(lines.data) == lines.end - lines.offset for lines in found)
    assert [lines.offset for lines in found] == [start, *(lines.end for lines in found)][: len(found)]


def test_bytes_that_are_missing_are_no_log() -> None:
    with pytest.raises(ValueError, match="byte 5 in place of 0"):
        list(LineCutter(ID, 0).feed(5, b"x"))


def test_a_line_without_end_keeps_its_beginning_and_those_around_it() -> None:
    cutter = LineCutter(ID, 0)
    found = list(cutter.feed(0, b"one\n"))
    block = b"x" * 2**20
    for number in range(20):
        found += cutter.feed(4 + number * 2**20, block)
    end = 4 + 20 * 2**20
    found += cutter.feed(end, b"y\ntwo\nthree")
    assert [(lines.offset, lines.end) for lines in found] == [(0, 4), (4, end + 2), (end + 2, end + 6)]
    assert [len(lines.data) for lines in found] == [4, LONGEST_LINE + 1, 4]
    assert found[2].data == b"two\n"


# ---- what tail prints of several files

PARTS = st.lists(st.tuples(st.sampled_from(["0", "1", "0e", "heartbeat"]), LOG))


def printed(parts: list[tuple[str, bytes]]) -> list[bytes]:
    """Return what tail writes, in its own pieces: a name goes with the bytes behind it."""
    written, before = [b"==> %s/heartbeat <==\n\n==> %s/last <==\n" % (PLACE.encode(), PLACE.encode())], "last"
    for name, data in parts:
        if data:
            header = b"\n==> %s/%s <==\n" % (PLACE.encode(), name.encode()) if name != before else b""
            written.append(header + data)
            before = name
    return written


def by_name(reader: PieceReader, pieces: list[bytes]) -> dict[str, bytes]:
    """Return the bytes of each file."""
    found: dict[str, bytes] = {}
    for piece in pieces:
        for name, data in reader.feed(piece):
            found[name] = found.get(name, b"") + data
    return found


@given(parts=PARTS)
def test_bytes_are_attributed_to_their_file_at_once(parts: list[tuple[str, bytes]]) -> None:
    reader, written = PieceReader(PLACE), printed(parts)
    found = by_name(reader, written)
    expected: dict[str, bytes] = {}
    for name, data in parts:
        if data:
            expected[name] = expected.get(name, b"") + data
    kept = {name: data for name, data in expected.items() if found.get(name) != data}
    # Only what looks like the beginning of a name waits.
    assert all(data.startswith(found.get(name, b"")) for name, data in kept.items())
    assert all(data[len(found.get(name, b"")) :] == b"\n==> " for name, data in kept.items())


@given(parts=PARTS, places=st.lists(st.integers(0, 10**6)))
def test_a_full_piece_may_end_anywhere(parts: list[tuple[str, bytes]], places: list[int]) -> None:
    """Beside each full piece, nothing can tell a name from data."""
    filler = b"z" * 65536
    data = b"".join(printed([("1", filler + b"\n"), *parts, ("0", b"end")]))
    whole = by_name(PieceReader(PLACE), [data])
    at = data.index(filler)
    cut = cuts(data[at + len(filler) :], places)
    head = data[: at + len(filler)]
    pieces = [head + cut[0]] if cut else [head]
    reader = PieceReader(PLACE)
    found = by_name(reader, [*pieces, b"".join(cut[1:])])
    assert found == whole


# ---- the answers of a stream


def answer(*records: tuple[str, bytes]) -> Answer:
    """Return an answer with these records."""
    return Answer(0, b"".join(b"tok %s\n%s\n" % (head.encode(), body) for head, body in records), "", "tok")


def test_a_stream_is_read() -> None:
    reader = TailReader([Position(ID, 3), Position(RunId("b"))])

    def news_of(*records: tuple[str, bytes]) -> list[News]:
        return [
            news
            for record in records
            for news in reader(answer(record)._replace(output=b"tok %s\n%s" % (record[0].encode(), record[1])))
        ]

    assert news_of((f"place {PLACE}", b""), ("missing 1 2 lost", b"")) == [LogMissing(RunId("b"), 2, "lost")]
    assert news_of(("part 0 0", b"abcde\nfg")) == [LogLines(ID, 3, 6, b"de\n")]
    begin, *pieces = printed([("0", b"h\n"), ("0e", b"fed 1\nfed 2\nexit 0 12 asked\n"), ("0", b"xy\n")])
    assert news_of(("from 0 8", b""), ("piece", begin)) == [LogFound(ID)]
    assert news_of(("piece", pieces[0])) == [LogLines(ID, 6, 10, b"fgh\n")]
    assert news_of(("piece", pieces[1])) == [InputsFed(ID, 2)]
    assert news_of(("piece", pieces[2])) == [LogLines(ID, 10, 13, b"xy\n"), RunEnded(ID, Exit(0, 12, "asked"))]


def test_a_stream_that_goes_on_elsewhere_is_invalid() -> None:
    with pytest.raises(ValueError, match="byte 8"):
        TailReader([Position(ID, 3)])(answer(("from 0 8", b"")))


# ---- logs that become shorter

FOLDER = b"drwx------ 3 0 0 200 Dec  1 12:00 %s\n"
LOG_FILE = b"-rw------- 1 0 0 %d Dec  1 12:00 a/1/log\n"


def read_pieces(parts: list[tuple[str, bytes]], listed: bytes, offset: int = 0) -> list[News]:
    """Return the news of the pieces of one run, with what ls(1) prints after the last one."""
    reader = TailReader([Position(ID, offset)])
    reader(answer((f"place {PLACE}", b"")))
    reader(answer((f"from 0 {offset}", b"")))
    pieces = printed(parts)
    found = [news for piece in pieces[:-1] for news in reader(answer_of(piece, b""))]
    return [*found, *reader(answer_of(pieces[-1], listed))]


def answer_of(piece: bytes, listed: bytes) -> Answer:
    """Return an answer with a piece, and with what is listed after it."""
    return Answer(0, b"tok piece\n%s\ntok sizes\n%s" % (piece, listed), "", "tok")


HERE = FOLDER % b"." + FOLDER % b"a/1"


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        (HERE + LOG_FILE % 3, [LogLines(ID, 0, 3, b"xy\n")]),
        (HERE + LOG_FILE % 9, [LogLines(ID, 0, 3, b"xy\n")]),
        (HERE + LOG_FILE % 2, [LogCut(ID)]),
        (HERE + LOG_FILE % 0, [LogLines(ID, 0, 3, b"xy\n"), LogCut(ID)]),
        (HERE, [LogLines(ID, 0, 3, b"xy\n")]),
        (FOLDER % b".", [LogLines(ID, 0, 3, b"xy\n"), LogCut(ID)]),
        (b"", [LogLines(ID, 0, 3, b"xy\n")]),
    ],
    ids=["whole", "longer", "shorter", "empty", "unnamed", "removed", "unknown"],
)
def test_what_is_behind_the_end_of_a_log_is_no_part_of_it(listed: bytes, found: list[News]) -> None:
    assert read_pieces([("0", b"xy\n")], listed) == found


@pytest.mark.parametrize(
    ("listed", "missing"),
    [(HERE + LOG_FILE % 3, 4), (HERE, 4), (FOLDER % b".", 4), (HERE + LOG_FILE % 5, None), (b"", None)],
)
@pytest.mark.parametrize("event", [b"exit 0 7 -\n", b"lost 7 lost\n"])
def test_an_end_does_not_wait_for_what_is_not_there(listed: bytes, missing: int | None, event: bytes) -> None:
    *_, last = read_pieces([("0", b"xy\n"), ("0e", event)], listed)
    if missing is None:
        assert isinstance(last, LogLines)
    else:
        assert isinstance(last, RunEnded | RunLost)
        assert last.missing == missing

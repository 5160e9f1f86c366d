"""Frames are put together from records, whatever the far end says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.model import Frame, Tmux
from navi.ops import Answer
from navi.ops.look import Beat, FrameReader, Unwatchable, look, watch

TOKEN = "navi-0123456789abcdef01234567"


def answer(*records: str | bytes) -> Answer:
    """Return an answer of these records: header, then perhaps lines of body."""
    output = b"".join(
        f"{TOKEN} ".encode() + (one if isinstance(one, bytes) else one.encode()) + b"\n" for one in records
    )
    return Answer(0, output, "", TOKEN)


def frame(reader: FrameReader, *records: str | bytes) -> Frame:
    """Read records that must make a frame."""
    told = reader.read(answer(*records))
    assert isinstance(told, Frame)
    return told


def pane(session: str, number: int = 0, dead: int = 0, version: str = "3.4") -> str:
    """Return the record of a pane."""
    fields = [version, dead, 100 + number, "$1", 5, 0, 7, 11, f"%{number}", "", "", "0.0", 99, session]
    return "pane " + "\t".join(map(str, fields))


FIRST = (
    "clock 1700000000 boot-id",
    "system Linux 6.1",
    "files",
    'file api.json\n{"status": "idle"}',
    "odd large huge.json",
    "server ok ",
    pane("api"),
    "command claude",
    "title ✳ x",
    "path /work",
)


def test_a_frame_has_all_that_was_told() -> None:
    found = frame(FrameReader(), *FIRST)
    assert (found.clock, found.boot, found.system) == (1700000000, "boot-id", "Linux 6.1")
    assert [(file.name, file.status, file.problem) for file in found.files] == [
        ("api", "idle", ""),
        ("huge", "", "larger than 64 KiB"),
    ]
    (session,) = found.sessions
    assert (session.name, session.id, session.created, session.server) == ("api", "$1", 5, 99)
    assert (session.pane.command, session.pane.title, session.pane.path) == ("claude", "✳ x", "/work")
    assert (found.tmux, found.proven, found.tmux_version) == (Tmux.OK, True, "3.4")


def test_a_later_frame_builds_on_what_was_told_before() -> None:
    reader = FrameReader()
    first = frame(reader, *FIRST)
    second = frame(reader, "clock 1700000001 boot-id", "files", "same api.json", 'file new.json\n{"status": "done"}')
    assert [(file.name, file.status) for file in second.files] == [("api", "idle"), ("new", "done")]
    assert second.files[0] is first.files[0]
    assert second.sessions == first.sessions
    third = frame(reader, "clock 1700000002 boot-id", "server none ")
    assert (third.sessions, third.tmux, third.files) == ((), Tmux.NONE, second.files)


def test_a_sign_of_life_is_no_frame_and_a_clean_up_is_one() -> None:
    reader = FrameReader()
    frame(reader, *FIRST)
    assert reader.read(answer("clock 1700000009 b")) == Beat(1700000009)
    cleaned = frame(reader, "clock 1700000010 b", "cleaned api")
    assert cleaned.cleaned == ("api",)
    assert frame(reader, "clock 1700000011 b", "files").cleaned == ()


def test_a_file_that_is_said_to_be_known_but_is_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="never told"):
        FrameReader().read(answer("files", "same api.json"))


def test_an_unwatchable_host_says_why() -> None:
    with pytest.raises(Unwatchable, match="no FIFO"):
        FrameReader().read(answer("unwatchable no FIFO can be made"))


@pytest.mark.parametrize("word", ["hung", "missing", "old", "failed", "nonsense", ""])
def test_a_server_that_proves_nothing_leaves_its_sessions_as_they_were(word: str) -> None:
    reader = FrameReader()
    first = frame(reader, *FIRST)
    second = frame(reader, f"server {word} \nlost server\x1b[31m")
    assert second.sessions == first.sessions
    assert (second.proven, second.tmux_version) == (False, "3.4")
    assert second.tmux is (Tmux(word) if word in list(Tmux) else Tmux.FAILED)
    assert second.tmux_error == "lost server"


def test_only_the_server_that_proves_nothing_keeps_its_old_sessions() -> None:
    reader = FrameReader()
    frame(reader, "server ok ", pane("here"), "server ok /s/other", pane("there", 1))
    found = frame(reader, "server ok ", pane("new"), "server hung /s/other")
    assert {(one.name, one.socket) for one in found.sessions} == {("new", ""), ("there", "/s/other")}
    assert (found.tmux, found.proven) == (Tmux.OK, False)
    assert "other tmux servers" in found.tmux_error
    found = frame(reader, "server hung ", "server ok /s/other", pane("there again", 1))
    assert {(one.name, one.socket) for one in found.sessions} == {("new", ""), ("there again", "/s/other")}


def test_panes_go_to_their_sessions_and_children_to_their_panes() -> None:
    found = frame(
        FrameReader(), "server ok ", pane("a b", 0), "command sh", pane("a b", 1, dead=1), "server ok /s/x", pane("c"),
        "child 100 node", "child 100 \x1b[31mgit", "child 101 x",
    )  # fmt: skip
    first, second = found.sessions
    assert [(one.id, one.dead, one.children) for one in first.panes] == [
        ("%0", False, ("node", "git")),
        ("%1", True, ("x",)),
    ]
    assert (second.name, second.socket) == ("c", "/s/x")


def test_free_texts_may_go_on_in_the_next_line_and_are_cleaned() -> None:
    found = frame(FrameReader(), "server ok ", pane("api"), "path /a\nb\x1b]0;x\x07c", "title \x9b31mx")
    assert (found.sessions[0].pane.path, found.sessions[0].pane.title) == ("/a bc", "x")


@pytest.mark.parametrize("broken", ["pane ", "pane x", "pane 3.4\t0", "pane " + "\t" * 5])
def test_a_pane_that_is_cut_off_hides_no_other(broken: str) -> None:
    found = frame(FrameReader(), "server ok ", broken, pane("api"), broken)
    assert [session.name for session in found.sessions] == ["api"]


KINDS = ("clock", "system", "files", "file", "odd", "server", "pane", "command", "title", "path", "child", "cleaned")
Rest = st.binary(max_size=30) | st.just(pane("x").removeprefix("pane ").encode())
Records = st.lists(st.builds(lambda kind, rest: kind.encode() + b" " + rest, st.sampled_from(KINDS), Rest), max_size=12)


@given(Records)
def test_no_records_are_too_odd(records: list[bytes]) -> None:
    assert isinstance(FrameReader().read(answer(*records)), Frame | Beat)


@given(st.binary(max_size=200))
def test_output_without_records_is_a_sign_of_life_and_nothing_more(output: bytes) -> None:
    assert FrameReader().read(Answer(0, output, "", TOKEN)) == Beat(0)


def test_a_look_that_says_nothing_is_an_error_with_its_complaint() -> None:
    with pytest.raises(ValueError, match=r"exit status 2.*no such thing"):
        look("~/x", True).parse(Answer(2, b"", "no such thing", TOKEN))


def test_operations_carry_their_arguments_and_limits() -> None:
    assert look("~/x y", False).arguments == ("~/x y", "no")
    stream = watch("~/x y", True)
    assert stream.arguments[1:] == ("~/x y", "yes")
    assert stream.silence > 5


def test_two_readers_of_one_stream_remember_for_themselves() -> None:
    stream = watch("~/x", True)
    stream.reader()(answer(*FIRST))
    with pytest.raises(ValueError, match="never told"):
        stream.reader()(answer("files", "same api.json"))

"""Frames are put together from records, whatever the far end says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.model import Frame, Tmux
from navi.ops import Answer, HostSetting
from navi.ops.look.frames import (
    LONGEST_TEXT,
    MOST_CHILDREN,
    MOST_FILE_BYTES,
    MOST_FILES,
    MOST_PANES,
    MOST_RECORDS,
    MOST_SESSIONS,
    FrameReader,
    Heartbeat,
    Unwatchable,
    look,
    watch,
)
from navi.ops.look.pane_record import PANE_FORMAT, PaneRecord

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


def test_scripts_find_the_fields_that_they_search_for() -> None:
    """navi_filter, navi_check_age, navi_ask_about_ends, navi_lives and orphans.awk know these places."""
    fields = PaneRecord._fields
    assert fields[:5] == ("server", "session", "version", "dead", "process")
    assert fields[fields.index("id") :][:4] == ("id", "exit_status", "exit_signal", "position")
    assert fields[-1] == "name"
    assert PaneRecord.read("\t".join(PaneRecord())) == PaneRecord()


def pane(session: str, number: int = 0, dead: int = 0, version: str = "3.4") -> str:
    """Return the record of a pane."""
    fields = [99, "$1", version, dead, 100 + number, 5, 0, 11, f"%{number}", "", "", "0.0", 0, session]
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


def test_a_frame_has_all_that_was_reported() -> None:
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


@pytest.mark.parametrize(
    ("clock", "began"),
    [
        ("1700000000 boot-id 360000", 1699996400 + 5),
        ("1700000000  360000", 1699996400 + 5),
        ("1700000000 boot-id", None),
        ("1700000000 boot-id ", None),
        ("1700000000 boot-id 12.5", None),
    ],
)
def test_the_clock_tells_when_processes_began(clock: str, began: float | None) -> None:
    found = frame(FrameReader(), f"clock {clock}", *FIRST[1:], "agent 100 101 0 500 runs claude")
    ((agent,),) = [pane.agents for pane in found.sessions[0].panes]
    assert (found.clock, agent.began) == (1700000000, began)


def test_a_later_frame_builds_on_what_was_reported_before() -> None:
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
    assert reader.read(answer("clock 1700000009 b")) == Heartbeat(1700000009)
    cleaned = frame(reader, "clock 1700000010 b", "cleaned api")
    assert cleaned.cleaned == ("api",)
    assert frame(reader, "clock 1700000011 b", "files").cleaned == ()


def test_a_file_that_is_reported_as_known_but_is_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="never sent"):
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
    assert isinstance(FrameReader().read(answer(*records)), Frame | Heartbeat)


@given(st.binary(max_size=200))
def test_output_without_records_is_a_sign_of_life_and_nothing_more(output: bytes) -> None:
    assert FrameReader().read(Answer(0, output, "", TOKEN)) == Heartbeat(0)


# ---- more than any honest host says


def test_sessions_beyond_the_limit_are_left_out_and_that_is_reported() -> None:
    told = [pane(f"s{number}").replace("$1", f"${number}") for number in range(MOST_SESSIONS + 1)]
    found = frame(FrameReader(), "server ok ", *told)
    assert len(found.sessions) == MOST_SESSIONS
    assert (found.tmux, found.proven) == (Tmux.FAILED, False)
    assert found.tmux_error == f"more than {MOST_SESSIONS} sessions; the rest is left out"
    found = frame(FrameReader(), "server ok ", *told[:-1])
    assert (len(found.sessions), found.tmux, found.tmux_error) == (MOST_SESSIONS, Tmux.OK, "")


MANY = {
    "pane": (pane("x"), f"more than {MOST_PANES} panes"),
    "title": ("title x", f"more than {MOST_PANES} titles"),
    "child": ("child 1 x", "processes below panes"),
    "server": ("server hung /s", "more than 200 servers"),
}


@pytest.mark.parametrize("kind", MANY)
def test_records_beyond_the_limit_are_left_out_and_that_is_reported(kind: str) -> None:
    record, words = MANY[kind]
    found = frame(FrameReader(), "server ok ", pane("api"), *[record] * (MOST_RECORDS[kind] + 1))
    assert words in found.tmux_error
    assert (found.tmux, found.proven) == (Tmux.FAILED, False)
    assert sum(len(session.panes) for session in found.sessions) <= MOST_PANES


def test_a_limit_that_holds_again_is_no_longer_reported() -> None:
    reader = FrameReader()
    assert frame(reader, "server ok ", *[pane("x")] * (MOST_PANES + 1)).tmux is Tmux.FAILED
    found = frame(reader, "server ok ", pane("x"))
    assert (found.tmux, found.tmux_error, found.proven) == (Tmux.OK, "", True)


def rest(found: Frame) -> str:
    """Return what is told of status files that are left out."""
    (problem,) = [file.problem for file in found.files if file.name.startswith("and more:")] or [""]
    return problem


def test_status_files_beyond_the_limit_are_left_out_and_that_is_reported() -> None:
    reader = FrameReader()
    names = [f"f{number}.json" for number in range(MOST_FILES + 7)]
    found = frame(reader, "files", *(f"file {name}\n{{}}" for name in names))
    assert len(found.files) == MOST_FILES + 1
    assert rest(found) == f"more than {MOST_FILES} status files; 7 of them are left out"
    found = frame(reader, "files", *(f"same {name}" for name in reversed(names)))
    assert "14 of them" in rest(found)
    found = frame(reader, "files", *(f"same {name}" for name in names[10:13]))
    assert (len(found.files), rest(found)) == (3, "")
    with pytest.raises(ValueError, match="never sent"):
        reader.read(answer("files", f"same {names[-1]}"))


def test_status_files_of_all_kinds_share_one_limit() -> None:
    told = [*(f"file f{number}.json\n{{}}" for number in range(MOST_FILES)), "odd link x.json"]
    assert "1 of them" in rest(frame(FrameReader(), "files", *told))


def test_status_files_that_are_too_large_together_are_named_and_not_read() -> None:
    reader = FrameReader()
    body = '{"status": "idle", "message": "' + "x" * 60000 + '"}'
    count = MOST_FILE_BYTES // len(body)
    names = [f"f{number}.json" for number in range(count + 2)]
    found = frame(reader, "files", *(f"file {name}\n{body}" for name in names))
    assert [file.status for file in found.files] == ["idle"] * count + ["", ""]
    assert "more than 4 MiB" in found.files[-1].problem
    again = frame(reader, "files", *(f"same {name}" for name in names))
    assert again.files == found.files


@pytest.mark.parametrize("kind", ["title", "path", "command", "system", "home", "clock 1", "server failed"])
def test_a_text_that_is_endless_is_cut(kind: str) -> None:
    found = frame(FrameReader(), "server ok ", pane("api"), f"{kind} {'x' * 10_000_000}")
    assert all(len(text) <= LONGEST_TEXT for text in (found.system, found.home, found.boot, found.tmux_error))
    for one in found.sessions:
        assert all(len(text) <= LONGEST_TEXT for text in (one.pane.title, one.pane.path, one.pane.command))


def test_names_below_a_pane_are_limited() -> None:
    found = frame(FrameReader(), "server ok ", pane("api"), *["child 100 x"] * 1000)
    assert found.sessions[0].pane.children == ("x",) * MOST_CHILDREN


def test_a_look_that_says_nothing_is_an_error_with_its_complaint() -> None:
    with pytest.raises(ValueError, match=r"exit status 2.*no such thing"):
        look().parse(Answer(2, b"", "no such thing", TOKEN))


def test_operations_carry_their_arguments_and_limits() -> None:
    assert look().arguments == (HostSetting.SESSIONS_DIR, "no", PANE_FORMAT, HostSetting.AGENTS)
    stream = watch(cleanup=True)
    assert stream.arguments[1:] == (HostSetting.SESSIONS_DIR, HostSetting.CLEANUP, PANE_FORMAT, HostSetting.AGENTS)
    assert stream.silence > 5


def test_two_readers_of_one_stream_remember_for_themselves() -> None:
    stream = watch()
    stream.reader()(answer(*FIRST))
    with pytest.raises(ValueError, match="never sent"):
        stream.reader()(answer("files", "same api.json"))

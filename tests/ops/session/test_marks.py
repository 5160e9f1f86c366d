"""Bookmarks and tags: kept on the session's host, the same for everyone who looks, on this machine and over sshd."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.address import Named
from navi.core.marks import read_marks, retag
from navi.core.model import Marks, Pane, Session, Source, Status, TmuxSession
from navi.ops import OperationError
from navi.ops.session.lifecycle import kill, new_undo_id, rename, undo
from navi.ops.session.marks import check_tags, mark, name_of_marks
from tests.support.lab_hosts import everywhere, lab_host
from tests.support.machines import Lab
from tests.support.scripts import Watching, every_watching_shell, names

TMUX = TmuxSession("$1", "api", 5.0, 0, (Pane("%1", "0.0", 100, "sh", "", "/srv"),), "", 7)
ELSEWHERE = TMUX._replace(socket="/run/x.sock")


@everywhere
async def test_marks_are_added_and_taken_away(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        for name in ("api", "api-long", "a.c"[:1]):
            one.account.new_session(name)
        await one.host.run(mark("api", ["+b", "+turgent", "+twork"]))
        await one.host.run(mark("a", ["+tother"]))
        assert (await one.session("api")).marks == Marks(True, ("urgent", "work"))
        assert (await one.session("api-long")).marks == Marks()
        await one.host.run(mark("api", ["-b", "-turgent", "+twork", "-tnever"]))
        assert (await one.session("api")).marks == Marks(False, ("work",))
        assert (await one.session("a")).marks == Marks(False, ("other",))
        path = one.account.sessions_dir / ".navi" / "marks"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert one.state_files() == ["marks"]


@everywhere
@pytest.mark.parametrize("name", ["two words", "it's", "$(id)", "-x", "*", "日本", "a[b]c", "^a$"])
async def test_any_name_is_marked_exactly(lab: Lab, where: str, name: str) -> None:
    async with lab_host(lab, where) as one:
        one.account.new_session(name)
        await one.host.run(mark(name, ["+b", "+tx"]))
        assert (await one.session(name)).marks == Marks(True, ("x",))
        await one.host.run(mark(name, ["-b", "-tx"]))
        assert (await one.session(name)).marks == Marks()


@everywhere
async def test_marks_stay_with_the_session_of_the_default_server(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        socket = str(one.account.home / "other.sock")
        for server in ((), ("-S", socket)):
            one.account.tmux(*server, "new-session", "-d", "-s", "api", "sleep 10000")
        await one.host.run(mark("api", ["+b", "+twork"]))
        await one.host.run(rename(Named("api", socket=socket), "web"))
        await one.host.run(kill(Named("web", socket=socket), new_undo_id()))
        assert (await one.session("api")).marks == Marks(True, ("work",))
        await one.host.run(rename(Named("api"), "app"))
        assert (await one.session("app")).marks == Marks(True, ("work",))


def test_a_session_of_another_server_has_no_marks() -> None:
    status = Status("idle", Source.HOOK, None, "x")
    here, there = (Session("local", "api", status, tmux=one) for one in (TMUX, ELSEWHERE))
    assert name_of_marks(here) == "api"
    with pytest.raises(OperationError, match=r"only for sessions of the default tmux server; api is on .* /run/x\."):
        name_of_marks(there)


@everywhere
async def test_marks_go_with_a_session_that_is_renamed_killed_and_brought_back(lab: Lab, where: str) -> None:
    async with lab_host(lab, where) as one:
        for name in ("api", "api2"):
            one.account.new_session(name)
            await one.host.run(mark(name, ["+b", f"+t{name}"]))
        await one.host.run(rename(Named("api"), "web"))
        assert (await one.session("web")).marks == Marks(True, ("api",))
        keep = new_undo_id()
        await one.host.run(kill(Named("web"), keep))
        one.account.new_session("web")
        assert (await one.session("web")).marks == Marks()
        one.account.tmux("kill-session", "-t", "=web")
        await one.host.run(undo(keep))
        assert (await one.session("web")).marks == Marks(True, ("api",))
        assert (await one.session("api2")).marks == Marks(True, ("api2",))


@every_watching_shell
def test_a_watch_tells_marks_that_change(lab: Lab, shell: object) -> None:
    box = lab.machine("box")
    box.new_session("api")
    box.write_status("api")
    with Watching(box, shell) as watching:  # type: ignore[arg-type]
        watching.frame(lambda frame: names(frame) == ["api"])
        (box.sessions_dir / ".navi" / "marks").write_text("api\tb\t\napi\tt\tnow\n")
        found = watching.frame(lambda frame: frame.marks)
        assert found.marks == {"api": Marks(True, ("now",))}
        (box.sessions_dir / ".navi" / "marks").write_text("")
        watching.frame(lambda frame: not frame.marks)


@everywhere
async def test_many_at_once_lose_no_mark(lab: Lab, where: str) -> None:
    import trio

    async with lab_host(lab, where) as one:
        one.account.new_session("api")
        async with trio.open_nursery() as nursery:
            for number in range(9):
                nursery.start_soon(one.host.run, mark("api", [f"+t{number}"]))
        assert (await one.session("api")).marks.tags == tuple("012345678")


TAGS = [("a b", ("a", "b")), (" #a, #b,a ", ("a", "b")), ("", ()), ("ä-1", ("ä-1",))]


@pytest.mark.parametrize(("text", "wanted"), TAGS)
def test_tags_are_read_as_people_write_them(text: str, wanted: tuple[str, ...]) -> None:
    assert check_tags(text) == wanted


@pytest.mark.parametrize("text", ["a" * 41, "a#b", "\x1b[31m", "\u202e"])
def test_what_can_be_no_tag_is_refused(text: str) -> None:
    with pytest.raises(OperationError, match="invalid tag"):
        check_tags(text)


def test_only_what_differs_is_changed() -> None:
    assert retag(("a", "b"), ("b", "c")) == ("-ta", "+tc")


@given(st.text())
def test_no_file_of_marks_breaks_the_reader(text: str) -> None:
    for found in read_marks(text).values():
        assert all(tag.strip() == tag != "" for tag in found.tags)

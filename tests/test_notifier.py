"""The bell, escape sequences, or a command of the user's, when something needs a person; and finished sessions."""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from navi.config.notices import FILE, NoticeStore
from navi.config.settings import Settings
from navi.core.model import HostView
from navi.core.notices import words_of
from navi.core.pending import MOST_PENDING
from navi.notifier import Notifier
from tests.support.dashboard import NAVI, begin, configure, navi, session, tmux_of, view, wait_selected
from tests.support.machines import Lab
from tests.support.processes import processes
from tests.support.puppet import spawn
from tests.support.serving import serving
from tests.support.verbs import navi as verb
from tests.support.waiting import until

COMMAND = 'printf \'%s|\' "$NAVI_ADDRESS" "$NAVI_HOST" "$NAVI_STATUS" "$NAVI_MESSAGE" >>{}'


@contextmanager
def notify(lab: Lab) -> Iterator[subprocess.Popen[str]]:
    """Run `navi notify`; it has connected when it has opened its store."""
    words = [*NAVI, "notify"]
    process = subprocess.Popen(
        words, env=lab.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def frame(word: str, clock: float, attached: int = 0) -> HostView:
    """Return a host whose session has this status in a frame of this time."""
    seen = view("atlas", session("api", word, since=clock, host="atlas", attached=attached))
    assert seen.frame
    return seen._replace(frame=seen.frame._replace(clock=clock))


async def reported(notifier: Notifier, *views: HostView, then: Callable[[], object]) -> None:
    """Let a notifier see these views, and wait until `then` is so."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(notifier.run)
        for seen in views:
            notifier.note([seen])
        with trio.fail_after(30):
            while not then():
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize(("wanted", "given"), [(("done",), ["done"]), (("waiting", "error"), ["waiting", "error"])])
async def test_only_what_the_user_wants_is_given(tmp_path: Path, wanted: tuple[str, ...], given: list[str]) -> None:
    found: list[str] = []
    written: list[str] = []

    def write(text: str) -> bool:
        written.append(text)
        return True

    notifier = Notifier(
        Settings(notify=("bell",), notify_on=wanted), {}, NoticeStore(tmp_path), write,
        given=lambda one: found.append(one.word),
    )  # fmt: skip
    words = ["working", "waiting", "working", "error", "working", "done"]
    views = (frame(word, 100.0 + 2 * place) for place, word in enumerate(words))
    await reported(notifier, *views, then=lambda: notifier.finished and len(found) == len(given))
    assert found == given
    assert "".join(written) == "\a" * len(given)


async def test_a_terminal_that_another_program_has_leaves_it_to_others(tmp_path: Path) -> None:
    found: list[str] = []
    settings = Settings(notify=("bell",))
    busy = Notifier(settings, {}, NoticeStore(tmp_path), lambda _: False, given=lambda _: found.append("busy"))
    free = Notifier(settings, {}, NoticeStore(tmp_path), lambda _: True, given=lambda _: found.append("free"))
    for notifier in (busy, free):
        views = (frame("working", 100), frame("waiting", 102), frame("done", 104))
        await reported(notifier, *views, then=lambda: notifier.finished and (found or notifier is busy))  # noqa: B023
    assert found == ["free"]


def asking(host: str, number: int, word: str, clock: float) -> HostView:
    """Return a host with so many sessions of this status."""
    seen = view(host, *(session(f"s{place}", word, since=clock, host=host) for place in range(number)))
    assert seen.frame
    return seen._replace(frame=seen.frame._replace(clock=clock))


async def test_a_host_with_very_many_notices_holds_up_no_other(tmp_path: Path) -> None:
    """Its commands never end by themselves, and what is too much is counted."""
    found: list[str] = []
    settings = Settings(notify=("bell", "case $NAVI_HOST in evil) exec sleep 1000 ;; esac"))
    notifier = Notifier(
        settings, dict(os.environ), NoticeStore(tmp_path), lambda _: True,
        given=lambda one: found.append(f"{one.host} {one.word} {one.message}".strip()),
    )  # fmt: skip
    many = [asking("evil", 3 * MOST_PENDING, "working", 100), asking("evil", 3 * MOST_PENDING, "waiting", 102)]
    one = [asking("good", 1, "working", 100), asking("good", 1, "waiting", 102)]
    async with trio.open_nursery() as nursery:
        for pair in zip(many, one, strict=True):
            notifier.note(pair)
        nursery.start_soon(notifier.run)
        with trio.fail_after(30):
            while "good waiting" not in found:
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    assert found.index("good waiting") <= 1


async def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    found: list[str] = []
    notifier = Notifier(
        Settings(notify=("bell",)), {}, NoticeStore(tmp_path), lambda _: True,
        given=lambda one: found.append(words_of(one)),
    )  # fmt: skip
    views = [asking("atlas", MOST_PENDING + 20, word, clock) for word, clock in (("working", 100), ("waiting", 102))]
    await reported(notifier, *views, then=lambda: len(found) > MOST_PENDING)
    assert found[-1] == "atlas: 20 more notices at once; see its sessions"
    assert len(found) == MOST_PENDING + 1


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("echo no display >&2; exit 3", "ended with status 3, no display"),
        ("/nowhere/at/all", "ended with status 127, "),
        ("kill -9 $$", "ended with status -9"),
    ],
)
async def test_a_command_that_fails_has_given_nothing_and_says_why_once(
    tmp_path: Path, command: str, why: str
) -> None:
    given: list[str] = []
    warned: list[str] = []
    one = Notifier(
        Settings(notify=(command,)), dict(os.environ), NoticeStore(tmp_path),
        given=lambda notice: given.append(f"one: {notice.word}"), warn=warned.append,
    )  # fmt: skip
    other = Notifier(
        Settings(notify=("true",)), dict(os.environ), NoticeStore(tmp_path),
        given=lambda notice: given.append(f"other: {notice.word}"), warn=warned.append,
    )  # fmt: skip
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.run)
        with trio.fail_after(30):
            for seen in (frame("working", 100), frame("waiting", 102)):
                one.note([seen])
            while not warned:
                await trio.sleep(0.01)
            await trio.sleep(0.2)
            nursery.start_soon(other.run)
            for seen in (frame("working", 100), frame("waiting", 102), frame("working", 110), frame("error", 112)):
                for notifier in (one, other):
                    notifier.note([seen])
            while len(given) < 2:
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    # One may be trying the first notice once more while other gives the second.
    assert sorted(given) == ["other: error", "other: waiting"]
    assert len(warned) == 1
    assert why in warned[0]


async def test_of_several_commands_one_that_works_is_enough(tmp_path: Path) -> None:
    given: list[str] = []
    warned: list[str] = []
    notifier = Notifier(
        Settings(notify=("exit 1", "true")), dict(os.environ), NoticeStore(tmp_path),
        given=lambda notice: given.append(notice.word), warn=warned.append,
    )  # fmt: skip
    await reported(notifier, frame("working", 100), frame("waiting", 102), then=lambda: given)
    assert (given, len(warned)) == (["waiting"], 1)


async def test_a_command_ends_with_all_that_it_has_started(tmp_path: Path) -> None:
    command = f"sleep 1000 & echo $! >{tmp_path}/new; mv {tmp_path}/new {tmp_path}/started; wait"
    notifier = Notifier(Settings(notify=(command,)), dict(os.environ), NoticeStore(tmp_path))
    started = tmp_path / "started"
    await reported(notifier, frame("working", 100), frame("waiting", 102), then=started.exists)
    process = int(started.read_text())
    until(lambda: process not in {one.pid for one in processes()}, what="its child has ended")


async def test_a_store_that_cannot_be_used_loses_no_notice(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database " * 100)
    found: list[str] = []
    notifier = Notifier(
        Settings(notify=("bell",)), {}, NoticeStore(tmp_path), lambda _: True, given=lambda one: found.append(one.word)
    )
    await reported(notifier, frame("working", 100), frame("waiting", 102), then=lambda: found)
    assert found == ["waiting"]


async def test_what_has_finished_is_unseen_until_somebody_looks(tmp_path: Path) -> None:
    keys = {("atlas", "api", "")}
    one, other = (Notifier(Settings(), {}, NoticeStore(tmp_path)) for _ in range(2))
    await reported(one, frame("working", 100), frame("done", 102), then=lambda: one.finished == keys)
    await reported(other, frame("done", 103), then=lambda: other.finished == keys)
    other.look([("atlas", "other", "")])
    other.look(keys)
    await reported(other, then=lambda: not other.finished)
    await reported(one, then=lambda: not one.finished)


@pytest.mark.parametrize("after", [frame("working", 104), frame("done", 104, attached=1)])
async def test_a_session_that_goes_on_or_is_attached_was_seen(tmp_path: Path, after: HostView) -> None:
    notifier = Notifier(Settings(), {}, NoticeStore(tmp_path))
    await reported(notifier, frame("working", 100), frame("idle", 102), then=lambda: notifier.finished)
    await reported(notifier, after, then=lambda: not notifier.finished)


# ---- on real terminals


def test_the_bell_rings(lab: Lab) -> None:
    configure(lab, notify="bell")
    begin(lab.local, "api")
    with navi(lab) as screen:
        screen.wait_for("api")
        tmux_of(screen, "set-option", "-g", "bell-action", "any")
        tmux_of(screen, "new-window", "-d", "sleep 1000")
        tmux_of(screen, "select-window", "-t", ":+")
        lab.local.write_status("api", status="waiting", message="Shall I?")
        until(lambda: "1" in tmux_of(screen, "list-windows", "-F", "#{window_bell_flag}").split(), what="it rang")


@contextmanager
def client(lab: Lab, *settings: str) -> Iterator[int]:
    """Run the dashboard in tmux, and the client of that tmux on a pseudoterminal, whose other end is returned."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (30, 100))
    tmux = ["tmux", "-u", "-S", str(lab.folder / "outer"), "-f", "/dev/null"]
    words = [*tmux, "new-session", shlex.join(NAVI), *(word for one in settings for word in (";", *shlex.split(one)))]
    environment = lab.environment() | {"TERM": "xterm-256color"}
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        yield ours
    finally:
        subprocess.run([*tmux, "kill-server"], env=environment, check=False)
        process.wait(30)
        os.close(ours)


def wait_for(terminal: int, *wanted: bytes) -> bytes:
    """Read from a terminal until all this has come, and return everything."""
    data = b""
    limit = time.monotonic() + 30
    while not all(one in data for one in wanted):
        assert time.monotonic() < limit, data[-2000:]
        if select.select([terminal], [], [], 0.2)[0]:
            data += os.read(terminal, 65536)
    return data


def test_tmux_passes_a_notice_on_if_it_may(lab: Lab) -> None:
    configure(lab, notify=["osc9", "osc777"])
    begin(lab.local, "api")
    with client(lab, "set-option -g allow-passthrough on") as terminal:
        wait_for(terminal, b"api")
        lab.local.write_status("api", status="permission", message="rm?")
        text = b"api needs you: permission: rm?"
        wait_for(terminal, b"\x1b]9;navi: " + text + b"\x07", b"\x1b]777;notify;navi;" + text + b"\x07")


def test_where_tmux_drops_notices_the_bell_rings(lab: Lab) -> None:
    configure(lab, notify="osc777")
    begin(lab.local, "api")
    with client(lab, "set-option -g allow-passthrough off") as terminal:
        wait_for(terminal, b"api", b"tmux drops notifications")
        lab.local.write_status("api", status="permission", message="rm?")
        assert b"]777" not in wait_for(terminal, b"\x07")


def test_the_command_of_the_user_learns_which_session(lab: Lab) -> None:
    notes = lab.local.home / "notes"
    configure(lab, notify=COMMAND.format(notes))
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    begin(atlas, "api")
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        screen.wait_for("api")
        assert not notes.exists()
        atlas.write_status("api", status="permission", message="$(touch pwned); \x1b[31mrm?")
        until(lambda: notes.exists() and notes.read_text().count("|") == 4, what="the command has run")
        assert notes.read_text() == "atlas/api|atlas|permission|$(touch pwned); rm?|"
        assert not list(lab.local.home.rglob("pwned"))


def test_a_lost_host_is_news(lab: Lab) -> None:
    notes = lab.local.home / "notes"
    configure(lab, notify=["bell", COMMAND.format(notes)], notify_on=["lost"])
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        atlas.stop()
        until(notes.exists, what="the command has run")
        screen.press("!")
        screen.wait_for("no session needs you; no answer from atlas")
    assert re.match(r"atlas\|atlas\|lost\|.+\|", notes.read_text())


def test_two_dashboards_give_a_notice_once(lab: Lab) -> None:
    notes = lab.local.home / "notes"
    configure(lab, notify=COMMAND.format(notes), notify_on=["waiting", "error"])
    begin(lab.local, "api")
    with navi(lab) as one, navi(lab) as other:
        for screen in (one, other):
            screen.wait_for("api")
        for number, word in enumerate(["waiting", "working", "error", "working", "waiting"]):
            lab.local.write_status("api", status=word, message=f"m{number}")
            for screen in (one, other):
                screen.wait_for(f"m{number}")
            trio.run(trio.sleep, 1.1)  # the clock of a frame has whole seconds
        until(lambda: notes.read_text().count("|") >= 12, what="all commands have run")
    assert notes.read_text() == "".join(
        f"api|local|{word}|m{n}|" for n, word in ((0, "waiting"), (2, "error"), (4, "waiting"))
    )


def test_the_service_notifies_without_a_dashboard(lab: Lab) -> None:
    notes = lab.local.home / "notes"
    configure(lab, notify=["bell", COMMAND.format(notes)])
    begin(lab.local, "api")
    with notify(lab) as service:

        def asks() -> bool:
            """Let it ask once more, because nobody sees from outside when the service has looked for the first time."""
            for word in ("working", "permission"):
                lab.local.write_status("api", status=word)
                time.sleep(1.5)
            return notes.exists()

        until(asks, what="the command has run")
        service.send_signal(signal.SIGTERM)
        lines, complaints = service.communicate(timeout=30)
    assert service.returncode == 0
    assert set(lines.splitlines()) == {"api needs you: permission"}
    assert not complaints, "standard output is no terminal, so that nothing rings"


def test_agents_without_a_terminal_are_notified_of_each_time_they_ask(lab: Lab) -> None:
    notes = lab.local.home / "notes"
    configure(lab, notify=COMMAND.format(notes))
    with serving(lab) as hub, notify(lab) as service, navi(lab) as screen:
        address = spawn(lab, "local", "say x", title="api")
        screen.wait_for("done 1")
        for number in (1, 2):
            verb(lab, "send", address, "ask may I?")
            screen.wait_for("1 question")
            until(lambda: notes.exists() and notes.read_text().count("|") == 4 * number, what="the command has run")  # noqa: B023
            verb(lab, "answer", address, "--allow")
            screen.wait_gone("1 question")
        assert notes.read_text() == f"{address}|local|permission|Script may I?|" * 2
        verb(lab, "send", address, "ask again?")
        until(lambda: notes.read_text().count("|") == 12, what="the command has run")
        hub.kill()
        hub.communicate(timeout=30)
        screen.wait_for("disconnected")
        with serving(lab):
            screen.wait_for("1 question")
            verb(lab, "answer", address, "--allow")
            screen.wait_gone("1 question")
        assert notes.read_text().count("|") == 12, "a hub that comes again is no news"
        service.send_signal(signal.SIGTERM)
        _, complaints = service.communicate(timeout=30)
        assert not complaints


def test_the_service_needs_a_way(lab: Lab) -> None:
    done = verb(lab, "notify", status=78)
    assert not done.stdout
    assert "`notify` is not set in" in done.stderr


def test_a_finished_turn_is_marked_until_it_is_seen(lab: Lab) -> None:
    configure(lab, notify_on=["waiting", "done"])
    for name in ("api", "zoo"):
        begin(lab.local, name)
    with navi(lab) as screen, navi(lab) as other:
        for one in (screen, other):
            one.wait_for("zoo")
        lab.local.write_status("zoo", status="done")
        for one in (screen, other):
            one.wait_for("zoo unseen")
        screen.press("!")
        wait_selected(screen, "zoo")
        screen.press("i")
        screen.wait_for("Details")
        screen.press("Escape")
        for one in (screen, other):
            one.wait_gone("zoo unseen")

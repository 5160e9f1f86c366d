"""Clean-up in real shells: a status file goes only if its own tmux server, here and now, says its session ended."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from navi.core.address import Named
from navi.core.model import Frame, Session, Tmux
from navi.core.status import sessions_of
from navi.ops import OperationError
from navi.ops.session.lifecycle import kill, new_undo_id, undo
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, Shell, Watching, every_shell, files, look, names, run, sturdy_shells
from tests.support.waiting import until


def place_of(account: Account) -> dict[str, object]:
    """Return this machine and its start, as the look itself names them."""
    here = look(account, DASH, cleanup=False).machine
    return {"host": here.host, "boot": here.boot}


def placed(
    account: Account, target: str, name: str = "", socket: str = "", changes: Mapping[str, object] | None = None
) -> Path:
    """Write the status file of a living session as its hook does; `changes` replace parts of its place."""
    server = ("-S", socket) if socket else ()
    asked = account.tmux(
        *server, "display-message", "-p", "-t", target, "#{socket_path}\t#{pid}\t#{session_id}\t#{pane_id}"
    )
    path, process, session, pane = asked.split("\t")
    place = (
        place_of(account)
        | {"socket": path, "server": int(process), "session": session, "pane": pane}
        | dict(changes or {})
    )
    return write_placed(account, name or target.strip("=:"), place)


def write_placed(account: Account, name: str, place: dict[str, object]) -> Path:
    """Write a status file with a place, in the form that the hook has."""
    path = account.write_status(name, status="permission", message="mine", session_id="conversation")
    document = json.loads(path.read_text()) | {"place": place}
    path.write_text(json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n")
    return path


def start(account: Account, socket: str, *names: str) -> None:
    """Start sessions on a server with a socket of its own."""
    for name in names:
        account.tmux("-S", socket, "new-session", "-d", "-s", name, "exec sleep 1000")


def kept(account: Account) -> list[str]:
    """Return the names of the files that are kept for a restore."""
    folder = account.sessions_dir / ".navi" / "ended"
    return sorted(path.name.partition(".")[2] for path in folder.glob("*")) if folder.exists() else []


def judged(frame: Frame) -> dict[str, Session]:
    """Return the sessions of a frame by name."""
    return {session.name: session for session in sessions_of("local", frame, ())}


# ---- its own server proves it


@every_shell
def test_a_session_on_a_server_that_only_its_file_names_is_listed_and_keeps_its_file(lab: Lab, shell: Shell) -> None:
    socket = str(lab.folder / "my own.sock")
    start(lab.local, socket, "api")
    path = placed(lab.local, "=api:", socket=socket)
    before = path.read_bytes()
    frame = look(lab.local, shell)
    assert [(one.name, one.socket) for one in frame.sessions] == [("api", socket)]
    assert (path.read_bytes(), frame.cleaned, judged(frame)["api"].status.word) == (before, (), "permission")


@every_shell
def test_a_session_that_its_server_no_longer_has_is_cleaned_and_kept_for_a_restore(lab: Lab, shell: Shell) -> None:
    socket = str(lab.folder / "own.sock")
    start(lab.local, socket, "api", "other")
    path = placed(lab.local, "=api:", socket=socket)
    before = path.read_bytes()
    lab.local.tmux("-S", socket, "kill-session", "-t", "=api")
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.exists(), files(frame)) == (("api",), False, {})
    (saved,) = (lab.local.sessions_dir / ".navi" / "ended").iterdir()
    assert (saved.read_bytes(), saved.stat().st_mode & 0o777) == (before, 0o600)


@every_shell
@pytest.mark.parametrize("company", [(), ("other",)], ids=["its server ends", "its server goes on"])
def test_the_file_of_a_restored_session_names_its_new_place(lab: Lab, shell: Shell, company: tuple[str, ...]) -> None:
    socket = str(lab.folder / "own.sock")
    start(lab.local, socket, "api", *company)
    path = placed(lab.local, "=api:", socket=socket)
    before = json.loads(path.read_text())
    run(lab.local, shell, kill(Named("api"), keep := new_undo_id(), "exec sleep 1000"))
    assert not path.exists()
    run(lab.local, shell, undo(keep))
    frames = [look(lab.local, shell), look(lab.local, shell)]
    assert [(frame.cleaned, names(frame)) for frame in frames] == [((), ["api", *company])] * 2
    (now,) = (one for one in frames[1].sessions if one.name == "api")
    assert judged(frames[1])["api"].status.word == "permission"
    place = before["place"] | {"server": now.server, "session": now.id, "pane": now.pane.id}
    assert json.loads(path.read_text()) == before | {"place": place}


@every_shell
@pytest.mark.parametrize("leaves", ["its socket", "nothing", "another server", "its socket hidden"])
def test_a_server_that_ended_proves_it(lab: Lab, shell: Shell, leaves: str) -> None:
    socket = str(lab.folder / "own.sock")
    start(lab.local, socket, "api")
    path = placed(lab.local, "=api:", socket=socket)
    process = lab.local.server("-S", socket)
    os.kill(process, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{process}").exists(), what="the server has ended")
    if leaves != "its socket":
        Path(socket).unlink(missing_ok=True)
    if leaves == "another server":
        start(lab.local, socket, "other")
    assert look(lab.local, shell).cleaned == ("api",)
    assert (path.exists(), kept(lab.local)) == (False, ["api.json"])


@sturdy_shells
def test_a_session_made_anew_under_the_name_on_the_same_server_keeps_the_file(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("other", "sleep 1000")
    lab.local.new_session("api", "sleep 1000")
    path = placed(lab.local, "=api:")
    lab.local.tmux("kill-session", "-t", "=api")
    lab.local.new_session("api", "sleep 1000")
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.exists(), judged(frame)["api"].message) == ((), True, "mine")


@every_shell
def test_of_two_sessions_of_one_name_the_status_goes_to_the_right_one_and_each_is_judged_alone(
    lab: Lab, shell: Shell
) -> None:
    socket = str(lab.folder / "own.sock")
    start(lab.local, socket, "api", "other")
    lab.local.new_session("api", "sleep 1000")
    path = placed(lab.local, "=api:", socket=socket)
    found = sessions_of("local", look(lab.local, shell), ())
    assert {one.key: one.message for one in found if one.name == "api"} == {
        ("local", "api", ""): "", ("local", "api", socket): "mine",
    }  # fmt: skip
    lab.local.tmux("-S", socket, "kill-session", "-t", "=api")
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.exists(), names(frame)) == (("api",), False, ["api", "other"])


# ---- nothing proves it


@every_shell
@pytest.mark.parametrize(
    "change",
    [{"host": "elsewhere:0a1b2c3d"}, {"boot": "00000000.1"}, {"boot": "same.1"}],
    ids=["another machine", "an earlier start", "another container of its name"],
)
def test_a_file_of_another_machine_or_start_stays(lab: Lab, shell: Shell, change: dict[str, object]) -> None:
    lab.local.new_session("api", "sleep 1000")
    if change.get("boot") == "same.1":
        change = {"boot": str(place_of(lab.local)["boot"]).partition(".")[0] + ".1"}
    path = placed(lab.local, "=api:", name="docs", changes=change)
    before = path.read_bytes()
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.read_bytes(), kept(lab.local)) == ((), before, [])
    session = judged(frame)["docs"]
    if change.get("boot") == "00000000.1":
        assert (session.status.word, session.status.reason) == ("offline", "the machine has started again since")
    else:
        assert session.status.word == "unknown"
        assert session.unjudged == session.status.reason != ""


@every_shell
@pytest.mark.parametrize(
    ("since", "why"),
    [
        ("it hangs", "does not answer"),
        ("it answers again", "api lives on the tmux server"),
        ("it answers again, renamed", "api lives on the tmux server"),
        ("its socket is moved", "nothing was removed"),
    ],
)
def test_the_row_of_a_session_whose_server_could_not_be_asked_is_not_killed(
    lab: Lab, shell: Shell, since: str, why: str
) -> None:
    socket = lab.folder / "own.sock"
    start(lab.local, str(socket), "api")
    path = placed(lab.local, "=api:", socket=str(socket))
    before = path.read_bytes()
    with lab.local.hung_server("-S", str(socket)):
        row = judged(look(lab.local, shell, cleanup=False))["api"]
        assert row.tmux is None
        if since == "it hangs":
            with pytest.raises(OperationError, match=why):
                run(lab.local, shell, kill(row, new_undo_id()))
    if since == "it answers again, renamed":
        lab.local.tmux("-S", str(socket), "rename-session", "-t", "=api", "web")
    elif since == "its socket is moved":
        socket.rename(lab.folder / "hidden")
    with pytest.raises(OperationError, match=why if since != "it hangs" else "lives"):
        run(lab.local, shell, kill(row, new_undo_id()))
    assert path.read_bytes() == before


@every_shell
def test_the_row_of_a_session_that_has_ended_since_its_server_hung_loses_its_file(lab: Lab, shell: Shell) -> None:
    socket = str(lab.folder / "own.sock")
    start(lab.local, socket, "api", "other")
    path = placed(lab.local, "=api:", socket=socket)
    with lab.local.hung_server("-S", socket):
        row = judged(look(lab.local, shell, cleanup=False))["api"]
    lab.local.tmux("-S", socket, "kill-session", "-t", "=api")
    run(lab.local, shell, kill(row, new_undo_id()))
    assert not path.exists()


@every_shell
def test_a_server_whose_socket_was_moved_away_is_out_of_reach_and_its_file_stays(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api", "sleep 1000")
    path = placed(lab.local, "=api:")
    socket = Path(lab.local.tmux("display-message", "-p", "#{socket_path}"))
    process = lab.local.server()
    socket.rename(lab.folder / "hidden")
    frame = look(lab.local, shell)
    (lab.folder / "hidden").rename(socket)
    assert (frame.tmux, frame.proven, frame.lost, frame.cleaned) == (Tmux.LOST, False, frozenset({process}), ())
    assert (frame.tmux_error, path.exists()) == (f"process {process}", True)
    session = judged(frame)["api"]
    assert (session.status.word, "out of reach" in session.status.reason) == ("permission", True)
    assert look(lab.local, shell).tmux is Tmux.OK


@sturdy_shells
def test_a_watch_misses_a_server_whose_socket_was_moved_away_though_no_file_names_it(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api", "sleep 1000")
    lab.local.sessions_dir.mkdir()
    socket = Path(lab.local.tmux("display-message", "-p", "#{socket_path}"))
    with Watching(lab.local, shell) as watching:
        watching.frame(lambda frame: names(frame) == ["api"])
        socket.rename(lab.folder / "hidden")
        watching.say(b"poll\n")
        watching.frame(lambda frame: frame.tmux is Tmux.LOST and names(frame) == ["api"])
        (lab.folder / "hidden").rename(socket)
        watching.say(b"poll\n")
        watching.frame(lambda frame: frame.tmux is Tmux.OK and not frame.lost)


@sturdy_shells
def test_a_server_that_hangs_keeps_its_own_files_and_no_others(lab: Lab, shell: Shell) -> None:
    socket = str(lab.folder / "own.sock")
    start(lab.local, socket, "api", "gone")
    lab.local.new_session("here", "sleep 1000")
    lab.local.new_session("ended", "sleep 1000")
    stays, goes = placed(lab.local, "=gone:", socket=socket), placed(lab.local, "=ended:")
    lab.local.tmux("-S", socket, "kill-session", "-t", "=gone")
    lab.local.tmux("kill-session", "-t", "=ended")
    with lab.local.hung_server("-S", socket):
        frame = look(lab.local, shell)
    assert (frame.cleaned, stays.exists(), goes.exists()) == (("ended",), True, False)


@sturdy_shells
def test_a_server_without_sessions_proves_it_too(lab: Lab, shell: Shell) -> None:
    lab.local.tmux("new-session", "-d", "-s", "api", ";", "set-option", "-g", "exit-empty", "off")
    placed(lab.local, "=api:")
    lab.local.tmux("kill-session", "-t", "=api")
    assert look(lab.local, shell).cleaned == ("api",)


# ---- files that don't say where they were written


@every_shell
@pytest.mark.parametrize("mark", ["a file", "a folder"])
def test_a_file_without_a_place_stays_where_another_machine_left_a_mark(lab: Lab, shell: Shell, mark: str) -> None:
    path = lab.local.write_status("old")
    if mark == "a file":
        write_placed(lab.local, "docs", {"host": "other:1", "boot": "1", "socket": "/x", "server": 1, "session": "$0"})
    else:
        (lab.local.sessions_dir / ".navi" / "at" / "other:1@5.6").mkdir(parents=True)
    frame = look(lab.local, shell)
    assert (frame.cleaned, path.exists(), frame.doubt) == ((), True, "host other:1")
    assert judged(frame)["old"].status.word == "unknown"
    assert "other uses the folder, too" in judged(frame)["old"].status.reason


@every_shell
def test_a_file_without_a_place_waits_for_every_server_process_and_these_are_found(lab: Lab, shell: Shell) -> None:
    """As with a TMUX_TMPDIR that only the login shell knows."""
    socket = str(lab.folder / "somewhere" / "else.sock")
    Path(socket).parent.mkdir()
    start(lab.local, socket, "hidden")
    stays, goes = lab.local.write_status("hidden"), lab.local.write_status("gone")
    frame = look(lab.local, shell)
    assert (frame.cleaned, stays.exists(), goes.exists()) == (("gone",), True, False)
    assert [(one.name, one.socket) for one in frame.sessions] == [("hidden", socket)]


@sturdy_shells
def test_a_file_without_a_place_stays_while_a_server_can_not_be_asked(lab: Lab, shell: Shell) -> None:
    socket = lab.folder / "own.sock"
    start(lab.local, str(socket), "hidden")
    process = lab.local.server("-S", str(socket))
    socket.rename(lab.folder / "moved.sock")
    path = lab.local.write_status("gone")
    frame = look(lab.local, shell)
    (lab.folder / "moved.sock").rename(socket)
    assert (frame.cleaned, path.exists()) == ((), True)
    assert frame.doubt.split()[:2] == ["server", str(process)] or process in frame.lost


# ---- renaming outside navi


@every_shell
def test_a_session_that_was_renamed_in_tmux_takes_its_file_along(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("api", "sleep 1000")
    path = placed(lab.local, "=api:")
    before = path.read_bytes()
    lab.local.tmux("rename-session", "-t", "=api", "web")
    shown = judged(look(lab.local, shell, cleanup=False))
    assert (list(shown), shown["web"].message) == (["web"], "mine")
    frame = look(lab.local, shell)
    assert (list(files(frame)), frame.cleaned) == (["web"], ())
    assert (path.exists(), path.with_name("web.json").read_bytes()) == (False, before)


@sturdy_shells
def test_a_renamed_session_with_a_file_of_its_new_name_keeps_that_and_the_old_one_is_kept_aside(
    lab: Lab, shell: Shell
) -> None:
    lab.local.new_session("api", "sleep 1000")
    placed(lab.local, "=api:")
    lab.local.tmux("rename-session", "-t", "=api", "web")
    new = placed(lab.local, "=web:")
    frame = look(lab.local, shell)
    assert (list(files(frame)), frame.cleaned, kept(lab.local)) == (["web"], ("api",), ["api.json"])
    assert new.exists()


# ---- promptness


@sturdy_shells
def test_a_watch_cleans_up_as_soon_as_a_server_that_hung_answers_again(lab: Lab, shell: Shell) -> None:
    lab.local.new_session("here", "sleep 1000")
    lab.local.new_session("gone", "exec sleep 1000")
    placed(lab.local, "=gone:")
    pane = int(lab.local.tmux("display-message", "-p", "-t", "=gone:", "#{pane_pid}"))
    with Watching(lab.local, shell) as watching:
        watching.frame(lambda frame: names(frame) == ["gone", "here"])
        with lab.local.hung_server():
            os.kill(pane, signal.SIGKILL)
            watching.say(b"poll\n")
            watching.frame(lambda frame: frame.tmux is Tmux.HUNG)
        watching.frame(lambda frame: frame.cleaned == ("gone",) and not frame.files)


def test_of_what_is_kept_only_the_newest_stay(lab: Lab) -> None:
    folder = lab.local.sessions_dir / ".navi" / "ended"
    folder.mkdir(parents=True)
    for number in range(210):
        (folder / f"{1000000000 + number}.s.json").touch()
    lab.local.write_status("gone")
    look(lab.local, DASH)
    left = sorted(path.name for path in folder.iterdir())
    assert (len(left), left[0], left[-1].partition(".")[2]) == (200, "1000000011.s.json", "gone.json")

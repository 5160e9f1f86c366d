"""watch.sh and launch.sh in real shells: what is told, how soon it ends, and that nothing is left."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from navi.core.address import Named
from navi.core.model import Frame, Tmux
from navi.ops import Operation
from navi.ops.look.frames import Heartbeat
from navi.ops.session.lifecycle import dismiss
from navi.ops.session.marks import mark
from tests.support.full_disk import disk
from tests.support.machines import Lab, Machine, replace
from tests.support.scripts import (
    DASH,
    Shell,
    Watching,
    beside,
    every_shell,
    every_watching_shell,
    files,
    here,
    look,
    names,
    run,
    stand_in,
    unwatchable,
)
from tests.support.waiting import until


@pytest.fixture
def box(lab: Lab) -> Machine:
    """A machine with one session and its file."""
    machine = lab.machine("box")
    machine.new_session("api")
    machine.write_status("api", message="first")
    return machine


def state_folder(machine: Machine) -> list[str]:
    """What the watch has in its state_folder, by kind."""
    return sorted({path.rpartition("/")[2].split(".")[0] for path in beside(machine)})


def until_sent(watching: Watching, message: str) -> None:
    """Wait until the watch has told a message of the session."""
    watching.frame(lambda frame: files(frame)["api"].message == message)


def all_gone(machine: Machine) -> None:
    """Wait until no process of a watch is left, and see that neither FIFO nor stamp is."""
    until(lambda: not machine.lab.leftovers(), what="no process is left")
    assert state_folder(machine) == []
    assert not list((machine.folder / "tmp").iterdir())


# ---- what is told


@every_shell
@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (mark("api", ["+b"]), b"poll\n"),
        (dismiss(Named("api")), b"changed\npoll\n"),
    ],
    ids=["mark", "dismiss"],
)
def test_an_operation_wakes_it(box: Machine, shell: Shell, operation: Operation[None], told: bytes) -> None:
    here(box).mkdir(parents=True)
    fifo = here(box) / f"watch.{os.getpid()}"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    try:
        run(box, shell, operation)
        assert os.read(reader, 100) == told
    finally:
        os.close(reader)


@every_watching_shell
def test_the_first_answer_tells_everything(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        frame = watching.next()
        assert isinstance(frame, Frame)
        assert (names(frame), list(files(frame)), frame.tmux) == (["api"], ["api"], Tmux.OK)
        assert state_folder(box) == ["stamp", "watch"]


@every_watching_shell
@pytest.mark.parametrize("replaced", [True, False], ids=["replaced", "rewritten in place"])
def test_a_changed_file_is_reported(box: Machine, shell: Shell, replaced: bool) -> None:
    path = box.sessions_dir / "api.json"
    with Watching(box, shell) as watching:
        watching.next()
        for number in range(3):
            text = f'{{"message": "{number}"}}'
            if replaced:
                replace(path, text)
            else:
                path.write_text(text)
            until_sent(watching, str(number))


@every_watching_shell
def test_new_and_deleted_files_are_reported_and_only_what_changed_is_sent_again(box: Machine, shell: Shell) -> None:
    with Watching(box, shell, cleanup=False) as watching:
        watching.next()
        box.write_status("two", message="second")
        watching.frame(lambda frame: "two" in files(frame))
        assert b"second" in watching.answers[-1].output
        assert b"first" not in watching.answers[-1].output
        (box.sessions_dir / "api.json").unlink()
        watching.frame(lambda frame: set(files(frame)) == {"two"})
        assert b"second" not in watching.answers[-1].output


@every_watching_shell
@pytest.mark.parametrize("seed", range(3))
def test_what_changes_between_two_looks_is_sent_and_nothing_else(lab: Lab, shell: Shell, seed: int) -> None:
    machine = lab.machine("box")
    machine.sessions_dir.mkdir()
    dice = random.Random(seed)
    there: dict[str, str] = {}
    with Watching(machine, shell, cleanup=False) as watching:
        watching.next()
        for turn in range(8):
            changed = change(machine.sessions_dir, there, turn, dice)
            watching.say(b"poll\n")
            frame = watching.frame(lambda frame: {name: file.message for name, file in files(frame).items()} == there)
            assert len(frame.files) == len(there)
            sent = [one.rest for answer in watching.answers[-3:] for one in answer.records() if one.kind == "file"]
            assert set(sent) >= {f"{name}.json" for name in changed}
            last = [one.rest for one in watching.answers[-1].records() if one.kind == "file"]
            assert len(last) <= len(changed)


def change(folder: Path, there: dict[str, str], turn: int, dice: random.Random) -> set[str]:
    """Make, rewrite and remove some of thirty files; return those that have a new text."""
    changed = set()
    for number in range(30):
        name = f"{'.' if number % 7 == 0 else ''}s {number}"
        action = dice.choice(("write", "remove", "leave", "leave"))
        if action == "write":
            there[name] = f"{turn} of {number}"
            changed.add(name)
            (folder / f"{name}.json").write_text(f'{{"message": "{there[name]}"}}')
        elif action == "remove" and there.pop(name, ""):
            (folder / f"{name}.json").unlink()
    return changed


@every_watching_shell
def test_a_session_that_begins_or_ends_is_reported(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        watching.next()
        box.new_session("web")
        watching.frame(lambda frame: names(frame) == ["api", "web"])
        box.tmux("kill-session", "-t", "=api")
        watching.frame(lambda frame: names(frame) == ["web"])
        watching.frame(lambda frame: frame.cleaned == ("api",) and not frame.files)
        box.tmux("kill-server")
        watching.frame(lambda frame: (frame.tmux, names(frame)) == (Tmux.NONE, []))


@every_watching_shell
def test_the_time_of_a_slow_turn_counts(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        watching.next()
        os.killpg(watching.process.pid, signal.SIGSTOP)  # as on a machine that is too busy to run it
        box.tmux("rename-session", "-t", "=api", "web")
        box.write_status("api", message="second")
        time.sleep(6)  # longer than the time between two listings
        os.killpg(watching.process.pid, signal.SIGCONT)
        first = watching.frame(lambda frame: "second" in str(frame.files))
        assert names(first) == ["web"]


@every_watching_shell
def test_what_a_server_does_after_its_answer_is_seen_soon(box: Machine, shell: Shell) -> None:
    """Also during a listing that finds nothing new, after which servers at rest are not asked for 30 s."""
    after = box.folder / "after"
    box.tmux("-L", "own", "new-session", "-d", "-s", "other")
    rename = f'rm {after}; "$real" -u rename-session -t =api web'
    stand_in(
        box, "tmux", f'case "$*" in *own*list-panes*) [ ! -e {after} ] || {{ {rename}; }} ;; esac; exec "$real" "$@"'
    )
    with Watching(box, shell) as watching:
        watching.frame(lambda frame: names(frame) == ["api", "other"])
        time.sleep(2)  # the servers rest
        after.touch()
        watching.frame(lambda frame: "web" in names(frame), timeout=20)
        assert not after.exists()


@every_watching_shell
def test_a_file_is_removed_a_moment_after_it_was_suspected_however_often_the_watch_is_woken(
    box: Machine, shell: Shell
) -> None:
    box.write_status("gone")
    log = box.folder / "order"
    stand_in(box, "sleep", f'[ "$1" != 0.3 ] || echo sleep >>{log}; exec "$real" "$@"')
    stand_in(box, "mv", f'case $1,$2 in ./*,*/gone.*) echo away >>{log} ;; esac; exec "$real" "$@"')
    with Watching(box, shell) as watching:
        watching.next()
        for _ in range(5):
            watching.say(b"poll\n")
        watching.frame(lambda frame: frame.cleaned)
    steps = log.read_text().split()
    # A file of which there was any doubt is put back, and taken away again later. ksh sleeps without a program.
    before = "away" if shell.name == "ksh-alone" else "sleep"
    assert steps[-1] == "away"
    assert all(steps[place - 1] == before for place, step in enumerate(steps) if step == "away"), steps


@every_watching_shell
@pytest.mark.parametrize("name", ["api", "new"])
def test_a_file_that_changes_while_another_is_removed_is_sent_as_it_is(box: Machine, shell: Shell, name: str) -> None:
    if shell.name == "ksh-alone":
        pytest.skip("ksh sleeps without a program, so nothing can be changed at that moment")
    box.new_session("web")
    changed = box.write_status(name, message="meanwhile").rename(box.folder / "changed")
    box.write_status("api", message="first")
    gone = box.write_status("web")
    moment = f'[ "$1" != 0.3 ] || [ ! -e {changed} ] || mv {changed} {box.sessions_dir}/{name}.json'
    with Watching(box, shell) as watching:
        watching.next()
        if name == "new":
            box.new_session("new")
            watching.frame(lambda frame: "new" in names(frame))
        stand_in(box, "sleep", f'{moment}; exec "$real" "$@"')
        box.tmux("kill-session", "-t", "=web")
        after = watching.frame(lambda frame: frame.cleaned)
    assert (after.cleaned, changed.exists(), gone.exists()) == (("web",), False, False)
    assert {one: file.message for one, file in files(after).items()} == {"api": "first"} | {name: "meanwhile"}


@every_watching_shell
def test_a_file_that_is_not_from_a_hook_stays_and_is_judged_once(box: Machine, shell: Shell) -> None:
    (box.sessions_dir / "package.json").write_text('{"name": "x"}')
    box.write_status("gone")
    log = box.folder / "judged"
    stand_in(box, "grep", f'echo "$*" >>{log}; exec "$real" "$@"')
    with Watching(box, shell) as watching:
        for name in ("gone", "again", "later"):
            box.write_status(name)
            watching.frame(lambda frame, name=name: frame.cleaned == (name,), timeout=30)  # type: ignore[misc]
    assert (box.sessions_dir / "package.json").read_text() == '{"name": "x"}'
    assert log.read_text().count("package.json") == 1


@every_watching_shell
def test_an_agent_that_leaves_only_its_shell_is_reported(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        box.tmux("send-keys", "-t", "=api:", "sleep 1000", "Enter")
        watching.frame(lambda frame: frame.sessions[0].pane.command == "sleep")
        box.tmux("send-keys", "-t", "=api:", "C-c")
        watching.frame(lambda frame: frame.sessions[0].pane.command == "bash")


def test_it_gives_a_sign_of_life_when_nothing_happens(box: Machine) -> None:
    with Watching(box, DASH) as watching:
        first = watching.next()
        beat = watching.next()
        assert isinstance(beat, Heartbeat)
        assert beat.clock >= first.clock > 1e9


@every_watching_shell
def test_a_poll_is_answered_even_if_nothing_changed(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        first = watching.next()
        watching.say(b"poll\n")
        again = watching.next()
        assert isinstance(first, Frame)
        assert isinstance(again, Frame)
        assert again.files == first.files


@every_watching_shell
def test_a_hook_wakes_the_watch_through_the_fifo(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        watching.next()
        (fifo,) = here(box).glob("watch.*")
        fifo.write_text("poll\n")
        assert isinstance(watching.next(), Frame)


@every_watching_shell
def test_a_folder_of_files_that_is_made_later_is_found(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    with Watching(machine, shell) as watching:
        frame = watching.next()
        assert isinstance(frame, Frame)
        assert frame.files == ()
        machine.write_status("api", message="later")
        watching.frame(lambda frame: "api" in files(frame))
        shutil.rmtree(machine.sessions_dir)
        watching.frame(lambda frame: not frame.files)


def test_tmux_that_hangs_is_reported_and_the_sessions_stay_as_they_were(box: Machine) -> None:
    box.write_status("gone")
    with Watching(box, DASH) as watching:
        watching.next()
        with box.hung_server():
            frame = watching.frame(lambda frame: frame.tmux is Tmux.HUNG, timeout=30)
            assert (names(frame), frame.proven) == (["api"], False)
        watching.frame(lambda frame: frame.tmux is Tmux.OK, timeout=30)


def test_many_changes_of_a_file_with_zero_bytes_do_not_stop_the_watch(box: Machine) -> None:
    with Watching(box, DASH) as watching:
        watching.next()
        for number in range(30):
            (box.sessions_dir / "api.json").write_bytes(b'{"message": "%d"}' % number + b"\0" * 5000)
            watching.say(b"poll\n")
            until_sent(watching, str(number))
        watching.hang_up()
        watching.process.wait(10)
        assert watching.complaint() == ""


# ---- how it ends


@every_watching_shell
def test_it_ends_with_its_standard_input_and_leaves_nothing(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        watching.next()
        watching.hang_up()
        assert watching.process.wait(10) == 0
        all_gone(box)


@every_watching_shell
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_at_a_signal_and_leaves_nothing(box: Machine, shell: Shell, number: signal.Signals) -> None:
    with Watching(box, shell) as watching:
        watching.next()
        watching.process.send_signal(number)
        watching.process.wait(10)
        all_gone(box)


@every_watching_shell
def test_it_ends_soon_when_nobody_reads_any_more(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        watching.next()
        assert watching.process.stdout
        watching.process.stdout.close()
        box.write_status("api", message="nobody reads this")
        watching.process.wait(10)
        all_gone(box)


@every_watching_shell
def test_what_a_killed_watch_left_is_swept_by_the_next(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as watching:
        watching.next()
        watching.process.kill()
        watching.process.wait()
        watching.hang_up()
    until(lambda: not box.lab.leftovers(), what="its helpers have ended")
    assert state_folder(box) == ["stamp", "watch"]
    with Watching(box, shell) as watching:
        watching.next()
        assert state_folder(box) == ["stamp", "watch"]
        watching.hang_up()
        watching.process.wait(10)
    all_gone(box)


@every_watching_shell
def test_two_watches_do_not_disturb_each_other(box: Machine, shell: Shell) -> None:
    with Watching(box, shell) as one, Watching(box, shell) as two:
        one.next()
        two.next()
        one.hang_up()
        one.process.wait(10)
        box.write_status("api", message="still")
        two.frame(lambda frame: files(frame)["api"].message == "still")


# ---- where it can't be had


@pytest.fixture
def full_disk() -> Iterator[Path]:
    """A folder on a disk on which nothing fits; its file system is mounted by root only."""
    with disk("size=64k,nr_inodes=8") as folder:
        yield folder


def fill(folder: Path) -> None:
    """Use up every inode."""
    number = 0
    while os.statvfs(folder).f_ffree:
        (folder / f"filler-{number}").touch()
        number += 1


@every_watching_shell
def test_a_full_disk_can_only_be_polled_and_nothing_is_lost(lab: Lab, shell: Shell, full_disk: Path) -> None:
    machine = lab.machine("box", variables={"TMPDIR": str(full_disk)})
    (full_disk / "api.json").write_text('{"status": "idle"}')
    if os.getuid() == 0:
        fill(full_disk)
    else:
        full_disk.chmod(0o500)
    machine.sessions_dir.symlink_to(full_disk)
    assert "FIFO" in unwatchable(machine, shell, machine.sessions_dir)
    assert look(machine, shell, cleanup=False).files[0].status == "idle"
    assert (full_disk / "api.json").exists()


@every_watching_shell
def test_a_folder_that_is_read_only_is_watched_from_elsewhere(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    machine.write_status("api", message="first")
    stand_in(machine, "mkdir", 'case $* in *.navi*) exit 1 ;; esac; exec "$real" "$@"')
    with Watching(machine, shell) as watching:
        watching.next()
        machine.write_status("api", message="second")
        watching.frame(lambda frame: files(frame)["api"].message == "second")
        assert not (machine.sessions_dir / ".navi").exists()
        watching.hang_up()
        watching.process.wait(10)
    until(lambda: not lab.leftovers(), what="no process is left")
    assert not list((machine.folder / "tmp").iterdir())

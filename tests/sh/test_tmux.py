"""tmux.sh in real shells: which tmux is found, here and by attaching, and real servers that hang: they are stopped."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from navi.core.model import Frame, Session, Source, Status, Tmux
from navi.ops import Operation
from navi.ops.linker import link
from navi.ops.session.attach import ENTER, attach
from tests.support.hosts import host, opened
from tests.support.machines import Account, Lab, Machine, program
from tests.support.scripts import (
    ALONE,
    DASH,
    DASH_ALONE,
    NO_TIMEOUT,
    SHELLS,
    Shell,
    Watching,
    answer,
    beside,
    environment,
    every_shell,
    every_watching_shell,
    here,
    look,
    names,
    stand_in,
)
from tests.support.terminal import Terminal
from tests.support.waiting import until

LOGIN_SHELLS = ("sh", "bash", "fish", "tcsh", "zsh", "ksh", "busybox")

HIDDEN = (".local/bin", "bin", ".nix-profile/bin", ".linuxbrew/bin")
"""Folders below the home in which tmux is found although PATH does not name them."""


ATTACHED = re.compile(r"^\[api\]", re.MULTILINE)
"""What tmux's status line shows of the session."""


def hide_tmux(account: Account, folder: str) -> None:
    """Put tmux into a folder below the home."""
    path = account.home / folder / "tmux"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(program("tmux"))


@pytest.mark.parametrize("shell", [*SHELLS, *ALONE, NO_TIMEOUT], ids=lambda shell: shell.name)
@pytest.mark.parametrize("without", [(), ("timeout",)], ids=["timeout", "alone"])
def test_a_limited_command_reads_its_input(lab: Lab, shell: Shell, without: tuple[str, ...]) -> None:
    shell = replace(shell, without=(*shell.without, *without))
    script = f"{link('lib/tmux')}\nprintf 'one\\ntwo\\n' | {{ navi_limited 5 head -n 1; }}"
    words = [*shell.words, "-c", script]
    done = subprocess.run(words, env=environment(lab.local, shell), capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("one\n", "")


# ---- which tmux


@every_shell
@pytest.mark.parametrize("folder", HIDDEN)
def test_tmux_is_found_where_path_does_not_lead(lab: Lab, shell: Shell, folder: str) -> None:
    machine = lab.machine("box", path=lab.path_without("tmux"))
    machine.new_session("api")
    without = {"PATH": lab.path_without("tmux")}
    assert look(machine, shell, more=without).tmux is Tmux.MISSING
    hide_tmux(machine, folder)
    frame = look(machine, shell, more=without)
    assert (frame.tmux, names(frame)) == (Tmux.OK, ["api"])


@every_shell
def test_what_path_finds_wins(lab: Lab, shell: Shell) -> None:
    hide_tmux(lab.local, ".local/bin")
    stand_in(lab.local, "tmux", "echo 'the one of PATH'; exit 1")
    assert look(lab.local, shell).tmux_error == "the one of PATH"


PATHS = ("/usr/bin:/bin", "/usr/bin:/opt/homebrew/bin:/bin", "/usr/local/bin", "/a b:/*:/usr/bin", "")


@every_shell
@pytest.mark.parametrize("path", PATHS)
def test_the_usual_folders_are_added_once_behind_path(lab: Lab, shell: Shell, path: str) -> None:
    print_path = Operation("path", link("lib/tmux") + "\nprintf '%s' \"$PATH\"", (), lambda said: said)
    whole = Shell(shell.name, (program(shell.words[0]), *shell.words[1:]))
    found = answer(lab.local, whole, print_path, {"PATH": path}).output.decode()
    assert found.startswith(path)
    folders = found.split(":")
    assert len(folders) == len(set(folders))
    assert {"/opt/homebrew/bin", "/usr/local/bin", "/home/linuxbrew/.linuxbrew/bin", "/opt/local/bin"} <= set(folders)
    assert "" not in folders, "an empty entry is the current folder, where anybody may have put a tmux"


def test_the_command_that_attaches_is_read_alike_by_every_login_shell() -> None:
    assert re.search(r"['\\!\n]", ENTER) is None
    assert len(ENTER) < 1000, "a word of more than 1024 bytes is too long for some csh"


def session_of(machine: Machine) -> Session:
    """Return the only session of a machine, as a look shows it."""
    (found,) = look(machine, DASH).sessions
    return Session(machine.name, found.name, Status("idle", Source.PANE, None, ""), tmux=found)


@pytest.mark.parametrize("shell", LOGIN_SHELLS)
async def test_attaching_finds_the_tmux_that_was_listed(lab: Lab, shell: str) -> None:
    machine = lab.machine("box", shell=shell, path=lab.path_without("tmux"))
    hide_tmux(machine, ".nix-profile/bin")
    machine.new_session("api")
    async with opened(host(lab, machine)) as one:
        words = one.interactive(attach(session_of(machine)))
        with Terminal(words, lab.environment()) as screen:
            screen.wait_for(ATTACHED, timeout=20)


@pytest.mark.parametrize("shell", ["fish", "tcsh"])
async def test_a_socket_with_an_odd_name_is_attached_to(lab: Lab, shell: str) -> None:
    machine = lab.machine("box", shell=shell)
    machine.tmux("-L", "it's $HOME;`id`", "new-session", "-d", "-s", "api")
    async with opened(host(lab, machine)) as one:
        words = one.interactive(attach(session_of(machine)))
        with Terminal(words, lab.environment()) as screen:
            screen.wait_for(ATTACHED, timeout=20)


# ---- servers that hang


def begin(account: Account, *servers: str) -> None:
    """Start tmux servers with a session each, of the server's name; "default" is the default one."""
    for one in servers:
        account.tmux("-L", one, "new-session", "-d", "-s", one, "exec sleep 1000")


@contextmanager
def stopped(account: Account, *servers: str) -> Iterator[list[int]]:
    """Stop tmux servers; they go on afterwards."""
    with ExitStack() as hung:
        yield [hung.enter_context(account.hung_server("-L", one)) for one in servers]


def note_limits(account: Account) -> Path:
    """Have every question with a time limit noted, a line each: seconds, then the command."""
    log = account.folder / "questions"
    stand_in(account, "timeout", f'shift 2; echo "$*" | head -n 1 >>{log}; exec "$real" -s KILL "$@"')
    return log


def questions(log: Path) -> list[str]:
    """Return what was noted."""
    return log.read_text().splitlines() if log.exists() else []


@every_shell
def test_many_servers_that_hang_are_waited_for_seven_seconds_in_all(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "a", "b", "c", "d", "e")
    path = machine.write_status("gone")
    log = note_limits(machine)
    with stopped(machine, "default", "a", "b", "c", "d", "e"):
        frame = look(machine, shell)
    assert (frame.tmux, frame.proven, frame.cleaned) == (Tmux.HUNG, False, ())
    # Sockets below /tmp are of this user, too, and none of this test's.
    asked = [line for line in questions(log) if " -S " not in line or f" -S {machine.folder}/" in line]
    assert 5 <= sum(int(line.split()[0]) for line in asked) <= 7
    assert path.exists()


@every_watching_shell
def test_servers_that_hang_are_not_in_the_way_of_the_default_one(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "a", "b", "c")
    log = note_limits(machine)
    with Watching(machine, shell) as watching:
        assert watching.frame(lambda frame: len(frame.sessions) == 4)
        with stopped(machine, "a", "b", "c"):
            watching.say(b"poll\n")
            watching.frame(lambda frame: not frame.proven)
            log.write_text("")
            machine.new_session("web")
            frame = watching.frame(lambda frame: "web" in names(frame))
            watching.say(b"poll\n")
            watching.frame(names)
            assert names(frame) == ["a", "b", "c", "default", "web"], "those that hang stay as they were"
            lists = [line for line in questions(log) if "list-panes" in line]
            assert lists
            assert not [line for line in lists if f" -S {machine.folder}/" in line]
        watching.frame(lambda frame: frame.proven and len(frame.sessions) == 5, timeout=30)


@every_watching_shell
def test_a_default_server_that_hangs_is_not_in_the_way_of_another(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "other")
    with Watching(machine, shell) as watching:
        watching.next()
        with stopped(machine, "default"):
            watching.say(b"poll\n")
            watching.frame(lambda frame: frame.tmux is Tmux.HUNG)
            machine.tmux("-L", "other", "new-session", "-d", "-s", "news", "exec sleep 1000")
            frame = watching.frame(lambda frame: "news" in names(frame))
            assert (frame.tmux, names(frame)) == (Tmux.HUNG, ["default", "news", "other"])
        watching.frame(lambda frame: frame.tmux is Tmux.OK and frame.proven, timeout=30)


def test_a_healthy_server_behind_many_that_hang_is_found(lab: Lab) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "a", "b", "c", "d", "e", "healthy")
    with stopped(machine, "a", "b", "c", "d", "e"), Watching(machine, DASH) as watching:
        frame = watching.frame(lambda frame: "healthy" in names(frame), timeout=30)
        assert (names(frame), frame.proven) == (["default", "healthy"], False)


@every_shell
def test_looks_remember_who_hangs_and_find_a_healthy_server_behind_them(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "a", "b", "c", "d", "e", "healthy")
    machine.write_status("gone")
    hung = here(machine) / "hung"
    with stopped(machine, "a", "b", "c", "d", "e"):
        look(machine, shell)
        frame = look(machine, shell)
        assert (names(frame), frame.proven, frame.cleaned) == (["default", "healthy"], False, ())
        assert stat.S_IMODE(hung.stat().st_mode) == 0o600
    hung.write_text(re.sub(r"^\d+", "1", hung.read_text(), flags=re.MULTILINE))
    seen = [names(look(machine, shell)) for _ in "abcde"]
    assert [len(one) for one in seen] == [3, 4, 5, 6, 7], "one more is tried again at each look"
    assert not hung.exists()


@pytest.mark.parametrize("text", ["", "x", "1", "99999999999999999999 =/x", "9999999999 =", "=\n\n1 2 3", "\0"])
def test_a_memory_of_who_hangs_that_makes_no_sense_does_no_harm(lab: Lab, text: str) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "other")
    machine.write_status("default")
    here(machine).mkdir(parents=True)
    (here(machine) / "hung").write_text(text)
    assert names(look(machine, DASH)) == ["default", "other"]


def test_where_nothing_can_be_remembered_servers_are_asked_in_another_order_each_time(lab: Lab) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "a", "b", "c", "d", "healthy")
    machine.sessions_dir.write_text("not a folder")
    with stopped(machine, "a", "b", "c", "d"):
        until(lambda: "healthy" in names(look(machine, DASH)), timeout=120, what="the healthy one is found")


@pytest.mark.parametrize("shell", [DASH, DASH_ALONE], ids=lambda shell: shell.name)
def test_a_server_that_hung_and_was_killed_is_gone(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "other")
    with Watching(machine, shell) as watching:
        watching.next()
        with stopped(machine, "other") as (process,):
            watching.say(b"poll\n")
            watching.frame(lambda frame: not frame.proven)
            os.kill(process, signal.SIGKILL)
            until(lambda: not Path(f"/proc/{process}").exists(), what="the server is gone")
            frame = watching.frame(lambda frame: frame.proven, timeout=30)
            assert (names(frame), frame.tmux) == (["default"], Tmux.OK)


@every_watching_shell
def test_a_watch_that_ends_while_servers_hang_leaves_nothing(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "other")
    machine.write_status("default")
    with stopped(machine, "other"), Watching(machine, shell) as watching:
        watching.frame(lambda frame: not frame.proven)
        watching.hang_up()
        assert watching.process.wait(10) == 0
        until(lambda: not lab.leftovers(), what="no process is left")
        assert beside(machine) == []


@every_watching_shell
def test_a_socket_whose_name_has_a_line_end_is_passed_over_and_proves_nothing(lab: Lab, shell: Shell) -> None:
    begin(lab.local, "default", "two\nlines", "after")
    path = lab.local.write_status("two lines")
    with Watching(lab.local, shell) as watching:
        frame = watching.next()
        assert isinstance(frame, Frame)
        assert (names(frame), frame.tmux, frame.proven) == (["after", "default"], Tmux.OK, False)
        assert path.exists()


# ---- servers that have ended


@every_watching_shell
def test_a_socket_that_nobody_listens_on_is_asked_again_only_when_it_is_made_anew(lab: Lab, shell: Shell) -> None:
    machine = lab.machine("box")
    begin(machine, "default", "other")
    machine.tmux("-L", "other", "kill-server")
    log = note_limits(machine)

    def asked() -> int:
        return sum("/other " in line for line in questions(log))

    with Watching(machine, shell) as watching:
        watching.next()
        until(lambda: asked() == 1, what="it was asked once")
        time.sleep(2.1)  # some shells compare whole seconds
        for _ in range(2):
            watching.say(b"poll\n")
            watching.frame(lambda frame: frame.sessions)
        again = asked()
        for _ in range(3):
            watching.say(b"poll\n")
            watching.frame(lambda frame: frame.sessions)
        assert asked() == again
        begin(machine, "other")
        for _ in range(2):
            watching.say(b"poll\n")
            frame = watching.frame(lambda frame: "other" in names(frame))
        assert names(frame) == ["default", "other"]
        before = asked()
        watching.say(b"poll\n")
        watching.frame(lambda frame: frame.sessions)
        assert asked() == before + 1

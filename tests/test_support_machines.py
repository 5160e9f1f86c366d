"""The lab itself, on which the other tests depend, does what it documents."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio

from tests.support.machines import Keys, Lab, Machine, user
from tests.support.processes import processes
from tests.support.relay import Relay
from tests.support.terminal import Terminal
from tests.support.waiting import until, until_async

SHELLS = ("sh", "bash", "dash", "fish", "tcsh", "zsh", "ksh", "busybox")

SELF_PORTRAIT = """\
printf '%s\\n' "$HOME" "$PWD" "${XDG_RUNTIME_DIR-unset}" "${TMUX-unset}" "${SSH_ORIGINAL_COMMAND-unset}"
tmux list-sessions -F '#{session_name}'
"""

OpenTerminal = Callable[..., Terminal]


def ssh(lab: Lab, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run ssh from the lab's own machine."""
    command = ["ssh", "-o", "BatchMode=yes", *words]
    return subprocess.run(command, input=text, text=True, capture_output=True, timeout=30, env=lab.environment())


@pytest.fixture
def channel(lab: Lab) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ssh processes that read from a pipe; they are ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(["ssh", *words], stdin=pipe, stdout=pipe, text=True, env=lab.environment()))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def ask(channel: subprocess.Popen[str], command: str) -> str:
    """Send one line to a remote shell and return the line that it answers."""
    assert channel.stdin
    assert channel.stdout
    channel.stdin.write(f"{command}\n")
    channel.stdin.flush()
    return channel.stdout.readline().rstrip("\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_login_shell_runs_a_script_in_its_own_home_beside_its_own_tmux(lab: Lab, shell: str) -> None:
    machine = lab.machine("box", shell=shell)
    machine.new_session("of-the-box")
    lab.local.new_session("of-the-lab")
    answer = ssh(lab, "box", "exec sh -s", text=SELF_PORTRAIT)
    home = str(machine.home)
    assert answer.stdout.splitlines() == [home, home, "unset", "unset", "unset", "of-the-box"], answer.stderr
    assert machine.commands() == ["exec sh -s"]
    assert machine.sh(SELF_PORTRAIT) == answer.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_every_login_shell_answers_on_a_terminal(lab: Lab, terminal: OpenTerminal, shell: str) -> None:
    machine = lab.machine("box", shell=shell)
    screen = terminal(["ssh", "box"], lab.environment())
    until(lambda: machine.commands() == [""], what="a login without a command")
    screen.type("echo in:$HOME")
    screen.press("Enter")
    # A shell that starts later than the keys arrive prints its prompt before the answer.
    screen.wait_for(re.compile(rf"^\S* ?in:{re.escape(str(machine.home))}$", re.MULTILINE))


def test_a_status_under_ssh_is_that_of_the_command(lab: Lab) -> None:
    lab.machine("box")
    assert ssh(lab, "box", "exit 7").returncode == 7


def test_a_machine_without_an_alias_is_reached_by_port_and_key(lab: Lab) -> None:
    machine = lab.machine("box", alias=False)
    assert ssh(lab, "box", "true").returncode == 255
    address = ["-p", str(machine.port), "-i", str(lab.key), f"{user()}@127.0.0.1"]
    assert ssh(lab, *address, "echo here").stdout == "here\n"


def test_a_jump_goes_through_the_bastion(lab: Lab) -> None:
    bastion, inner = lab.machine("bastion"), lab.machine("inner")
    assert ssh(lab, "-J", "bastion", "inner", "echo $HOME").stdout == f"{inner.home}\n"
    assert "Accepted publickey" in bastion.log.read_text()
    assert bastion.commands() == []


def test_a_changed_host_key_is_refused(lab: Lab) -> None:
    lab.machine("box")
    lab.change_host_keys()
    answer = ssh(lab, "box", "true")
    assert (answer.returncode, "IDENTIFICATION HAS CHANGED" in answer.stderr) == (255, True)


def test_more_sessions_than_allowed_are_refused(lab: Lab, channel: Callable[..., subprocess.Popen[str]]) -> None:
    machine = lab.machine("box", max_sessions=1)
    control = ["-S", f"{lab.folder}/run/control"]
    assert ask(channel("-M", *control, "box", "exec sh -s"), "echo first") == "first"
    assert "Session open refused" in ssh(lab, *control, "box", "true").stderr
    assert machine.connections() == 1


def test_stand_ins_come_first_and_tmux_can_be_missing(lab: Lab) -> None:
    machine = lab.machine("box", path=lab.path_without("tmux"))
    (machine.bin / "git").write_text("#!/bin/sh\necho a stand-in\n")
    (machine.bin / "git").chmod(0o755)
    answer = ssh(lab, "box", "exec sh -s", text="git; command -v tmux || echo no tmux")
    assert answer.stdout == "a stand-in\nno tmux\n"


def test_frozen_is_silent_with_its_connection_open(lab: Lab, channel: Callable[..., subprocess.Popen[str]]) -> None:
    machine = lab.machine("box")
    machine.new_session("api")
    shell = channel("box", "exec sh -s")
    assert ask(shell, "echo one") == "one"
    machine.freeze()
    assert {one.state for one in machine.belongings()} == {"T"}
    assert ssh(lab, "-o", "ConnectTimeout=1", "box", "true").returncode == 255
    assert shell.poll() is None
    machine.thaw()
    assert ask(shell, "echo two") == "two"
    assert machine.tmux("list-sessions", "-F", "#S") == "api"


def test_broken_connections_end_at_once_and_sessions_go_on(
    lab: Lab, channel: Callable[..., subprocess.Popen[str]]
) -> None:
    machine = lab.machine("box")
    machine.new_session("api")
    shells = [channel("box", "exec sh -s"), channel("-N", "box")]
    assert ask(shells[0], "echo one") == "one"
    until(lambda: machine.connections() == 2, what="two connections")
    machine.break_connections()
    assert [one.wait(timeout=10) for one in shells] == [255, 255]
    assert machine.connections() == 0
    assert machine.tmux("list-sessions", "-F", "#S") == "api"
    assert ssh(lab, "box", "echo again").stdout == "again\n"


def test_a_stopped_machine_refuses_and_comes_back_with_its_sessions(lab: Lab) -> None:
    machine = lab.machine("box")
    machine.new_session("api")
    machine.stop()
    assert "Connection refused" in ssh(lab, "box", "true").stderr
    machine.start()
    assert ssh(lab, "box", "tmux list-sessions -F '#S'").stdout == "api\n"


def test_leftovers_are_masters_and_what_they_run_but_not_sessions(
    lab: Lab, channel: Callable[..., subprocess.Popen[str]]
) -> None:
    machine = lab.machine("box")
    machine.new_session("api")
    lab.local.new_session("web")
    assert lab.leftovers() == []
    control = ["-S", f"{lab.folder}/run/control", "box"]
    assert ssh(lab, "-fNM", *control).returncode == 0
    assert ask(channel(*control, "exec sh -s"), "echo one") == "one"
    found = " ".join(one.words for one in lab.leftovers())
    assert "control" in found
    assert "sh -s" in found
    assert ssh(lab, "-O", "exit", *control).returncode == 0
    until(lambda: not lab.leftovers(), what="nothing left")


def test_close_leaves_no_process(keys: Keys) -> None:
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    with Lab(folder, keys) as lab:
        for shell in ("bash", "fish"):
            machine = lab.machine(shell, shell=shell)
            machine.new_session("api", "env -i sleep 1000")
            machine.new_session("deaf", "trap '' HUP TERM; sleep 1000")
        lab.local.new_session("web")
        assert ssh(lab, "-fNM", "-S", f"{folder}/run/control", "bash").returncode == 0
        machine.freeze()
        before = {one.pid for one in lab.belongings()}
    assert len(before) > 10
    assert before.isdisjoint(one.pid for one in processes())
    assert not [one for one in processes() if one.mentions(folder)]
    shutil.rmtree(folder)


def test_a_status_file_and_remotes_are_in_place(lab: Lab) -> None:
    machine = lab.machine("box", alias=False)
    status = machine.write_status("api", status="permission", message="Run tests?")
    assert status == machine.home / ".claude-sessions" / "api.json"
    assert '"message": "Run tests?"' in status.read_text()
    text = lab.remotes_yaml([machine, {"name": "other", "host": "o"}], cleanup=False).read_text()
    assert f"port: {machine.port}" in text
    assert text.count("cleanup: false") == 2


def test_a_terminal_shows_moves_stops_and_ends_a_program(lab: Lab, terminal: OpenTerminal) -> None:
    code = "import os, sys; print('size', *os.get_terminal_size(), 'TMUX' in os.environ); sys.exit(len(input('> ')))"
    screen = terminal([sys.executable, "-c", code], lab.environment(), width=90, height=20)
    screen.wait_for("size 90 20 False\n>")
    assert (screen.cursor().column, screen.cursor().visible) == (2, True)
    assert screen.pid != screen.shell_pid
    screen.press("C-z")
    screen.wait_prompt()
    screen.type("fg")
    screen.press("Enter")
    screen.type("a\\ 'b $c")
    screen.press("Enter")
    assert screen.exit_status() == 8


def test_a_terminal_that_times_out_shows_its_screen(lab: Lab, terminal: OpenTerminal) -> None:
    screen = terminal(["printf", "\\033[31mred\\n"], lab.environment())
    screen.wait_for("red")
    assert "\x1b[31mred" in screen.screen(escapes=True)
    with pytest.raises(AssertionError, match=r"(?s)'blue' on the screen.*\nred\n"):
        screen.wait_for("blue", timeout=0.1)


def test_a_terminal_changes_its_size(lab: Lab, terminal: OpenTerminal) -> None:
    screen = terminal(
        ["sh", "-c", "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done"], lab.environment()
    )
    screen.wait_for("ready")
    screen.resize(70, 15)
    screen.wait_for("\n15 70")


@pytest.fixture
def far(lab: Lab) -> Iterator[tuple[Machine, Relay]]:
    """A machine `far` behind a relay without delay."""
    machine = lab.machine("near")
    with Relay(machine.port) as relay:
        lab.alias("far", relay.port)
        yield machine, relay


def test_a_relay_adds_its_delay_in_both_directions(
    far: tuple[Machine, Relay], channel: Callable[..., subprocess.Popen[str]]
) -> None:
    shell = channel("far", "exec sh -s")
    assert ask(shell, "echo one") == "one"
    far[1].delay = 0.15
    before = time.monotonic()
    assert ask(shell, "echo two") == "two"
    assert time.monotonic() - before >= 0.3


def test_a_relay_keeps_order_and_every_byte(far: tuple[Machine, Relay], lab: Lab) -> None:
    far[1].delay = 0.01
    text = "".join(f"line {number}\n" for number in range(50000))
    assert ssh(lab, "far", "cat", text=text).stdout == text


def test_a_paused_relay_is_half_open(far: tuple[Machine, Relay], channel: Callable[..., subprocess.Popen[str]]) -> None:
    shell = channel("far", "exec sh -s")
    assert ask(shell, "echo one") == "one"
    far[1].pause()
    with socket.create_connection(("127.0.0.1", far[1].port)) as stranger:
        stranger.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stranger.recv(1)
    far[1].resume()
    assert ask(shell, "echo two") == "two"


def test_a_cut_relay_ends_connections_and_takes_new_ones(
    far: tuple[Machine, Relay], lab: Lab, channel: Callable[..., subprocess.Popen[str]]
) -> None:
    shell = channel("far", "exec sh -s")
    assert ask(shell, "echo one") == "one"
    far[1].cut()
    assert shell.wait(timeout=10) == 255
    until(lambda: far[0].connections() == 0, what="the far end has noticed")
    assert ssh(lab, "far", "echo again").stdout == "again\n"


async def test_waiting_lets_other_tasks_run_and_names_the_condition() -> None:
    come = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(until_async, come.is_set)
        nursery.start_soon(trio.sleep, 0)
        come.set()
    with pytest.raises(AssertionError, match=r"not within 0\.01 s: the moon"):
        await until_async(lambda: False, timeout=0.01, what="the moon")
    with pytest.raises(AssertionError, match="the sun"):
        until(lambda: 0, timeout=0.01, what="the sun")

"""navi attach: what it becomes, and what keeps the connection while a terminal is attached."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from navi.config.remote import Remote
from navi.hosts.masters import Master
from tests.support.machines import Account, Lab, Machine
from tests.support.processes import processes
from tests.support.terminal import PROMPT, Terminal
from tests.support.verbs import pane
from tests.support.waiting import until

OpenTerminal = Callable[..., Terminal]


@pytest.fixture
def atlas(lab: Lab) -> Machine:
    """A remote with a session."""
    atlas = lab.machine("atlas")
    atlas.new_session("api", "exec cat")
    lab.remotes_yaml([atlas])
    return atlas


def attach(terminal: OpenTerminal, lab: Lab, address: str) -> Terminal:
    """Attach in a terminal of its own."""
    screen = terminal([sys.executable, "-m", "navi", "attach", address], lab.environment())
    screen.wait_for(re.compile(r"^\[api\].*0:", re.MULTILINE))
    return screen


def typed(screen: Terminal, account: Account, text: str) -> None:
    """Type into the session, and wait until it has the text."""
    screen.type(text)
    until(lambda: text in pane(account, "api"), what=f"{text!r} was typed")


def attached(lab: Lab) -> list[int]:
    """Return the processes of ssh that are attached."""
    return [one.pid for one in processes() if one.mentions(lab.folder) and "RequestTTY=force" in one.words]


def test_who_closes_the_master_leaves_it_to_an_attached_terminal(
    lab: Lab, atlas: Machine, terminal: OpenTerminal
) -> None:
    dashboard = Master(Remote(**atlas.remote()), lab.environment())  # type: ignore[arg-type]
    dashboard.open()
    screen = attach(terminal, lab, "atlas/api")
    dashboard.close()
    typed(screen, atlas, "still here")
    screen.press("C-b")
    screen.press("d")
    assert screen.exit_status() == 0
    dashboard.open()
    dashboard.close()
    until(lambda: atlas.connections() == 0, what="it is closed once nobody is attached")


def test_an_attached_terminal_outlives_a_dashboard(lab: Lab, atlas: Machine, terminal: OpenTerminal) -> None:
    dashboard = terminal([sys.executable, "-m", "navi"], lab.environment())
    dashboard.wait_for("✔ atlas")
    screen = attach(terminal, lab, "atlas/api")
    dashboard.press("q")
    dashboard.wait_prompt()
    typed(screen, atlas, "still here")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_is_attached(
    lab: Lab, atlas: Machine, terminal: OpenTerminal, number: signal.Signals
) -> None:
    screen = attach(terminal, lab, "atlas/api")
    os.kill(screen.pid, number)
    screen.wait_for(PROMPT.strip())
    until(lambda: not attached(lab), what="ssh has ended")
    assert "api" in atlas.tmux("list-sessions")


def test_ctrl_c_reaches_the_session_only(lab: Lab, atlas: Machine, terminal: OpenTerminal) -> None:
    atlas.tmux("new-session", "-d", "-s", "trap", "trap 'echo got it' INT; while :; do sleep 0.1; done")
    screen = terminal([sys.executable, "-m", "navi", "attach", "atlas/trap"], lab.environment())
    screen.wait_for("[trap]")
    screen.press("C-c")
    screen.wait_for("got it")


@pytest.mark.usefixtures("atlas")
def test_ssh_that_is_stopped_gives_the_terminal_back(lab: Lab, terminal: OpenTerminal) -> None:
    screen = attach(terminal, lab, "atlas/api")
    os.kill(attached(lab)[0], signal.SIGSTOP)
    screen.wait_for("Stopped")


def test_a_terminal_that_goes_away_leaves_nothing(lab: Lab, atlas: Machine) -> None:
    with closing(Terminal([sys.executable, "-m", "navi", "attach", "atlas/api"], lab.environment())) as screen:
        screen.wait_for("[api]")
        screen._tmux("kill-server")
        until(lambda: not attached(lab), what="ssh has ended")
    assert "api" in atlas.tmux("list-sessions")

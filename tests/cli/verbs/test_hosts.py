"""navi hosts --login: a person at a terminal logs in, and the exit status tells whether that worked."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from tests.support.hosts import master
from tests.support.machines import Lab, Machine, replace
from tests.support.terminal import Terminal
from tests.support.verbs import navi
from tests.support.waiting import until

OpenTerminal = Callable[..., Terminal]


def log_in(terminal: OpenTerminal, lab: Lab, name: str) -> Terminal:
    return terminal([sys.executable, "-m", "navi", "hosts", "--login", name], lab.environment())


def unknown(lab: Lab, machine: Machine) -> None:
    """Forget a machine's host key; ssh may ask a person for it."""
    lab.alias(machine.name, machine.port, StrictHostKeyChecking="ask")
    lines = lab.known_hosts.read_text().splitlines(keepends=True)
    replace(lab.known_hosts, "".join(line for line in lines if f":{machine.port} " not in line))


def confirm(screen: Terminal) -> None:
    screen.wait_for("Are you sure you want to continue connecting")
    screen.type("yes")
    screen.press("Enter")


def test_a_person_logs_in_and_verbs_use_the_connection(lab: Lab, terminal: OpenTerminal) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    unknown(lab, atlas)
    refused = navi(lab, "ls", "--host", "atlas", status=77)
    assert "its host key is not known here; navi hosts --login atlas to compare the fingerprint" in refused.stderr
    screen = log_in(terminal, lab, "atlas")
    confirm(screen)
    screen.wait_for("logged in to atlas")
    assert screen.exit_status() == 0
    navi(lab, "ls", "--host", "atlas")
    assert atlas.connections() == 1
    assert navi(lab, "hosts", "--login", "atlas").stdout == "atlas is already connected\n"


def test_the_end_of_a_dashboard_leaves_the_connection_of_a_login(lab: Lab, terminal: OpenTerminal) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    log_in(terminal, lab, "atlas").wait_for("logged in to atlas")
    replace(atlas.folder / "authorized_keys", "")
    screen = terminal([sys.executable, "-m", "navi"], lab.environment())
    screen.wait_for("✔ atlas")
    screen.press("q")
    screen.wait_prompt()
    navi(lab, "ls", "--host", "atlas")


def test_a_connection_that_comes_after_that_of_a_login_ends_with_its_dashboard(
    lab: Lab, terminal: OpenTerminal
) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    log_in(terminal, lab, "atlas").wait_for("logged in to atlas")
    os.kill(master(lab), signal.SIGTERM)
    until(lambda: atlas.connections() == 0, what="the connection of the login has ended")
    screen = terminal([sys.executable, "-m", "navi"], lab.environment())
    screen.wait_for("✔ atlas")
    screen.press("q")
    screen.wait_prompt()
    until(lambda: atlas.connections() == 0, what="the dashboard has closed its connection", timeout=20)


def test_a_person_may_take_longer_than_a_connection_at_a_jump_host(lab: Lab, terminal: OpenTerminal) -> None:
    bastion, atlas = lab.machine("bastion"), lab.machine("atlas")
    lab.remotes_yaml([atlas.remote(jump_host="bastion", connect_timeout=1)])
    unknown(lab, bastion)
    screen = log_in(terminal, lab, "atlas")
    screen.wait_for("Are you sure you want to continue connecting")
    time.sleep(2.5)
    confirm(screen)
    screen.wait_for("logged in to atlas")
    assert screen.exit_status() == 0


def test_a_refused_login_names_host_command_and_what_to_do(lab: Lab, terminal: OpenTerminal) -> None:
    atlas = lab.machine("atlas", alias=False)
    lab.remotes_yaml([atlas.remote(name="staging")])
    replace(atlas.folder / "authorized_keys", "")
    screen = log_in(terminal, lab, "staging")
    shown = screen.wait_for("navi doctor staging").replace("\n", "")
    assert screen.exit_status() == 77
    assert f"Logging in to staging for navi: ssh -l {atlas.remote()['user']} -p {atlas.port} -i {lab.key}" in shown
    assert "The login to staging failed" in shown
    assert "To see what ssh tries: ssh -v " in shown


def test_a_host_that_is_down_is_no_refused_login(lab: Lab, terminal: OpenTerminal) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    atlas.stop()
    screen = log_in(terminal, lab, "atlas")
    screen.wait_for("navi: atlas: ")
    assert screen.exit_status() == 69


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("atlas",), "logging in needs a terminal"),
        (("local",), "this machine needs no login"),
        (("nope",), "no host named `nope`"),
        (("atlas", "--json"), "--json"),
    ],
)
def test_a_login_that_can_not_be_is_refused(lab: Lab, words: tuple[str, ...], message: str) -> None:
    lab.remotes_yaml([{"name": "atlas", "host": "127.0.0.1", "port": 1}])
    assert message in navi(lab, "hosts", "--login", *words, status=64).stderr

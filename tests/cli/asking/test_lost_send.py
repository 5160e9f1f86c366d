"""The connection is lost while a text is sent: navi finds out on the host whether the text was typed, and says so."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from navi.core.address import Named
from navi.ops.pane.send import find_sent, send
from tests.support.cut import Call, Cut
from tests.support.machines import Lab, Machine
from tests.support.scripts import Shell, answer, every_shell
from tests.support.verbs import navi, pane
from tests.support.waiting import until

ENTER = Call("tmux", "*send-keys*Enter*")
"""The call that submits, which is at the end of a look at the pane."""

TYPED = Call("tmux", "*load-buffer*")

DONE = "send was done before the connection was lost"


@pytest.fixture
def machine(lab: Lab) -> Machine:
    """Yield a remote with a session that shows what it gets."""
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    atlas.tmux("new-session", "-d", "-s", "api", "exec cat")
    return atlas


def sending(lab: Lab, cut: Cut, *words: str) -> tuple[int, str]:
    """Send words, and cut the connection at the point; return exit status and standard error."""
    command = [sys.executable, "-m", "navi", "send", "atlas/api", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=lab.environment()
    ) as process:
        cut.wait(1)
        cut.now()
        _, errors = process.communicate(timeout=120)
    return process.returncode, errors


def lines(machine: Machine) -> Sequence[str]:
    """Return what the session shows."""
    return pane(machine, "api").split()


def test_a_text_that_never_came_is_reported_as_not_sent_and_never_comes(lab: Lab, machine: Machine) -> None:
    status, errors = sending(lab, Cut(machine, "before", function="navi_begin_call"), "hello")
    assert (status, errors.splitlines()[-1]) == (1, "navi: send was not done; nothing has changed")
    assert lines(machine) == []


@pytest.mark.parametrize("call", [ENTER, TYPED], ids=["enter", "text"])
def test_a_text_that_was_typed_meanwhile_is_reported_as_sent(lab: Lab, machine: Machine, call: Call) -> None:
    status, errors = sending(lab, Cut(machine, "during", [call]), "hello")
    assert DONE in errors
    assert status == 0
    until(lambda: lines(machine) == ["hello", "hello"], what="it has the text once")


def test_a_lost_answer_is_found(lab: Lab, machine: Machine) -> None:
    status, errors = sending(lab, Cut(machine, "after", function="navi_begin_call"), "hello")
    assert (status, DONE in errors) == (0, True)
    assert lines(machine) == ["hello", "hello"]


def test_a_lost_wait_is_no_answer(lab: Lab, machine: Machine) -> None:
    cut = Cut(machine, "after", function="navi_begin_call")
    status, errors = sending(lab, cut, "hello", "--wait", "hello", "--timeout", "1")
    assert status == 75
    assert "navi did not wait for the answer" in errors


def test_an_ended_session_leaves_it_open(lab: Lab, machine: Machine) -> None:
    machine.tmux("new-session", "-d", "-s", "other")
    cut = Cut(machine, "during", [TYPED])
    command = [sys.executable, "-m", "navi", "send", "atlas/api", "hello"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=lab.environment()) as process:
        cut.wait(1)
        machine.tmux("kill-session", "-t", "=api")
        cut.now()
        _, errors = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "send may have been done: " in errors


@every_shell
def test_a_script_that_was_killed_while_it_typed_leaves_it_open(machine: Machine, shell: Shell) -> None:
    machine.tmux("set-option", "-t", "=api:", "@navi_calls", "other:yes: 0123:typing:")
    operation = find_sent(Named("api"), "0123", "")
    found = operation.parse(answer(machine, shell, operation))
    assert (found.sent is not None, found.certain) == (True, False)
    assert operation.parse(answer(machine, shell, find_sent(Named("api"), "other", ""))).certain
    assert operation.parse(answer(machine, shell, find_sent(Named("api"), "new", ""))).sent is None


@every_shell
def test_a_call_that_was_given_up_types_nothing_any_more(machine: Machine, shell: Shell) -> None:
    operation = find_sent(Named("api"), "0123", "")
    assert operation.parse(answer(machine, shell, operation)).sent is None
    late = answer(machine, shell, send(Named("api"), "hello", call="0123"))
    assert (late.status, "nothing was sent" in late.errors) == (75, True)
    assert lines(machine) == []


def test_the_host_keeps_a_few_calls(lab: Lab, machine: Machine) -> None:
    for number in range(6):
        navi(lab, "send", "atlas/api", f"text{number}")
    calls = machine.tmux("show-options", "-qv", "-t", "=api:", "@navi_calls").split()
    assert len(calls) == 4
    assert {one.split(":")[1] for one in calls} == {"yes"}

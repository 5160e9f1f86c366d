"""pane/agent_pane.sh: what is meant for a session goes to its agent, also where another pane is the active one."""

from __future__ import annotations

from typing import Any

import pytest

from navi.core.address import Named
from navi.core.question import AnswerMode, Reply
from navi.ops.operation import Operation
from navi.ops.pane.question import answer as answering
from navi.ops.pane.question import ask
from navi.ops.pane.read import ExpectedText, read_text
from navi.ops.pane.send import SendMode as Way
from navi.ops.pane.send import TextState, find_sent, interrupt, send
from tests.sh.test_box import BUSY, IDLE
from tests.support.agent_screens import shown, shows, typed
from tests.support.dialogs import asks
from tests.support.machines import Account, Lab
from tests.support.scripts import DASH, Shell, answer, every_shell, run
from tests.support.verbs import navi
from tests.support.waiting import until

API = Named("api")

ANOTHER = {
    "window": ("new-window", "-t", "=api:"), "pane": ("split-window", "-t", "=api:"),
}  # fmt: skip

every_way = pytest.mark.parametrize("words", ANOTHER.values(), ids=ANOTHER)


def opens(account: Account, words: tuple[str, ...], command: str = "echo ready; exec cat", shows: str = "ready") -> str:
    """Open another pane, which is the active one then; return its id."""
    pane = account.tmux(words[0], "-P", "-F", "#{pane_id}", *words[1:], command)
    until(lambda: shows in account.tmux("capture-pane", "-p", "-t", pane), what="the other pane is ready")
    return pane


def opens_another_agent(account: Account) -> None:
    """Open a window with the same agent."""
    opens(account, ANOTHER["window"], f"exec {account.bin / 'claude'}", "? for shortcuts")


@every_way
@every_shell
def test_a_text_goes_to_the_agent(lab: Lab, shell: Shell, words: tuple[str, ...]) -> None:
    shows(lab.local, "claude", IDLE)
    opens(lab.local, words)
    sending = send(API, "say: x", expected=ExpectedText(""), call="c1")
    done = run(lab.local, shell, sending)
    assert (done.became, done.agent, typed(lab.local)) == (TextState.SUBMITTED, "claude", "say: x\n")
    assert done.answer
    assert done.answer.lines == ("before",)
    assert shown(lab.local) == "ready"
    found = run(lab.local, shell, find_sent(API, "c1", lock="")).sent
    assert found
    assert (found.pane, found.agent) == (done.pane, "claude")


@every_way
def test_a_question_of_the_agent_is_read_and_answered(lab: Lab, words: tuple[str, ...]) -> None:
    taken = asks(lab.local, ["Yes", "No"])
    opens(lab.local, words)
    question = run(lab.local, DASH, ask(API))
    assert [one.label for one in question.choices] == ["Yes", "No"]
    run(lab.local, DASH, answering(API, question.digest, Reply(AnswerMode.CHOOSE, "No"), "0123", "me"))
    assert taken.read_text() == "2"


def test_the_turn_of_the_agent_is_interrupted(lab: Lab) -> None:
    shows(lab.local, "claude", BUSY)
    opens(lab.local, ANOTHER["window"])
    assert run(lab.local, DASH, interrupt(API, wait=0.5)).agent == "claude"
    assert shown(lab.local) == "ready"


def test_an_agent_in_the_active_pane_is_the_one(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    opens_another_agent(lab.local)
    first, second = lab.local.tmux("list-panes", "-s", "-t", "=api:", "-F", "#{pane_id}").split()
    assert run(lab.local, DASH, send(API, "x")).pane == second
    lab.local.tmux("select-window", "-t", first)
    assert run(lab.local, DASH, send(API, "x")).pane == first


@every_shell
def test_of_several_agents_in_other_panes_none_is_chosen(lab: Lab, shell: Shell) -> None:
    shows(lab.local, "claude", IDLE)
    opens_another_agent(lab.local)
    opens(lab.local, ANOTHER["window"])
    operations: tuple[Operation[Any], ...] = (
        send(API, "x"), send(API, how=Way.KEYS, keys=["Enter"]), ask(API), interrupt(API),
    )  # fmt: skip
    for operation in operations:
        found = answer(lab.local, shell, operation)
        words = (
            "agents run in several panes of api (api:0.0 claude, api:1.0 claude), and none in its active one; "
            "nothing was typed; name one of them with -t"
        )
        assert (found.status, found.errors) == (64, words)
    assert typed(lab.local) == ""
    assert shown(lab.local) == "ready"
    run(lab.local, shell, send(Named("", target="api:1.0"), "x"))
    assert typed(lab.local) == "x\n"


def test_a_target_and_a_session_without_agents_mean_the_active_pane(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    pane = opens(lab.local, ANOTHER["window"])
    for target in ("api", "api:", "=api:", "api:1", pane):
        assert run(lab.local, DASH, send(Named("", target=target), "x")).pane == pane
    found = answer(lab.local, DASH, ask(Named("", target="api:")))
    assert found.errors == f"no agent that navi knows runs in the pane {pane} of api, so nothing is asked there"
    lab.local.new_session("two", "exec cat")
    other = lab.local.tmux("split-window", "-P", "-F", "#{pane_id}", "-t", "=two:", "exec cat")
    assert run(lab.local, DASH, send(Named("two"), "x")).pane == other
    assert typed(lab.local) == ""


def test_the_pane_in_the_registry_is_the_one(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    lab.local.tmux("kill-session", "-t", "=api")
    navi(lab, "new", "api", "-c", "/", "--command", "cat")
    pane = lab.local.tmux("display-message", "-p", "-t", "=api:", "#{pane_id}")
    opens_another_agent(lab.local)
    opens(lab.local, ANOTHER["window"])
    assert run(lab.local, DASH, send(API, "x")).pane == pane


def test_reading_means_the_active_pane(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    opens(lab.local, ANOTHER["window"])
    assert run(lab.local, DASH, read_text(API)).data == b"ready\n"

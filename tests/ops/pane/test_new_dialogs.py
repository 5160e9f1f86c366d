"""An answer to a dialog that has just come waits until the agent takes keys: a stand-in ignores those before."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from navi.core.address import Named
from navi.core.agents import AGENTS
from navi.core.question import AnswerMode, Reply
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.exchange import local_endpoint
from navi.ops import HostSettings
from navi.ops.look.agents import describe
from navi.ops.pane.question import AnswerOutcome, answer, ask
from tests.support.machines import Lab
from tests.support.questions import asking

SETTLES, DEAF = 3.0, 2.5
"""Seconds; more than it takes to read a question and to answer it."""


def answered(lab: Lab, call: str, settles: float = SETTLES) -> AnswerOutcome:
    """Read the question of the stand-in, and answer it at once. Raise OperationError if that takes a minute."""
    kinds = describe(kind._replace(settles=settles) for kind in AGENTS)
    with closing(BlockingHost(local_endpoint(HostSettings("", True, kinds)), lab.environment())) as host:
        digest = host.run(ask(Named("api"))).digest
        return host.run(answer(Named("api"), digest, Reply(AnswerMode.ALLOW), call, "test", patience=1))


@pytest.mark.parametrize("older", [0, None], ids=["its age is reported", "its age is unknown"])
def test_a_key_waits_until_a_new_dialog_takes_keys(lab: Lab, older: float | None) -> None:
    with asking(lab.local, "api", deaf=DEAF, older=older) as asker:
        asker.ask("touch x")
        assert answered(lab, "first").gone
        assert asker.notes() == [("touch x", "1")]


def test_a_key_to_an_old_dialog_does_not_wait(lab: Lab) -> None:
    with asking(lab.local, "api", deaf=60, older=60) as asker:
        asker.ask("touch x")
        assert not answered(lab, "first", settles=60).gone
        assert asker.notes() == [("touch x", "1")]


def test_a_key_waits_for_the_question_that_follows_an_answer(lab: Lab) -> None:
    with asking(lab.local, "api", deaf=0.7, older=60) as asker:  # all questions of a dialog have the time of the first
        asker.ask("touch x0")
        time.sleep(0.7)
        assert answered(lab, "first").gone
        asker.ask("touch x1")
        assert answered(lab, "second").gone
        assert asker.notes() == [("touch x0", "1"), ("touch x1", "1")]

"""Tables of what agents do and what navi says about it, here and on a remote, with its hooks and without them.

    CASES = [*COMMON, Case(asks_a_question, "question", ("", "permission", "", "permission"))]

    @cases(CASES, SETUPS[0], Claude)
    class TestHereWithoutHooks(EveryCase): ...

Each case brings an agent into a state. The oracle of the agent must know the state, and then so must navi, two seconds
later and still after four. A case that navi gets wrong today names its wrong word for each setup. Once that is
repaired, its test fails until the word is removed from the table.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.agents.agent import Agent
from tests.agents.service import Service
from tests.agents.versions import needs
from tests.agents.ways import (
    asks_for_permission,
    asks_to_write,
    fails,
    has_answered,
    has_left,
    is_continued,
    is_interrupted,
    is_killed_at_work,
    is_refused,
    is_started_again,
    is_suspended,
    is_suspended_at_work,
    runs_an_allowed_tool,
    shows_a_menu,
    streams,
    tries_again,
    waits_for_its_service,
)
from tests.support.machines import Keys, Lab
from tests.support.verbs import account, navi
from tests.support.waiting import until

LOOKS = (2.0, 4.0)
"""Seconds after the beginning of a state at which navi must be right."""

NOT_LISTED = "not listed"

RIGHT: Mapping[str, set[str]] = {
    "idle": {"idle", "done"},
    "working": {"working"},
    "permission": {"permission"},
    "question": {"permission", "waiting"},
    "plan": {"permission", "waiting"},
    "trust": {"permission", "waiting"},
    "menu": {"waiting"},
    "error": {"error"},
    "suspended": {"stopped"},
    "ended": {"stopped", "offline", "unknown", NOT_LISTED},
}
"""By the truth, the words of navi that are right."""


class WrongWord(AssertionError):
    """navi's word is not the truth."""


class Setup(NamedTuple):
    """Where an agent runs, and whether it has navi's hooks."""

    remote: bool
    hooks: bool


SETUPS = [Setup(remote, hooks) for remote in (False, True) for hooks in (False, True)]


class Case(NamedTuple):
    """How an agent gets into a state, the truth about that, and what navi says wrongly today, for each of SETUPS."""

    way: Callable[[Any], None]
    truth: str
    wrong: tuple[str, str, str, str] = ("", "", "", "")


COMMON = [
    Case(streams, "working"),
    Case(has_answered, "idle"),
    Case(waits_for_its_service, "working"),
    Case(asks_for_permission, "permission"),
    Case(asks_to_write, "permission"),
    Case(shows_a_menu, "menu"),
    Case(runs_an_allowed_tool, "working"),
    Case(is_refused, "idle"),
    Case(is_interrupted, "idle"),
    Case(fails, "error"),
    Case(tries_again, "working"),
    Case(is_suspended, "suspended"),
    Case(is_suspended_at_work, "suspended"),
    Case(is_continued, "idle"),
    Case(has_left, "ended"),
    Case(is_killed_at_work, "ended"),
    Case(is_started_again, "idle"),
]
"""What every agent does."""


class Watched(NamedTuple):
    """An agent in a lab, the service that is its model, and how navi sees it."""

    lab: Lab
    agent: Agent
    service: Service

    def word(self) -> str:
        """Return the status that navi lists for the agent's session."""
        rows = json.loads(navi(self.lab, "ls", "--json").stdout)["sessions"]
        return next((row["status"] for row in rows if row["name"] == self.agent.session), NOT_LISTED)


@contextmanager
def watched_agent(kind: type[Agent], setup: Setup, keys: Keys) -> Iterator[Watched]:
    """Start an agent in a lab of its own, and yield all of it."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    try:
        with Lab(folder, keys) as lab, Service() as service:
            there, _ = account(lab, setup.remote)
            with kind(there, service.url) as agent:
                if setup.hooks:
                    navi(lab, "hooks", "install", "--yes", *(["--host", there.name] if setup.remote else []))
                agent.start()
                yield Watched(lab, agent, service)
    finally:
        shutil.rmtree(folder)


def cases(kind: type[Agent], table: Sequence[Case], setup: Setup) -> pytest.MarkDecorator:
    """Return the mark of a class that runs all cases of a table in a setup, with one agent: it takes long to start."""
    rows = [pytest.param((kind, setup), case, id=case.way.__name__, marks=marks(kind, case, setup)) for case in table]
    return pytest.mark.parametrize(("watched", "case"), rows, indirect=["watched"], scope="class")


def marks(kind: type[Agent], case: Case, setup: Setup) -> list[pytest.MarkDecorator]:
    """Return the marks of a case in a setup."""
    wrong = case.wrong[SETUPS.index(setup)]
    if not wrong:
        return needs(kind.name)
    return [*needs(kind.name), pytest.mark.xfail(raises=WrongWord, strict=True, reason=f"navi says {wrong}")]


class EveryCase:
    """The test of one agent in one setup. Each has a class of its own: pytest-xdist leaves that to one process."""

    def test_navi_says_what_the_agent_does(self, watched: Watched, case: Case) -> None:
        """Bring the agent into the state, and compare."""
        compare(watched, case)


def compare(watched: Watched, case: Case) -> None:
    """Bring an agent into a state, and compare navi's word with the truth.

    Raise WrongWord if navi is wrong, and AssertionError if the agent does not come into the state, or leaves it.
    """
    watched.agent.ready()
    has_answered(watched.agent)  # so that no case depends on the one before
    case.way(watched.agent)
    began = time.monotonic()
    for seconds in LOOKS:
        time.sleep(max(0.0, began + seconds - time.monotonic()))
        check(watched, case.truth)


def is_still(agent: Agent, truth: str) -> None:
    """Raise AssertionError unless something is true. A screen that was read while the agent draws is read again."""
    with suppress(AssertionError):
        until(lambda: agent.truth() == truth, timeout=1, interval=0.1)
    assert agent.truth() == truth, agent.screen()


def check(watched: Watched, truth: str) -> None:
    """Compare navi's word with the truth, which must not change meanwhile."""
    is_still(watched.agent, truth)
    word = watched.word()
    is_still(watched.agent, truth)
    if word not in RIGHT[truth]:
        raise WrongWord(f"navi says {word}, but the agent is {truth}:\n{watched.agent.screen()}")

"""Every case file is right: what an agent showed and reported, replayed through navi's rules. See case_file.py.

No agent is needed. `pytest tests/agents/test_case_replay.py -k claude/permission` replays those of that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import pytest

from navi.core.agents import AGENTS
from navi.ops.look.agent_records import PaneAgents
from tests.agents.case_file import UNSEEN, Case, case_text, parse_case, read_case
from tests.agents.case_replay import Replayed, looks_at, replay_one
from tests.agents.case_rules import matching
from tests.agents.record import REPLAYED, SCREENS, neutral

FEWEST_CASES, FEWEST_AGENTS = 300, 6

AT_REST = ("idle", "done")

MADE = "replayed/made/"
"""Cases that no agent showed, but somebody wrote."""


class WrongStatus(AssertionError):
    """Navi is wrong about a case."""


@cache
def cases() -> Sequence[Case]:
    """Return all cases: screens alone, and those with everything else that is known."""
    paths = [path for folder in (SCREENS, REPLAYED) for path in sorted(folder.glob("*/*.txt"))]
    return [read_case(path, SCREENS.parent) for path in paths]


@cache
def full_cases() -> Sequence[Case]:
    """Return the cases in which an agent told more than its screen."""
    return [case for case in cases() if (case.events or case.states) and not case.name.startswith(MADE)]


LESS: Mapping[str, Callable[[Case], Case]] = {
    "events": lambda case: case._replace(events=(), files=()),
    "state files": lambda case: case._replace(states=()),
    "both": lambda case: case._replace(events=(), files=(), states=()),
}
"""By what is left out, how that is done."""


@cache
def looks(without: str = "") -> Mapping[str, PaneAgents]:
    """Return by name what a host sees in the panes of all cases; of the full ones, if it is without some evidence."""
    some = list(map(LESS[without], full_cases())) if without else cases()
    return dict(zip((case.name for case in some), looks_at(some), strict=True))


def found(case: Case, without: str = "") -> Replayed:
    """Return what navi says about a case. What takes long, its events, is replayed for this case alone."""
    return replay_one(LESS[without](case) if without else case, looks(without)[case.name])


def right_words(case: Case) -> Sequence[str]:
    """Return the right words for a case. Where the screen says nothing, the processes do: see case_file.py."""
    if case.status != (UNSEEN,):
        return case.status
    if not case.processes:
        return ("unknown", "stopped", "offline")
    suspended = case.processes[0].state == "T"
    return ("stopped",) if suspended else ("working", "idle")


def check_status(case: Case, found: Replayed, right: Sequence[str]) -> None:
    """Raise WrongStatus, with all the evidence, if navi's word is not one of the right ones."""
    if found.word not in right:
        raise WrongStatus(f"navi says {found.word}, and right is {' or '.join(right)}:\n{found.why}\n{case.screen}")


def check_words(case: Case, found: Replayed) -> None:
    """Raise WrongStatus if message or question are not those of the case."""
    if case.message is not None and found.session.message != case.message:
        raise WrongStatus(f"the message is {found.session.message!r}, and right is {case.message!r}:\n{found.why}")
    if case.question and not looks_for(case, found, case.question):
        raise WrongStatus(f"navi's rule does not look for the question {case.question!r}:\n{found.why}")


def looks_for(case: Case, found: Replayed, question: str) -> bool:
    """Return whether the rule that holds looks for a line with the question."""
    lines = [line for line in case.screen.split("\n") if question in line]
    rules = [rule for kind in AGENTS if kind.name == case.agent for rule in kind.screens]
    patterns = [shown for rule in rules if found.screen and rule.name == found.screen.rule for _, shown in rule.shows]
    return any(one.strip() for one in matching(lines, patterns))


def marked(some: Sequence[Case]) -> pytest.MarkDecorator:
    """Return the mark of a test of cases; it must fail for those that navi is known to be wrong about."""
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=marks(case)) for case in some])


def marks(case: Case) -> list[pytest.MarkDecorator]:
    """Return the mark of a case that navi is wrong about."""
    return [pytest.mark.xfail(raises=WrongStatus, strict=True, reason=case.wrong)] if case.wrong else []


every_case = pytest.mark.parametrize("case", cases(), ids=[case.name for case in cases()])
every_judged_case = marked(cases())
every_full_case = marked([case for case in full_cases() if not case.wrong])


@every_judged_case
def test_navi_is_right_about_a_case(case: Case) -> None:
    replayed = found(case)
    check_status(case, replayed, right_words(case))
    check_words(case, replayed)


@every_full_case
@pytest.mark.parametrize("without", LESS)
def test_it_is_right_without_some_of_the_evidence(case: Case, without: str) -> None:
    right = right_words(case)
    right = (*AT_REST, *right) if set(right) & set(AT_REST) else right
    check_status(case, found(case, without), right)


@every_case
def test_a_case_is_read_as_it_was_written(case: Case) -> None:
    assert parse_case(case_text(case), case.name) == case


@every_case
def test_nothing_in_a_case_is_random(case: Case) -> None:
    text = case_text(case)
    assert neutral(text) == text


def test_there_are_many_cases_of_several_agents() -> None:
    assert len(cases()) >= FEWEST_CASES
    assert len({case.agent for case in cases() if not case.name.startswith(MADE)}) >= FEWEST_AGENTS

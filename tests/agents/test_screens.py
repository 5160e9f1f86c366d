"""What navi's rules find on the recorded screens of real agents: see record.py. No agent is needed, only awk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import pytest

from navi.core.agents import AGENTS, AgentKind
from navi.core.model import Pane
from tests.agents.case_file import UNSEEN, Case, read_case
from tests.agents.case_replay import AWKS, TOKEN, judged_screens
from tests.agents.record import SCREENS

KINDS: Mapping[str, AgentKind] = {kind.name: kind for kind in AGENTS}


@cache
def recorded() -> Sequence[Case]:
    """Return all recorded screens."""
    return [read_case(path, SCREENS) for path in sorted(SCREENS.glob("*/*.txt"))]


def found(screens: Iterable[Case], awk: Sequence[str] = AWKS[0]) -> Mapping[str, tuple[str, str, str]]:
    """Return the status, the rule and the text that an awk finds on each screen, by its name."""
    sources = list(screens)
    output = judged_screens([(number, one.agent, one.screen) for number, one in enumerate(sources)], awk)
    return {sources[number].name: record for number, record in records(output.decode(errors="replace"))}


def records(output: str) -> Iterable[tuple[int, tuple[str, str, str]]]:
    """Yield the number of each screen, and what was found on it."""
    for record in output.split(f"{TOKEN} screen ")[1:]:
        head, _, text = record.rstrip("\n").partition("\n")
        number, status, rule = [*head.split(" ", 2), ""][:3]
        yield int(number), (status, rule, text)


def in_title(one: Case) -> str:
    """Return the status in the title of a screen's pane."""
    return KINDS[one.agent].status_in_title(Pane("%1", "0.0", 1, one.agent, one.title, "/"))


every_screen = pytest.mark.parametrize("one", recorded(), ids=[one.name for one in recorded()])


@cache
def by_mawk() -> Mapping[str, tuple[str, str, str]]:
    """Return what mawk finds on all screens."""
    return found(recorded())


@every_screen
def test_a_screen_or_its_title_shows_the_status(one: Case) -> None:
    if one.status == (UNSEEN,):
        return
    status, rule, text = by_mawk()[one.name]
    title = in_title(one)
    if status == "-":
        assert title in one.status, "neither the screen nor the title shows it"
    else:
        assert status in one.status, f"the rule {rule!r} found {text!r}"


ASKING = {"permission", "waiting"}


@every_screen
def test_a_title_does_not_contradict(one: Case) -> None:
    right = set(one.status)
    asked = {*ASKING, "idle"} if right & ASKING else set()
    failed = {"idle"} if "error" in right else set()
    assert right == {UNSEEN} or in_title(one) in {"", *right, *asked, *failed}


@pytest.mark.parametrize("awk", AWKS[1:], ids=[awk[0] for awk in AWKS[1:]])
def test_every_awk_finds_the_same(awk: Sequence[str]) -> None:
    assert found(recorded(), awk) == by_mawk()


def test_every_rule_but_those_below_was_seen() -> None:
    seen = {(one.agent, by_mawk()[one.name][1]) for one in recorded()}
    known = {(kind.name, rule.name) for kind in AGENTS for rule in kind.screens}
    assert known - seen == UNRECORDED


UNRECORDED = {("claude", "other question"), ("codex", "other question"), ("gemini", "other question")}
"""Rules for screens that the scripted model does not bring about, such as a question without a question mark."""

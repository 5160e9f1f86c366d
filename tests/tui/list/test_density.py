"""How many lines a session takes, and whether groups have headings."""

from __future__ import annotations

import pytest

from navi.core.model import AgentStatus, Session
from navi.tui.list.density import Density, choose_density
from tests.support.dashboard import session

MIXED = [session("a", "waiting"), session("b"), session("c", "idle")]
SIX = [session(name) for name in "abcdef"]

CASES = [
    ("auto", MIXED, (80, 12), Density(3, True)),
    ("auto", SIX, (80, 19), Density(3, True)),
    ("auto", SIX, (80, 18), Density(2, True)),
    ("auto", SIX * 2, (80, 13), Density(1, True)),
    ("auto", SIX * 2, (80, 12), Density(1, False)),
    ("auto", SIX * 2 + MIXED, (80, 12), Density(1, True)),
    ("auto", MIXED, (49, 40), Density(1, True)),
    ("auto", SIX * 2, (49, 12), Density(1, False)),
    ("three", MIXED, (49, 40), Density(1, True)),
    ("auto", MIXED, (80, 11), Density(1, False)),
    ("three", MIXED, (80, 11), Density(1, False)),
    ("one", MIXED, (80, 40), Density(1, True)),
    ("two", SIX * 9, (80, 40), Density(2, True)),
    ("three", SIX * 9, (80, 40), Density(3, True)),
    ("auto", [], (80, 40), Density(3, True)),
]


@pytest.mark.parametrize(("chosen", "sessions", "size", "expected"), CASES)
def test_as_many_lines_as_make_all_fit(
    chosen: str, sessions: list[Session], size: tuple[int, int], expected: Density
) -> None:
    assert choose_density(chosen, sessions, True, *size) == expected


def test_only_groups_have_headings() -> None:
    assert choose_density("auto", MIXED, False, 80, 40) == Density(3, False)


def test_messages_that_come_and_go_change_nothing() -> None:
    talking = [one._replace(message="Working") for one in SIX]
    for height in range(12, 30):
        assert choose_density("auto", SIX, True, 80, height) == choose_density("auto", talking, True, 80, height)


def test_a_team_takes_a_line_more() -> None:
    team = [session(name, mates=(AgentStatus("ann", "working"),)) for name in "abcdef"]
    assert choose_density("auto", team, True, 80, 24) == Density(2, True)
    assert choose_density("auto", team, True, 80, 25) == Density(3, True)

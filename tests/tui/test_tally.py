"""How many sessions need the user: each counts once, whatever filters hide."""

from __future__ import annotations

import pytest

from navi.core.model import HostView, Machine
from navi.tui.tally import Tallies, Tally
from tests.support.dashboard import session, view

HERE, THERE = Machine("vm:1", "boot"), Machine("other:2", "boot")


def on(machine: Machine, seen: HostView) -> HostView:
    """Return a host as a name of a machine."""
    assert seen.frame
    return seen._replace(frame=seen.frame._replace(machine=machine))


LOCAL = on(HERE, view("local", session("a", "waiting"), session("b", "error", file=False)._replace(tmux=None)))
AGAIN = on(HERE, view("again", *(one._replace(host="again") for one in LOCAL.sessions)))
OTHER = on(THERE, view("other", session("a", "waiting", host="other"), session("w", host="other")))

CASES = [
    ([], Tally()),
    ([view("local")], Tally()),
    ([LOCAL], Tally(1, 1, 0)),
    ([LOCAL, OTHER], Tally(2, 1, 1)),
    ([LOCAL, AGAIN], Tally(1, 1, 0)),
    ([LOCAL, AGAIN, OTHER], Tally(2, 1, 1)),
]


@pytest.mark.parametrize(("views", "expected"), CASES)
def test_a_machine_under_two_names_counts_once(views: list[HostView], expected: Tally) -> None:
    tallies = Tallies()
    assert tallies.of(views) == expected
    assert tallies.of(views) == expected


def test_a_change_counts() -> None:
    tallies = Tallies()
    assert tallies.of([LOCAL, OTHER]) == Tally(2, 1, 1)
    assert tallies.of([LOCAL._replace(sessions=()), OTHER]) == Tally(1, 0, 1)
    assert tallies.of([LOCAL, OTHER]) == Tally(2, 1, 1)

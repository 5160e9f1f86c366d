"""The terminal's title says how many sessions need the user."""

from __future__ import annotations

import pytest

from navi.core.model import AgentStatus, HostView
from navi.tui.caption import caption
from navi.tui.tally import Tallies
from tests.support.dashboard import session, view

MATES = (AgentStatus("ann", "permission"), AgentStatus("bob", "working"))

CASES = [
    ((), "navi"),
    ((view("local", session("a"), session("b", "done")),), "navi"),
    ((view("local", session("a", "waiting"), session("b", "permission"), session("c", mates=MATES)),), "navi (3!)"),
    ((view("local", session("a", "error")),), "navi (1 error)"),
    ((view("local", session("a", "error"), session("b", "error"), session("c", "waiting")),), "navi (1!, 2 errors)"),
    ((view("local", session("a", "waiting")), view("far", session("a", "waiting", host="far"))), "navi (2!)"),
]


@pytest.mark.parametrize(("views", "expected"), CASES, ids=[expected for _, expected in CASES])
def test_the_title_counts_sessions_that_need_you_and_errors(views: tuple[HostView, ...], expected: str) -> None:
    assert caption(Tallies().of(views)) == expected

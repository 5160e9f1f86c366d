"""Which rows are highlighted: those whose status has changed a moment ago."""

from __future__ import annotations

import pytest

from navi.core.model import AgentStatus, Session
from navi.tui.list.changes import MOMENT, Changes
from tests.support.dashboard import session, view

A = session("a")
CASES = [
    (A, session("a", "done"), True),
    (A, A._replace(message="another", cwd="/other"), False),
    (A, session("a", "unknown"), False),
    (session("a", "unknown"), A, False),
    (session("a", "permission"), session("a", "waiting"), True),
    (A, session("a", mates=(AgentStatus("ann", "waiting"),)), True),
    (A, session("a", mates=(AgentStatus("ann", "working"),)), False),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_only_a_change_that_concerns_a_person_is_highlighted(before: Session, after: Session, expected: bool) -> None:
    changes = Changes()
    changes.note([view("local", before)], 100.0)
    assert not changes.has(A.key)
    changes.note([view("local", after)], 101.0)
    assert changes.has(A.key) is expected
    assert changes.last(101.0) == (MOMENT if expected else float("inf"))


def test_a_highlight_ends_after_a_moment() -> None:
    changes = Changes()
    changes.note([view("local", A)], 100.0)
    changes.note([view("local", session("a", "done"))], 101.0)
    changes.note([view("local", session("a", "done"))], 101.0 + MOMENT / 2)
    assert changes.has(A.key)
    assert changes.last(101.0 + MOMENT / 2) == MOMENT / 2
    changes.note([view("local", session("a", "done"))], 101.0 + MOMENT)
    assert not changes.has(A.key)
    assert changes.last(101.0 + MOMENT) == float("inf")


def test_each_host_is_compared_with_itself() -> None:
    changes, quiet = Changes(), view("atlas", session("b", host="atlas"))
    changes.note([view("local", A), quiet], 100.0)
    changes.note([view("local", session("a", "done")), quiet._replace(latency=0.1)], 101.0)
    assert changes.has(A.key)
    assert not changes.has(quiet.sessions[0].key)
    changes.note([view("local", session("a", "done")), view("atlas", session("b", "idle", host="atlas"))], 101.5)
    assert changes.has(quiet.sessions[0].key)
    assert changes.last(101.5) == MOMENT - 0.5


def test_what_appears_or_ends_is_no_change() -> None:
    changes = Changes()
    changes.note([view("local", A)], 100.0)
    changes.note([view("local", A, session("b", "waiting"))], 101.0)
    assert not changes.has(session("b").key)
    changes.note([view("local", A, session("b", "done"))], 101.5)
    assert changes.has(session("b").key)
    changes.note([view("local", A)], 101.6)
    assert not changes.has(session("b").key)
    changes.note([view("local", A, session("b"))], 101.7)
    assert not changes.has(session("b").key)

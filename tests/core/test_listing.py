"""Which sessions are listed, in which order, and what a search finds."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.listing import ListFilter, Scope, Sort, in_order, is_agent, matches, needs_person, ranked
from navi.core.model import AgentStatus, HostView, Session
from navi.core.statuses import ENDED
from tests.support.dashboard import session, view


def arrange(views: Iterable[HostView], list_filter: ListFilter) -> tuple[Session, ...]:
    """Return the listed sessions of all hosts in order."""
    return in_order(ranked(view, list_filter) for view in views)


def order(sort: Sort, *sessions: Session) -> str:
    """Return the names in their order, in one word."""
    return "".join(one.name for one in arrange([view("local", *sessions)], ListFilter(sort=sort)))


ORDERS = [
    pytest.param(
        Sort.PRIORITY,
        [
            session("d", "done", 9),
            session("w", "working", 5),
            session("p", "permission", 1),
            session("q", "waiting", 2),
        ],
        "qpwd",
        id="who needs a person first, then who works, then the rest",
    ),
    pytest.param(Sort.PRIORITY, [session("b", "waiting", 1), session("a", "waiting", 9)], "ab", id="newest first"),
    pytest.param(
        Sort.PRIORITY,
        [session("o", "offline", 9), session("d", "done", 2), session("i", "idle", 1), session("x", "odd", 9)],
        "idox",
        id="then the idle ones, the finished ones, the ended ones",
    ),
    pytest.param(
        Sort.PRIORITY,
        [session("d", "done", 9), session("k", "working", 9), session("e", "error", 1), session("w", "waiting", 1)],
        "wekd",
        id="errors below those that ask",
    ),
    pytest.param(
        Sort.PRIORITY,
        [session("w", "working", 9), session("t", "idle", 1, mates=(AgentStatus("mate", "permission"),))],
        "tw",
        id="a teammate that asks counts",
    ),
    pytest.param(Sort.NAME, [session("b"), session("C"), session("a")], "abC", id="names without regard to capitals"),
    pytest.param(Sort.AGE, [session("a", since=None), session("b", since=3), session("c", since=7)], "cba", id="age"),
    pytest.param(
        Sort.STATUS,
        [session("u", "odd"), session("d", "done"), session("e", "error"), session("p", "permission")],
        "pedu",
        id="urgency, unknown words last",
    ),
    pytest.param(Sort.DIRECTORY, [session("a", cwd="/Z"), session("b", cwd="/y")], "ba", id="directory"),
]


@pytest.mark.parametrize(("sort", "sessions", "expected"), ORDERS)
def test_each_order_sorts_by_its_own_key(sort: Sort, sessions: list[Session], expected: str) -> None:
    assert order(sort, *sessions) == expected


@pytest.mark.parametrize("sort", list(Sort))
def test_equal_sessions_are_sorted_by_name_and_host_whatever_comes_first(sort: Sort) -> None:
    one, two = session("same", host="atlas"), session("same", host="build")
    views = [view("atlas", one), view("build", two)]
    assert arrange(views, ListFilter(sort=sort)) == arrange(views[::-1], ListFilter(sort=sort)) == (one, two)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["idle", "waiting", "odd"]), st.integers(0, 3))))
def test_an_order_does_not_depend_on_how_the_host_lists(facts: list[tuple[str, str, int]]) -> None:
    sessions = [session(f"{name}{number}", word, since) for number, (name, word, since) in enumerate(facts)]
    for sort in Sort:
        assert order(sort, *sessions) == order(sort, *sessions[::-1])


FLEET = [
    view("local", session("here"), session("gone", "offline"), session("shell", "unknown", file=False)),
    view("atlas", session("api", host="atlas"), session("old", "stopped", host="atlas")),
    view("remote", session("trap", host="remote")),
]

FILTERS = [
    (ListFilter(), {"here", "gone", "api", "old", "trap"}),
    (ListFilter(scope=Scope.LOCAL), {"here", "gone"}),
    (ListFilter(scope=Scope.REMOTE), {"api", "old", "trap"}),
    (ListFilter(scope="atlas"), {"api", "old"}),
    (ListFilter(scope="nobody"), set()),
    (ListFilter(offline=False), {"here", "api", "trap"}),
    (ListFilter(everything=True), {"here", "gone", "shell", "api", "old", "trap"}),
]


@pytest.mark.parametrize(("list_filter", "expected"), FILTERS, ids=[str(list_filter) for list_filter, _ in FILTERS])
def test_the_filter_decides_which_sessions_are_listed(list_filter: ListFilter, expected: set[str]) -> None:
    assert {one.name for one in arrange(FLEET, list_filter)} == expected


@pytest.mark.parametrize("word", sorted(ENDED))
def test_ended_sessions_can_be_hidden(word: str) -> None:
    assert arrange([view("local", session("a", word))], ListFilter(offline=False)) == ()


AGENTS = [
    (session("a"), True),
    (session("a", file=False), False),
    (session("a", file=False, agent="claude"), True),
]


@pytest.mark.parametrize(("one", "expected"), AGENTS)
def test_an_agent_has_a_status_file_or_is_known(one: Session, expected: bool) -> None:
    assert is_agent(one) is expected


@pytest.mark.parametrize(
    ("word", "needed"), [("permission", True), ("waiting", True), ("error", True), ("working", False), ("x", False)]
)
def test_who_needs_a_person(word: str, needed: bool) -> None:
    assert needs_person(session("a", word)) is needed


@pytest.mark.parametrize("query", ["api", "API", "atlas/a", "Straße", "STRASSE", "/srv/x", "["])
def test_a_search_looks_at_address_directory_and_message(query: str) -> None:
    assert matches(session("api", host="atlas", cwd="/srv/x", message="in der Straße ["), query)


def test_a_search_does_not_go_from_one_text_into_the_next() -> None:
    assert not matches(session("api", cwd="/srv"), "api/srv")


def test_a_search_is_no_pattern() -> None:
    assert not matches(session("api"), "a.i")

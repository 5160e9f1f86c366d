"""From the hub's documents to sessions: what a list says of each status, and that nothing in a document is trusted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.headless import HeadlessStatus
from navi.core.listing import asks_person, needs_person
from navi.core.model import Session
from navi.core.status import PRIORITY
from navi.core.text import clean
from navi.headless.listed import LONGEST, NO_HUB, TEXTS, WORDS, session_of

DOCUMENT: dict[str, Any] = {
    "id": "spawn_0123456789abcdef", "title": "Fix the tests", "host": "dev", "cwd": "/repo", "harness": "claude-code",
    "remote": True, "interactive": True, "status": "running", "reason": "", "generation": 2, "last_index": 41,
    "asked": [], "asks": "", "latest": "I will look", "since": 1000.0, "cost_usd": 0.25, "agent_session_id": "S",
}  # fmt: skip

ONE = [{"request_id": "q1", "kind": "permission"}]


def listed(lost: float | None = None, **fields: object) -> Session:
    """Return the session of a document with other fields."""
    found = session_of(DOCUMENT | fields, lost)
    assert found
    return found


@pytest.mark.parametrize("status", [status for status in TEXTS if status != "archived"])
def test_each_status_of_the_hub_says_what_it_is(status: str) -> None:
    """The hub's `waiting` is not shown: any other agent that waits asks a person something."""
    found = listed(status=status)
    word = WORDS.get(status, "unknown")
    assert (found.word, found.status.word) == (word if status == "waiting" else status, word)
    assert (found.status.reason, found.status.since, found.status.inferred) == (TEXTS[status], 1000.0, False)


def test_every_status_has_a_word_among_those_of_all_sessions_and_a_text() -> None:
    assert {*WORDS, HeadlessStatus.DISCONNECTED} == set(TEXTS)
    assert set(WORDS.values()) <= set(PRIORITY)


MORE = [
    ("waiting", "interrupted", "idle", "its agent waits for a message: interrupted"),
    ("waiting", "error", "error", "its agent waits for a message: error"),
    ("failed", "status 1", "error", "its agent has failed: status 1"),
    ("something new", "", "unknown", ""),
]


@pytest.mark.parametrize(("status", "reason", "word", "text"), MORE)
def test_a_status_says_no_more_than_the_hub_knows(status: str, reason: str, word: str, text: str) -> None:
    found = listed(status=status, reason=reason)
    shown = word if status == "waiting" else status
    assert (found.word, found.status.word, found.status.reason) == (shown, word, text)


def test_what_is_asked_needs_a_person_also_while_the_host_is_away() -> None:
    asking = listed(status="permission", asked=ONE, asks="touch f")
    assert (asks_person(asking), asking.message) == (True, "touch f")
    away = listed(status="disconnected", asked=ONE, asks="touch f")
    assert (asks_person(away), away.word) == (True, "disconnected")
    assert not asks_person(listed(status="waiting"))


def test_a_failure_needs_a_person_and_says_why() -> None:
    found = listed(status="failed", reason="status 1")
    assert (needs_person(found), found.message) == (True, "status 1")


def test_without_a_hub_it_is_disconnected_since_then_and_nothing_is_asked_for() -> None:
    found = listed(2000.0, status="permission", asked=ONE)
    assert (found.word, found.status.word, found.status.since) == ("disconnected", "unknown", 2000.0)
    assert found.status.reason == NO_HUB
    over = listed(2000.0, status="complete")
    assert (over.word, over.status.since) == ("complete", 1000.0)


def test_what_has_a_terminal_or_was_put_away_is_not_listed() -> None:
    assert session_of(DOCUMENT | {"remote": False}) is None
    assert session_of(DOCUMENT | {"status": "archived"}) is None


def test_the_title_is_what_it_is_called() -> None:
    assert (listed().label, listed(title="").label) == ("Fix the tests", DOCUMENT["id"])
    assert listed(title="x" * 200).short_label == "x" * 39 + "…"


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text() | st.none())


@given(st.dictionaries(st.sampled_from(sorted(DOCUMENT)), VALUES))
def test_no_document_breaks_the_list(fields: dict[str, Any]) -> None:
    found = session_of(DOCUMENT | fields | {"remote": True, "status": fields.get("status", "running")})
    if found:
        assert all(clean(text) == text and len(text) <= LONGEST for text in (found.message, found.label, found.cwd))

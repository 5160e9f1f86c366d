"""The columns of a list whose sessions take one line each: nothing overlaps, and every message is to be seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.model import Session, Source
from navi.core.text import clean
from navi.tui.list.columns import (
    BEFORE_NAME,
    COMFORTABLE,
    GAP,
    LEAST_MESSAGE,
    ColumnWidths,
    choose_columns,
    columns_for_state,
)
from navi.tui.list.rows import RowContext, row
from navi.tui.style.paint import columns_of, width_of
from navi.tui.style.theme import ASCII, UNICODE, Glyphs
from tests.support.dashboard import session

CONTEXT = RowContext(UNICODE, now=10_000.0, lines=1)
API = session("api", host="dev-server")
TITLE = session("Make the tests of the whole project pass again")
LONG = session("n" * 90)

MESSAGES_FROM = 51
"""Columns of a list from which every message is seen, whatever names and hosts there are."""

SIZES = [
    ([], 100, ColumnWidths()),
    ([session("a")], 100, ColumnWidths(1)),
    ([session("日" * 10), session("a" * 12)], 100, ColumnWidths(20)),
    ([API, session("a")], 100, ColumnWidths(3, 12)),
    ([API, session("a")], 60, ColumnWidths(16)),
    ([LONG, session("a")], 100, ColumnWidths(30)),
    ([LONG, API], 130, ColumnWidths(42, 12)),
    ([LONG, API], 110, ColumnWidths(34, 12)),
    ([LONG, API], 80, ColumnWidths(22)),
    ([LONG._replace(host="dev-server"), API], 80, ColumnWidths(28)),
    ([API, TITLE], 80, ColumnWidths(22)),
    ([API, TITLE], 53, ColumnWidths(16)),
    ([API, TITLE], 10, ColumnWidths(0)),
]


@pytest.mark.parametrize(("sessions", "width", "expected"), SIZES)
def test_names_and_hosts_get_what_they_need_but_only_their_share(
    sessions: list[Session], width: int, expected: ColumnWidths
) -> None:
    assert choose_columns(sessions, width) == expected


LETTERS = st.text(st.sampled_from("ab-7 日👍🏽\u0301\u202e"), min_size=1, max_size=80)
NAMES = LETTERS.filter(lambda name: width_of(clean(name)))
HOSTS = st.sampled_from(["local", "box", "dev-server", "ip-10-0-0-1.eu-central-1.compute.internal", "日本"])
SESSIONS = st.lists(st.tuples(NAMES, HOSTS), min_size=1, max_size=6)
WIDTHS = st.integers(30, 220)


@given(SESSIONS, WIDTHS)
def test_columns_leave_room_for_each_other(facts: list[tuple[str, str]], width: int) -> None:
    columns = choose_columns([session(name, host=host) for name, host in facts], width)
    left = width - BEFORE_NAME - columns.both - GAP - columns_for_state(width)
    assert columns.name > 0
    assert left >= LEAST_MESSAGE or width < MESSAGES_FROM
    assert left >= COMFORTABLE or not columns.host


@given(SESSIONS, st.integers(0, 5), st.text("wxyz ", min_size=20, max_size=200), WIDTHS, st.booleans(),
       st.sampled_from([UNICODE, ASCII]))  # fmt: skip
def test_nothing_overlaps_and_neither_names_nor_messages_vanish(
    facts: list[tuple[str, str]], number: int, message: str, width: int, bookmarked: bool, glyphs: Glyphs
) -> None:
    sessions = [session(name, "working", 9_700, host, f"M{message}") for name, host in facts]
    one = sessions[number % len(sessions)]
    one = one._replace(marks=one.marks._replace(bookmarked=bookmarked, tags=("tag",)))
    context = replace(CONTEXT, glyphs=glyphs, columns=choose_columns(sessions, width))
    (line,) = row(one, context, width)
    text = "".join(piece for _, piece in line)
    assert columns_of(line) == width
    assert width_of(text.partition("working")[0]) == width - columns_for_state(width) + 1 + (width >= 60)
    begin, _, end = text.partition("M")
    assert begin[BEFORE_NAME:].startswith(clean(one.name)[:1])
    if width >= MESSAGES_FROM:
        assert end.startswith(message[: LEAST_MESSAGE - 1 - len(glyphs.ellipsis)])
        assert width_of(begin) <= width - columns_for_state(width) - LEAST_MESSAGE


@pytest.mark.parametrize("width", range(60, 220, 7))
def test_a_long_name_leaves_most_of_the_room_to_the_messages(width: int) -> None:
    room = width - BEFORE_NAME - columns_for_state(width)
    assert room - choose_columns([session("api"), LONG], width).both - GAP >= room // 2


@pytest.mark.parametrize("width", range(50, 90, 3))
def test_a_message_that_is_cut_does_not_touch_the_sign_of_a_derived_status(width: int) -> None:
    one = session("api", "permission", 9_700, message="wants to run " * 20, source=Source.SCREEN)
    (line,) = row(one, replace(CONTEXT, columns=choose_columns([one], width)), width)
    assert "… ~permission" in "".join(piece for _, piece in line)
    assert columns_of(line) == width


def test_a_list_of_few_columns_keeps_names_and_ages_in_place_of_the_words_of_statuses() -> None:
    one = session("ask-one", "permission", 9_700, source=Source.SCREEN)
    (line,) = row(one, replace(CONTEXT, columns=choose_columns([one], 24)), 24)
    assert "".join(piece for _, piece in line) == "   ? ask-one          5m "[: 24 - 4] + " 5m "


def test_that_an_agent_runs_in_the_home_directory_is_not_shown_in_place_of_a_message() -> None:
    one = session("api", "idle", 9_700, cwd="/home/me")
    (line,) = row(one, replace(CONTEXT, home="/home/me", columns=choose_columns([one], 80)), 80)
    assert "~" not in "".join(piece for _, piece in line)

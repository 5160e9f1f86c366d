"""What a session looks like in the list."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.model import AgentStatus, HeadlessAgent, Session, Source, Status
from navi.core.text import clean
from navi.tui.list.columns import ColumnWidths, choose_columns
from navi.tui.list.rows import RowContext, Urgent, height_of, label_lasts, position, row
from navi.tui.style.paint import Line, columns_of, fit
from navi.tui.style.theme import ASCII, UNICODE, flashing, lit
from tests.support.dashboard import session

CONTEXT = RowContext(UNICODE, now=10_000.0, home="/home/me")
API = session("api", "working", 9_700, "dev-server", "Running tests...", "/home/me/work/api")


def texts(one: Session, context: RowContext = CONTEXT, width: int = 60) -> list[str]:
    """Return a session's lines without styles."""
    return ["".join(text for _, text in line).rstrip() for line in row(one, context, width)]


def styles(lines: list[Line], word: str) -> set[str]:
    """Return the styles in which a text stands."""
    return {style for line in lines for style, text in line if word in text}


def test_a_remote_session_as_in_the_guide() -> None:
    assert texts(API) == [
        "   ✻ api [dev-server]                          working   5m",
        "     ~/work/api",
        '     "Running tests..."',
    ]


def test_a_local_session_has_no_label_and_no_empty_message() -> None:
    local = API._replace(host="local", message="", cwd="/srv")
    assert texts(local) == ["   ✻ api                                       working   5m", "     /srv"]


HEADLESS = session("spawn_0123456789abcdef", "permission", 9_700, "dev", "Bash touch f", "/home/me/api")._replace(
    tmux=None, file=None,
    headless=HeadlessAgent("Make the tests of the whole project pass again", "permission", asked=("permission",)),
    status=Status("permission", Source.HUB, 9_700, "its agent asks for permission"),
)  # fmt: skip


def test_a_session_without_a_terminal_has_title_host_badge_and_questions() -> None:
    assert texts(HEADLESS, width=100) == [
        "   ? Make the tests of the whole project pass again [dev] Remote 1 question         permission   5m",
        "     ~/api  spawn_0123456789abcdef",
        '     "Bash touch f"',
    ]


@pytest.mark.parametrize(("width", "first", "second"), [
    (90, "whole project pass again [dev] Remote          permission   5m", "1 question"),
    (79, "whole project pass again [dev]      permission   5m", "Remote 1 question"),
    (60, "whole pro… [dev] permission   5m", "Remote 1 question"),
])  # fmt: skip
def test_badges_without_room_are_on_the_second_line_and_never_take_that_of_the_name(
    width: int, first: str, second: str
) -> None:
    lines = texts(HEADLESS, width=width)
    assert lines[0].endswith(first)
    assert re.fullmatch(rf"     ~/api  spawn_0123456789abcdef +{second}", lines[1])


def test_it_has_the_words_of_the_hub() -> None:
    agent = HeadlessAgent("api", "disconnected")
    away = HEADLESS._replace(headless=agent, status=Status("unknown", Source.HUB, 9_700, "x"), message="")
    assert texts(away)[0] == "   . api [dev] Remote                     disconnected   5m"


FIRST_LINES = [
    (API, replace(CONTEXT, current=True), " ❯ ✻ api [dev-server]"),
    (API, replace(CONTEXT, query="API"), "▎  ✻ api"),
    (API, replace(CONTEXT, glyphs=ASCII, current=True), " > * api"),
    (API, replace(CONTEXT, fresh=False), "   ✻ api [dev-server] (stale)"),
    (session("a", attached=1), CONTEXT, "   ✻ a (attached)"),
]


@pytest.mark.parametrize(("one", "context", "begins"), FIRST_LINES)
def test_signs_before_and_badges_behind_the_name(one: Session, context: RowContext, begins: str) -> None:
    assert texts(one, context)[0].startswith(begins)


def test_a_status_that_no_hook_reported_is_marked() -> None:
    assert "~working" in texts(session("a", source=Source.PANE))[0]


def test_an_unknown_age_is_left_out() -> None:
    assert texts(session("a", since=None))[0].endswith("working")


def test_a_team_has_a_line_of_its_own() -> None:
    team = session("a", mates=(AgentStatus("ann", "working"), AgentStatus("bob", "waiting")))
    assert texts(team)[-1] == "     crew: ✻ ann  ! bob"


LINES = [
    (1, API, ["✻ api [dev-server]   Running tests...   working   5m"]),
    (1, API._replace(message=""), ["✻ api [dev-server]   working   5m"]),
    (1, API._replace(message="", cwd="/srv/app"), ["✻ api [dev-server]   /srv/app   working   5m"]),
    (2, API, ["✻ api [dev-server]   working   5m", '"Running tests..."']),
    (2, API._replace(message=""), ["✻ api [dev-server]   working   5m", "~/work/api"]),
]


@pytest.mark.parametrize(("lines", "one", "expected"), LINES)
def test_with_fewer_lines_the_message_comes_first(lines: int, one: Session, expected: list[str]) -> None:
    shown = texts(one, replace(CONTEXT, lines=lines, columns=ColumnWidths(16)), 70)
    assert [re.sub(" {2,}", "   ", line.strip()) for line in shown] == expected


TITLED = HEADLESS._replace(host="local", message="Run it?")

ONE_LINE = [
    (80, API, "   ✻ api       [dev-server]  Running tests...                   working      5m"),
    (80, TITLED, "   ? Make the…               Remote 1 question Run it?          permission   5m"),
    (60, API, "   ✻ api [dev-server]  Running tests...     working      5m"),
    (60, TITLED, "   ? Make the tests…   Remote Run it?       permission   5m"),
    (60, TITLED._replace(message="", cwd=""), "   ? Make the tests of the whole project…   permission   5m"),
    (48, API, "   ✻ api [dev-server]            working     5m"),
    (48, session("a", "working", 9_700, source=Source.PANE), "   ✻ a                          ~working     5m"),
    (48, API._replace(status=API.status._replace(since=None)), "   ✻ api [dev-server]            working"),
]


@pytest.mark.parametrize(("width", "one", "expected"), ONE_LINE)
def test_one_line_has_aligned_columns(width: int, one: Session, expected: str) -> None:
    columns = choose_columns([API, session("a" * 9)], width)
    assert texts(one, replace(CONTEXT, lines=1, columns=columns), width) == [expected]


def test_a_group_has_a_heading_above_its_first_session() -> None:
    lines = texts(session("a", "permission"), replace(CONTEXT, heading=3), 30)
    assert lines[0] == " ─ needs you 3 ──────────────"
    assert lines[1].startswith("   ? a")


def test_the_position_says_what_is_not_visible() -> None:
    sessions = [session("a", "error"), session("b"), session("c"), session("d", "waiting")]
    shown = "".join(text for _, text in position(Urgent(sessions), 1, [1, 2], 70))
    assert re.sub(" +", " ", shown) == " 1 more above, 1 more below 1 needs you 1 error 2/4 "


def test_the_position_is_shorter_where_there_is_little_room() -> None:
    sessions = [session("a", "error"), session("b"), session("c"), session("d", "waiting")]
    shown = "".join(text for _, text in position(Urgent(sessions), 1, [1, 2], 50))
    assert re.sub(" +", " ", shown) == " 1 above, 1 below 1 needs you 1 error 2/4 "


def test_matches_of_a_search_are_highlighted() -> None:
    lines = row(API, replace(CONTEXT, query="WORK"), 60)
    assert [text for line in lines for style, text in line if style == "match"] == ["work", "work"]


def test_the_selected_session_is_lit_up_to_the_edge() -> None:
    for line in row(API, replace(CONTEXT, current=True, query="api"), 60):
        assert columns_of(line) == 60
        assert all(style.endswith(lit("")) for style, _ in line)


def test_a_session_that_has_changed_is_lit_in_another_way_even_under_the_cursor() -> None:
    for current in (True, False):
        for line in row(API, replace(CONTEXT, changed=True, current=current), 60):
            assert columns_of(line) == 60
            assert all(style.endswith(flashing("")) for style, _ in line)


def test_only_the_selected_session_has_the_style_of_the_cursor() -> None:
    assert not any(style.startswith("selected") for line in row(API, CONTEXT, 60) for style, _ in line)


def test_stale_sessions_are_grey() -> None:
    assert {style for line in row(API, replace(CONTEXT, fresh=False), 60) for style, _ in line} == {"stale"}


def test_a_status_has_its_colour() -> None:
    lines = row(session("a", "permission"), CONTEXT, 60)
    assert styles(lines, "permission") == styles(lines, "?") == {"permission"}


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("日本語👍\u0301"), max_size=40).map(clean)


@given(TEXTS, TEXTS, TEXTS, st.integers(1, 80), st.booleans(), st.integers(1, 3), st.integers(0, 2))
def test_every_line_fits_and_heights_are_exact(
    name: str, message: str, cwd: str, width: int, current: bool, most: int, heading: int
) -> None:
    one = session(name, host="far", message=message, cwd=cwd)
    columns = choose_columns([one, API], width)
    context = replace(CONTEXT, current=current, lines=most, columns=columns, heading=heading)
    lines = row(one, context, width)
    assert len(lines) == height_of(one, context)
    assert all(columns_of(fit(line, width)) == width for line in lines)
    assert columns_of(lines[bool(heading)]) == width


LASTS = [(None, float("inf")), (9_995.0, 5.0), (9_900.0, 20.0)]


@pytest.mark.parametrize(("since", "expected"), LASTS)
def test_how_long_an_age_stays_as_it_is(since: float | None, expected: float) -> None:
    assert label_lasts(session("a", since=since), 10_000.0) == expected

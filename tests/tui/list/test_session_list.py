"""The list keeps the cursor on its session, and in sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.listing import matches
from navi.core.model import Session
from navi.tui.list.session_list import SessionList
from navi.tui.style.theme import UNICODE
from tests.support.dashboard import session, view

SIZE = (60, 12)


def listed(*names: str) -> tuple[Session, ...]:
    """Return sessions with these names."""
    return tuple(session(name) for name in names)


def sessions_list(*names: str) -> tuple[SessionList, list[bool]]:
    """Return a list of these sessions, and the clicks that it tells."""
    clicks: list[bool] = []
    one = SessionList(UNICODE, clicks.append)
    show(one, *names)
    return one, clicks


def show(one: SessionList, *names: str) -> None:
    """List other sessions, and paint them."""
    one.show(listed(*names), [view("local")])
    one.render(SIZE)


def at(one: SessionList) -> str:
    """Return the name under the cursor."""
    return one.current.name if one.current else ""


def test_the_cursor_stays_at_the_top_until_it_is_moved() -> None:
    one, _ = sessions_list("a", "b", "c")
    show(one, "c", "a", "b")
    assert at(one) == "c"


def test_then_it_stays_on_its_session() -> None:
    one, _ = sessions_list("a", "b", "c")
    one.move(1)
    show(one, "b", "c", "a")
    assert at(one) == "b"


def test_a_held_cursor_stays_on_its_session_without_having_moved() -> None:
    one, _ = sessions_list("a", "b", "c")
    one.hold()
    show(one, "c", "b", "a")
    assert at(one) == "a"


@pytest.mark.parametrize(("left", "expected"), [(["a", "c"], "c"), (["a"], "a"), ([], "")])
def test_when_its_session_is_gone_it_goes_to_a_neighbour(left: list[str], expected: str) -> None:
    one, _ = sessions_list("a", "b", "c")
    one.move(1)
    show(one, *left)
    assert at(one) == expected


def test_it_finds_its_session_again_after_an_empty_list() -> None:
    one, _ = sessions_list("a", "b")
    one.move(1)
    show(one)
    show(one, "b", "a")
    assert at(one) == "b"


@pytest.mark.parametrize(("step", "expected"), [(1, "b"), (-1, "a"), (100, "c"), (-100, "a")])
def test_it_stops_at_the_ends(step: int, expected: str) -> None:
    one, _ = sessions_list("a", "b", "c")
    one.move(step)
    assert at(one) == expected


@pytest.mark.parametrize("height", [1, 2, 5, 12, 30])
@pytest.mark.parametrize("place", [0, 7, 24])
def test_the_cursor_is_in_sight_and_no_line_is_wasted(height: int, place: int) -> None:
    one, _ = sessions_list(*(f"s{number:02}" for number in range(25)))
    one.put_cursor(place)
    lines = [line.decode() for line in one.render((60, height)).text]
    assert any("❯" in line and f"s{place:02}" in line for line in lines)
    assert len(lines) == height


def click(one: SessionList, line: int, button: int = 1) -> None:
    """Press a button over a line."""
    one.mouse_event(SIZE, "mouse press", button, 5, line, True)


def test_a_click_selects_and_a_second_one_attaches() -> None:
    one, clicks = sessions_list("a", "b", "c")
    click(one, 3)
    assert (at(one), clicks) == ("b", [False])
    click(one, 2)
    assert (at(one), clicks) == ("b", [False, True])


def test_a_click_below_the_last_session_does_nothing() -> None:
    one, clicks = sessions_list("a", "b")
    click(one, 9)
    click(one, 9)
    assert (at(one), clicks) == ("a", [])


def test_the_wheel_moves_nothing_where_all_is_in_sight() -> None:
    one, clicks = sessions_list("a", "b", "c")
    click(one, 0, button=5)
    assert (at(one), clicks) == ("a", [False])


def top(one: SessionList, size: tuple[int, int]) -> str:
    """Return the first word of the first line, without signs."""
    return text(one, size).splitlines()[0][5:].split()[0]


WHEEL = [
    (0, "555", "s09", "s09"),
    (0, "5", "s03", "s03"),
    (5, "5", "s03", "s05"),
    (9, "4", "s00", "s09"),
    (20, "444", "s00", "s12"),
    (25, "5555555555", "s13", "s25"),
    (12, "5" * 20 + "4" * 20, "s00", "s12"),
]


@pytest.mark.parametrize(("place", "turns", "first", "cursor"), WHEEL)
def test_the_wheel_scrolls_and_the_cursor_stays_in_sight(place: int, turns: str, first: str, cursor: str) -> None:
    one, size = sessions_list(*(f"s{number:02}" for number in range(26)))[0], (60, 14)
    one.density = "one"
    one.changed()
    text(one, size)
    one.put_cursor(place)
    for button in turns:
        text(one, size)
        one.mouse_event(size, "mouse press", int(button), 5, 5, True)
    assert (top(one, size), at(one)) == (first, cursor)
    assert "❯" in text(one, size)


@pytest.mark.parametrize("density", ["one", "two", "three"])
@pytest.mark.parametrize("turns", ["5" * 40, "5" * 40 + "4" * 40, "5" * 3 + "4", "4"])
def test_the_wheel_reaches_both_ends_in_every_density(density: str, turns: str) -> None:
    one, size = sessions_list()[0], (60, 14)
    one.density = density
    one.show(tuple(session(f"s{number:02}", "waiting" if number < 9 else "working", message="x" * (number % 2))
                   for number in range(26)), [view("local")], grouped=True)  # fmt: skip
    for button in turns:
        text(one, size)
        one.mouse_event(size, "mouse press", int(button), 5, 5, True)
    shown = text(one, size)
    assert "❯" in shown
    assert len(shown.splitlines()) == size[1]
    if len(turns) == 40:
        assert "s25" in shown
    if len(turns) == 80:
        assert "s00" in shown


def test_other_buttons_do_nothing() -> None:
    one, clicks = sessions_list("a", "b")
    click(one, 3, button=3)
    assert (at(one), clicks) == ("a", [])


def text(one: SessionList, size: tuple[int, int] = SIZE) -> str:
    """Return what is painted."""
    return "\n".join(line.decode() for line in one.render(size).text)


def test_a_search_narrows_the_list_goes_around_and_counts() -> None:
    one, _ = sessions_list("api", "web", "api2")
    one.narrow("api")
    assert "web" not in text(one)
    assert (at(one), one.count_matches()) == ("api", (1, 2))
    one.seek(1)
    assert (at(one), one.count_matches()) == ("api2", (2, 2))
    one.seek(1)
    assert at(one) == "api"
    one.seek(-1)
    assert at(one) == "api2"


@given(st.lists(st.text("apiAPIweb2ßs/\n", max_size=4), max_size=8))
def test_a_search_finds_the_same_whatever_was_typed_before(queries: list[str]) -> None:
    one, _ = sessions_list("api", "web", "api2", "straße")
    for query in queries:
        one.narrow(query)
        assert one.count_matches()[1] == sum(matches(session, query) for session in one.sessions)


def test_after_a_search_all_are_listed_and_the_cursor_stays() -> None:
    one, _ = sessions_list("api", "web", "api2")
    one.narrow("api2")
    one.narrow("")
    assert "web" in text(one)
    assert at(one) == "api2"


def test_a_search_without_matches_comes_back_to_the_cursor() -> None:
    one, _ = sessions_list("api", "web")
    one.move(1)
    one.narrow("nothing")
    one.seek(1)
    assert (one.current, one.count_matches()) == (None, (0, 0))
    assert "No session matches nothing" in text(one)
    one.narrow("")
    assert at(one) == "web"


def test_a_session_that_needs_a_person_is_found_behind_a_search() -> None:
    one, _ = sessions_list("api")
    one.show((session("api"), session("web", "waiting")), [view("local")])
    one.narrow("api")
    assert one.seek_waiting(also_unseen=False)
    assert (at(one), one.query) == ("web", "")


def test_the_rows_that_a_search_leaves_keep_their_height() -> None:
    one, _ = sessions_list(*(f"api{number}" for number in range(7)), "web")
    one.narrow("web")
    (row,) = (line for line in text(one).splitlines() if line.strip())
    assert "web" in row


def test_what_is_marked_stays_marked_behind_a_search() -> None:
    one, _ = sessions_list("api", "web")
    one.toggle_selected()
    one.narrow("web")
    assert [session.name for session in one.chosen] == ["api"]


def test_what_is_not_visible_is_counted_below_the_list() -> None:
    one, _ = sessions_list()
    one.show((*listed(*"abcdefghijklm"), session("n", "error")), [view("local")])
    shown = text(one)
    assert "3 more below  1 error" in shown.splitlines()[-1]
    assert shown.splitlines()[-1].rstrip().endswith("1/14")
    one.put_cursor(13)
    assert "3 more above" in text(one)


def test_groups_have_headings_where_sessions_are_in_their_order() -> None:
    one, _ = sessions_list()
    sessions = (session("a", "waiting"), session("b"), session("c"))
    one.show(sessions, [view("local")], grouped=True)
    lines = [line.strip(" ─") for line in text(one).splitlines()]
    assert lines[0] == "needs you 1"
    assert lines[3] == "working 2"
    one.show(sessions, [view("local")])
    assert "needs you" not in text(one)


def test_the_density_can_be_chosen() -> None:
    one, _ = sessions_list("a", "b")
    one.density = "one"
    one.changed()
    assert [line.split()[1] for line in text(one).splitlines()[:2]] == ["✻", "b"]


def test_what_failed_is_selected_again_unless_others_are_by_then() -> None:
    one, two, gone = session("one"), session("two"), session("gone")
    shown = SessionList(UNICODE, lambda _: None)
    shown.show((one, two), [view("local", one, two)])
    were = frozenset({one.key, gone.key})
    assert [shown.select_again(key, were) for key in (one.key, two.key, gone.key)] == [True, False, False]
    assert shown.selected_keys == {one.key}
    shown.selected_keys = frozenset({two.key})
    assert not shown.select_again(one.key, were)
    assert shown.selected_keys == {two.key}

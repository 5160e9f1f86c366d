"""Tables of dialogs: aligned columns, as wide as their cells, at any width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.dialogs.table import Row, table
from navi.tui.style.paint import columns_of

ROWS: list[Row] = [
    [("", "done"), ("", "api"), ("", "[atlas]"), ("", "killed")],
    [("", "failed"), ("", "日本語"), ("", ""), ("", "there is no such session any more")],
]


def shown(rows: list[Row], width: int, wraps: bool = False) -> list[str]:
    """Return the lines without styles and blanks at their ends."""
    return ["".join(text for _, text in line).rstrip() for line in table(rows, width, wraps=wraps)]


def test_columns_are_as_wide_as_their_cells_and_wide_letters_count_twice() -> None:
    assert shown(ROWS, 80) == [
        " done    api     [atlas]  killed",
        " failed  日本語           there is no such session any more",
    ]


def test_what_is_too_long_goes_on_below_or_is_cut() -> None:
    assert shown(ROWS, 46, wraps=True) == [
        " done    api     [atlas]  killed",
        " failed  日本語           there is no such",
        "                          session any more",
    ]
    assert shown(ROWS, 46)[1] == " failed  日本語           there is no such se…"


def test_a_column_without_text_takes_no_room() -> None:
    assert shown([[("", "api"), ("", ""), ("", "killed")]], 40) == [" api  killed"]


def test_with_little_room_the_last_column_is_left_out() -> None:
    assert shown(ROWS, 34) == [" done    api     [atlas]", " failed  日本語"]


def test_a_row_of_one_cell_is_no_part_of_the_columns() -> None:
    rows: list[Row] = [*ROWS, [("dim", "w shows it here, and this goes on and on")]]
    assert shown(rows, 80)[-1] == " w shows it here, and this goes on and on"
    assert shown(rows, 80)[0] == " done    api     [atlas]  killed"


def test_there_may_be_no_rows() -> None:
    assert table([], 40) == []


CELLS = st.lists(st.tuples(st.just(""), st.text(max_size=60)), min_size=0, max_size=5)


@given(st.lists(CELLS, max_size=6), st.integers(20, 120), st.booleans())
def test_no_line_is_wider_than_the_screen(rows: list[Row], width: int, wraps: bool) -> None:
    for line in table(rows, width, wraps=wraps):
        assert columns_of(line) <= width


@pytest.mark.parametrize("width", [1, 2, 5, 12])
def test_it_can_be_made_for_any_width(width: int) -> None:
    assert len(table(ROWS, width)) == 2

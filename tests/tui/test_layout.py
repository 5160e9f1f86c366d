"""Where the parts of the screen are: they cover every size exactly, without overlapping."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.bars import Footer, Header
from navi.tui.frame import Content
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.layout import PREVIEW_AT_LEAST, SIDE_AT_LEAST, Layout
from navi.tui.style.theme import UNICODE
from tests.support.dashboard import navi, view
from tests.support.machines import Lab
from tests.support.questions import asking


def layout(preview: bool = True, beside: bool = True, share: int = 50) -> Layout:
    """Return a layout with two hosts in its header."""
    header = Header(UNICODE, Keymap(KEYS))
    header.show([view("local"), view("atlas")], [], 0)
    one = Layout(header, Content(UNICODE), Footer(UNICODE))
    one.preview = Content(UNICODE) if preview else None
    one.beside, one.share = beside, share
    return one


@given(st.integers(1, 210), st.integers(1, 60), st.booleans(), st.booleans(), st.sampled_from(range(20, 81, 5)))
def test_the_parts_cover_the_screen_exactly(width: int, height: int, preview: bool, beside: bool, share: int) -> None:
    one = layout(preview, beside, share)
    cells = [
        (column, line)
        for rect in one.rects(width, height)
        for column in range(rect.column, rect.column + rect.width)
        for line in range(rect.line, rect.line + rect.height)
    ]
    assert len(cells) == len(set(cells)) == width * height


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (10, 3), (40, 10), (60, 15), (70, 10), (80, 24), (200, 50)])
@pytest.mark.parametrize("beside", [True, False])
def test_it_can_be_painted_at_any_size(size: tuple[int, int], beside: bool) -> None:
    canvas = layout(beside=beside).render(size)
    assert (canvas.cols(), canvas.rows()) == size


def place_of(one: Layout, width: int, height: int) -> str:
    """Return where the preview is."""
    rects = one.rects(width, height)
    preview = next((rect for rect in rects if rect.part is one.preview), None)
    if preview is None:
        return "nowhere"
    return "beside" if preview.column else "below"


PLACES = [
    (True, SIDE_AT_LEAST, 24, "beside"),
    (True, SIDE_AT_LEAST - 1, 24, "below"),
    (False, 200, 24, "below"),
    (True, 200, PREVIEW_AT_LEAST, "beside"),
    (True, 200, PREVIEW_AT_LEAST - 1, "nowhere"),
]


@pytest.mark.parametrize(("beside", "width", "height", "expected"), PLACES)
def test_where_the_preview_is(beside: bool, width: int, height: int, expected: str) -> None:
    assert place_of(layout(beside=beside), width, height) == expected


def test_the_last_line_that_is_left_shows_the_list() -> None:
    one = layout()
    (rect,) = one.rects(20, 1)
    assert rect.part is one.main


def test_a_question_on_a_small_screen_takes_the_line_of_the_footer(lab: Lab) -> None:
    with asking(lab.local, "api") as asker, navi(lab, width=40, height=10) as screen:
        asker.ask("touch x")
        screen.wait_for("~permission")
        screen.wait_for("? help")
        screen.press("1")
        screen.wait_for("❯ 1  Yes")
        lines = screen.screen().split("\n")
        assert lines[9].rstrip() == " 1-3 choose, twice sends   Esc closes"
        screen.press("Escape")
        screen.wait_for("? help")

"""Where the parts of the screen are: they cover every size exactly, without overlapping."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.banner import Banner
from navi.tui.bars import Footer, Header
from navi.tui.frame import Content
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.layout import PREVIEW_AT_LEAST, SIDE_AT_LEAST, Layout
from navi.tui.style.paint import width_of
from navi.tui.style.theme import UNICODE
from tests.support.dashboard import begin, mouse, navi, view
from tests.support.machines import Lab
from tests.support.questions import asking
from tests.support.terminal import Terminal


def layout(preview: bool = True, beside: bool = True, share: int = 50) -> Layout:
    """Return a layout with two hosts in its header."""
    header = Header(UNICODE, Keymap(KEYS))
    header.show([view("local"), view("atlas")], [], 0)
    one = Layout(header, Content(UNICODE), Footer(UNICODE), Banner(UNICODE))
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


def click_on(screen: Terminal, words: str) -> None:
    """Click on words on the screen."""
    lines = screen.wait_for(words).split("\n")
    line = next(number for number, text in enumerate(lines) if words in text)
    mouse(screen, 0, width_of(lines[line].partition(words)[0]) + 1, line)


@pytest.mark.parametrize(("width", "height"), [(120, 40), (80, 24), (50, 12)])
def test_keys_in_borders_can_be_clicked(lab: Lab, width: int, height: int) -> None:
    begin(lab.local, "api")
    begin(lab.local, "web")
    with navi(lab, width=width, height=height) as screen:
        screen.wait_for("web")
        screen.press("x")
        screen.wait_for(re.compile(r"Kill (atlas/)?api"))
        click_on(screen, "n cancels")
        screen.wait_gone(re.compile(r"Kill (atlas/)?api"))
        screen.press("R")
        screen.wait_for(re.compile(r"Rename (atlas/)?api"))
        screen.type("2")
        click_on(screen, "Enter submits")
        screen.wait_gone(re.compile(r"Rename (atlas/)?api"))
        screen.wait_for("api2")
        screen.press("i")
        screen.wait_for("How the status was decided")
        if width >= 110:
            click_on(screen, "Esc closes")
            screen.wait_gone("How the status was decided")

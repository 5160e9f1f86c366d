"""Colours: values, contrast, the nearest one, and how people write them."""

from __future__ import annotations

import pytest
import urwid
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.style.colors import (
    BASIC,
    NAMES,
    Colors,
    Rgb,
    named_look,
    nearest,
    restyle,
    rgb_of,
    shown,
    spec_of,
)
from tests.support.contrast import contrast

RGB = st.tuples(*[st.integers(0, 255)] * 3)
COUNTS: list[Colors] = [1, 16, 256, 16777216]


def test_black_and_white_have_the_greatest_contrast() -> None:
    assert round(contrast((0, 0, 0), (255, 255, 255)), 3) == 21
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@given(RGB, RGB)
def test_contrast_is_the_same_both_ways(one: Rgb, other: Rgb) -> None:
    assert 1 <= contrast(one, other) == contrast(other, one) <= 21.001


@pytest.mark.parametrize("number", range(16, 232))
def test_a_colour_of_the_cube_is_its_own_nearest(number: int) -> None:
    assert nearest(rgb_of(number), 256) == number


SHOWN: list[tuple[int | Rgb | None, tuple[str, str, str, str]]] = [
    (None, ("default", "default", "default", "default")),
    (1, ("default", "dark red", "dark red", "dark red")),
    (11, ("default", "yellow", "yellow", "yellow")),
    (203, ("default", "light red", "h203", "h203")),
    (21, ("default", "dark blue", "h21", "h21")),
    ((255, 95, 95), ("default", "light red", "h203", "#ff5f5f")),
    ((250, 4, 4), ("default", "light red", "h196", "#fa0404")),
    ((8, 8, 8), ("default", "black", "h232", "#080808")),
]


@pytest.mark.parametrize(("color", "expected"), SHOWN)
def test_a_colour_is_shown_as_near_as_the_terminal_can(color: int | Rgb | None, expected: tuple[str, ...]) -> None:
    assert tuple(shown(color, count) for count in COUNTS) == expected


@given(st.none() | st.integers(0, 255) | RGB, st.sampled_from(COUNTS), st.sets(st.sampled_from(["bold", "standout"])))
def test_urwid_can_draw_every_look(color: int | Rgb | None, count: Colors, attributes: set[str]) -> None:
    name = named_look(color, color, attributes, count)
    assert name == "" or isinstance(spec_of(name), urwid.AttrSpec)
    assert name or not attributes


def test_text_never_gets_the_colour_of_its_background() -> None:
    assert named_look((1, 2, 3), (9, 8, 7), [], 16777216) == "look:#010203/#090807"
    assert named_look((1, 2, 3), (9, 8, 7), ["bold"], 16) == "look:default,bold/default"
    assert named_look(1, 1, [], 16) == "look:dark red/dark red"


WRITTEN = [
    ("bold", ("default,bold", "default")),
    ("yellow", ("brown", "default")),
    ("Bright-Yellow", ("yellow", "default")),
    ("bold underline italic reverse", ("default,bold,underline,italics,standout", "default")),
    ("#ffd75f on 236", ("h221", "h236")),
    ("on blue bold red", ("dark red,bold", "dark blue")),
    ("default on default", ("default", "default")),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_people_write_styles_in_words(text: str, expected: tuple[str, str]) -> None:
    assert restyle(text, 256) == expected


@pytest.mark.parametrize("text", ["pink", "on", "red on", "256", "1000", "#fff", "#gggggg", "bold,red", "³", "on bold"])
def test_what_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        restyle(text, 256)


def test_every_name_has_its_colour() -> None:
    assert [restyle(name, 16)[0] for name in NAMES] == list(BASIC)

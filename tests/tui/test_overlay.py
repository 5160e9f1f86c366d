"""Canvases over others: what is cut, and what stays."""

from __future__ import annotations

import pytest
import urwid
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.overlay import Piece, cut, overlay
from navi.tui.style.paint import paint, width_of

LETTERS = st.text(st.sampled_from("ab c日本👍🏽🇩🇪\u0301ไทย│"), max_size=40)


def row(*texts: str) -> list[Piece]:
    """Return a row of pieces, each in a style of its own."""
    return [(f"style {number}", None, text.encode()) for number, text in enumerate(texts)]


def text(pieces: list[Piece]) -> str:
    """Return the text of pieces."""
    return b"".join(data for *_, data in pieces).decode()


CUTS = [
    (("abc", "def"), 0, 6, "abcdef"),
    (("abc", "def"), 1, 5, "bcde"),
    (("abc", "def"), 3, 4, "d"),
    (("abc",), 2, 2, ""),
    (("日本語",), 0, 6, "日本語"),
    (("日本語",), 1, 5, " 本 "),
    (("日本語",), 2, 3, " "),
    (("a日", "本b"), 2, 4, "  "),
    (("e\u0301x",), 0, 1, "e\u0301"),
    (("e\u0301x",), 1, 2, "x"),
]


@pytest.mark.parametrize(("texts", "begin", "end", "expected"), CUTS)
def test_a_row_is_cut_by_columns(texts: tuple[str, ...], begin: int, end: int, expected: str) -> None:
    assert text(cut(row(*texts), begin, end)) == expected


@given(st.lists(LETTERS, max_size=4), st.integers(0, 60), st.integers(0, 60))
def test_what_is_cut_has_just_the_columns_that_were_asked_for(texts: list[str], begin: int, more: int) -> None:
    whole = sum(map(width_of, texts))
    assert width_of(text(cut(row(*texts), begin, begin + more))) == max(0, min(begin + more, whole) - min(begin, whole))


def painted(*lines: str) -> urwid.Canvas:
    """Return a canvas of lines in one style."""
    return paint([[("dim", line)] for line in lines], max(map(width_of, lines)), len(lines))


PLACES = [
    (0, 0, ["XYcd", "ZZgh", "ijkl"]),
    (1, 1, ["abcd", "eXYh", "iZZl"]),
    (2, 0, ["abXY", "efZZ", "ijkl"]),
    (2, 1, ["abcd", "efXY", "ijZZ"]),
]


@pytest.mark.parametrize(("left", "top", "expected"), PLACES)
def test_the_rest_stays_as_it_is(left: int, top: int, expected: list[str]) -> None:
    below, above = painted("abcd", "efgh", "ijkl"), painted("XY", "ZZ")
    assert [text(list(row)) for row in overlay(below, above, left, top).content()] == expected


def test_a_canvas_can_cover_the_other_one() -> None:
    assert [text(list(row)) for row in overlay(painted("ab"), painted("XY"), 0, 0).content()] == ["XY"]

"""Lines are painted with exactly the width that was asked for, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import urwid
from hypothesis import given
from hypothesis import strategies as st

from navi.core.text import clean
from navi.tui.style.paint import Line, clip, columns_of, fit, justify, paint, shorten, width_of, wrap, wrap_line

TEXTS = st.text(
    st.sampled_from("abc XYZ日本語ünïé✻❯│…👍🧿한글ไทย\u0301\u0308")
    | st.characters(codec="utf-8", exclude_categories=["Cs"]),
    max_size=30,
).map(clean)
LINES = st.lists(st.tuples(st.sampled_from(["", "name", "dim"]), TEXTS), max_size=5)


@pytest.fixture
def ascii_terminal() -> Iterator[None]:
    """A terminal that shows only ASCII."""
    urwid.set_encoding("ascii")
    yield
    urwid.set_encoding("utf8")


def text(line: Line) -> str:
    """Return a line without its styles."""
    return "".join(piece for _, piece in line)


@given(LINES, st.integers(0, 60), st.sampled_from(["…", "..."]))
def test_a_fitted_line_has_exactly_the_width(line: Line, width: int, ellipsis: str) -> None:
    assert columns_of(fit(line, width, ellipsis=ellipsis)) == width


SHORTENED = [
    ("name", 4, "name"), ("name of it", 9, "name of…"), ("name of it", 6, "name…"), ("name", 1, "…"), ("name", 0, ""),
    ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "width", "expected"), SHORTENED)
def test_a_text_without_room_ends_with_the_sign_of_a_cut(text: str, width: int, expected: str) -> None:
    assert shorten(text, width) == expected
    assert width_of(shorten(text, width, "...")) <= width


def test_a_line_is_cut_only_if_it_has_no_room() -> None:
    assert clip([("", "ab"), ("x", "cd")], 4) == [("", "ab"), ("x", "cd")]
    assert text(clip([("", "ab"), ("x", "cd")], 3)) == "ab…"


TRIMS = [(), (0, 1, 0, 1), (0, 1), (3,), (0, 0, 5, 2), (2, 1, 3, 1), (0, 0, 12, 3), (0, 0, 12, 2)]


@pytest.mark.parametrize("trim", TRIMS)
def test_a_canvas_gives_the_rows_that_urwid_would_give(trim: tuple[Any, ...]) -> None:
    canvas = paint([[("a", "one"), ("b", " 日本")], [], [("", "two")]], 12, 3)
    for _ in range(2):
        assert list(canvas.content(*trim)) == list(urwid.TextCanvas.content(canvas, *trim))


@given(LINES, LINES, st.integers(0, 60))
def test_a_justified_line_has_exactly_the_width(left: Line, right: Line, width: int) -> None:
    assert columns_of(justify(left, right, width)) == width


@given(st.lists(LINES, max_size=4), st.integers(1, 40), st.integers(1, 5))
def test_a_canvas_has_exactly_the_size(lines: list[Line], width: int, height: int) -> None:
    canvas = paint(lines, width, height)
    assert (canvas.cols(), canvas.rows()) == (width, height)
    assert [width_of(row.decode()) for row in canvas.text] == [width] * height


@pytest.mark.usefixtures("ascii_terminal")
def test_a_text_that_was_cut_shows_so_in_a_terminal_without_unicode() -> None:
    assert paint([[("", "cut…")]], 6, 1).text == [b"cut~  "]


@given(LINES)
def test_in_a_terminal_without_unicode_only_ascii_is_painted(line: Line) -> None:
    urwid.set_encoding("ascii")
    try:
        (row,) = paint([line], 20, 1, ellipsis="~").text
    finally:
        urwid.set_encoding("utf8")
    assert row.isascii()
    assert len(row) == 20


CUTS = [
    ([("a", "abcdef")], 6, "abcdef"),
    ([("a", "abcdef")], 5, "abcd…"),
    ([("a", "abc"), ("b", "def")], 3, "ab…"),
    ([("a", "abc"), ("b", "def")], 4, "abc…"),
    ([("a", "日本語"), ("b", "x")], 4, "日… "),
    ([("a", "日本語"), ("b", "x")], 5, "日本…"),
    ([("a", "日本語")], 1, "…"),
    ([("a", "日本語")], 2, "… "),
    ([("a", "ab")], 4, "ab  "),
    ([], 2, "  "),
    ([("a", "ab")], 0, ""),
]


@pytest.mark.parametrize(("line", "width", "expected"), CUTS)
def test_what_is_cut_ends_with_an_ellipsis(line: Line, width: int, expected: str) -> None:
    assert text(fit(line, width)) == expected


def test_nothing_follows_an_ellipsis() -> None:
    assert text(fit([("", "日本"), ("", "behind")], 4)).rstrip().endswith("…")


def test_the_ellipsis_is_that_of_the_signs() -> None:
    assert text(fit([("", "abcdef")], 3, ellipsis="~")) == "ab~"


def test_the_left_part_gives_way() -> None:
    assert text(justify([("", "a long name")], [("", " 5m")], 8)) == "a lo… 5m"


@given(TEXTS, st.integers(2, 30))
def test_wrapped_pieces_fit_and_lose_nothing_but_blanks(long: str, width: int) -> None:
    pieces = wrap(long, width)
    assert all(width_of(piece) <= width for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(long.split())


@given(line=st.lists(st.tuples(st.sampled_from(["", "dim"]), st.text("ab 日e", max_size=9))), width=st.integers(4, 30))
def test_a_wrapped_line_keeps_its_letters_with_their_styles_and_its_indent(line: Line, width: int) -> None:
    styled = [(style, letter) for style, text in line for letter in text]
    indent = next((place for place, (_, letter) in enumerate(styled) if letter != " "), len(styled))
    pieces = wrap_line([*line], width)
    if indent + 4 <= width:
        assert all(columns_of(piece) <= width for piece in pieces)
        assert all("".join(text for _, text in piece).startswith(" " * indent) for piece in pieces)
    kept = [(style, letter) for piece in pieces for style, text in piece for letter in text if letter != " "]
    assert kept == [one for one in styled if one[1] != " "]


WRAPS = [
    ("", 10, [""]),
    ("one two", 10, ["one two"]),
    ("one two three", 9, ["one two", "three"]),
    ("abcdefgh", 3, ["abc", "def", "gh"]),
    ("日本語です", 4, ["日本", "語で", "す"]),
]


@pytest.mark.parametrize(("long", "width", "expected"), WRAPS)
def test_lines_break_at_blanks_where_they_can(long: str, width: int, expected: list[str]) -> None:
    assert wrap(long, width) == expected


@pytest.mark.usefixtures("ascii_terminal")
def test_what_cannot_be_shown_keeps_its_width() -> None:
    assert paint([[("", "a日b")]], 6, 1).text == [b"a??b  "]

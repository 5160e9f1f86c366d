"""Text from outside is harmless, and paths are short."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.text import clean, clean_lines, columns, decode, form_for, how_it_ended, need_you, plural, short_path

DANGEROUS = "\x1b\x9b[];?0m\x07\\\x9c\x90P\u202e\u200b\ufe0f\u0301\ud800\r\n\t"
Hostile = st.text(st.characters() | st.sampled_from(DANGEROUS))
"""Any text, surrogates too, and often what terminals act upon."""

UNWANTED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode of which nothing may be drawn."""

HIDDEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u3164\ufe0e\ufe0f\uffa0\U000e0100"
"""Characters of other categories that take no room, or look like none."""


def harmless(text: str) -> bool:
    """Tell whether a terminal only draws the text."""
    return not any(unicodedata.category(letter) in UNWANTED or letter in HIDDEN for letter in text)


@given(Hostile)
def test_nothing_that_a_terminal_acts_upon_survives(text: str) -> None:
    assert harmless(clean(text))
    assert all(harmless(line) for line in clean_lines(text))


@pytest.mark.parametrize("category", sorted(UNWANTED))
def test_no_character_of_an_unwanted_category_survives(category: str) -> None:
    every = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == category]
    assert harmless(clean("".join(f"x{letter}" for letter in every)))


@given(Hostile)
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert [clean(line) for line in clean_lines(text)] == clean_lines(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_is_not_changed(text: str) -> None:
    assert clean(text) == text
    assert clean_lines(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred\x9bm", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;title\x9ctext", "text"),
        ("\x1bPq#0;2;0;0;0\x1b\\text", "text"),
        ("\x1b_app\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\text", "text"),
        ("\x1b(0lqk\x1b(B", "lqk"),
        ("\x1bc\x1b7\x1b8\x1bMtext", "text"),
        ("\x1b\x1b[31mred", "red"),
        ("\x1b[3\x1b[31mred", "red"),
        ("cut off \x1b[31", "cut off "),
        ("bell\x07 back\x08space del\x7f", "bell backspace del"),
        ("a\tb\nc\r\nd", "a b c d"),
        ("a\u2028b\u2029c", "a b c"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("zero\u200bwidth\u200d\u2060\ufeff", "zerowidth"),
        ("heart\u2764\ufe0f", "heart\u2764"),
        ("flag\U000e0067\U000e007f", "flag"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\ud800\udfffx", "x"),
        ("null\0", "null"),
        ("é", "é"),
        ("e\u0301", "e\u0301"),
        ("z" + "\u0300" * 50, "z" + "\u0300" * 3),
        ("日本 ✳ ⠋ 🎉", "日本 ✳ ⠋ 🎉"),
        ("שלום مرحبا", "שלום مرحبا"),
    ],
)
def test_each_danger_is_taken_out_and_nothing_else(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [""]),
        ("a\nb\r\nc", ["a", "b", "c"]),
        ("a\n\n", ["a", "", ""]),
        ("a\tb", ["a       b"]),
        ("\x1b[31ma\tb", ["a       b"]),
        ("a\u2028b", ["a", "b"]),
        ("one\rtwo", ["onetwo"]),
        ("a\x0bb\x0cc\x85d", ["abcd"]),
        ("open \x1b]0;title\nnext", ["open ", "next"]),
    ],
)
def test_lines_are_cut_and_tabs_expanded(text: str, expected: list[str]) -> None:
    assert clean_lines(text) == expected


def test_bytes_that_are_not_utf8_become_a_mark() -> None:
    assert decode(b"caf\xe9 \xf0\x9f\x8e\x89") == "caf\ufffd 🎉"


@pytest.mark.parametrize(
    ("path", "home", "expected"),
    [
        ("/home/s/work", "/home/s", "~/work"),
        ("/home/s", "/home/s/", "~"),
        ("/home/sean/work", "/home/s", "/home/sean/work"),
        ("/work", "", "/work"),
        ("/work", "/", "/work"),
    ],
)
def test_a_path_below_home_is_shortened_by_whole_parts(path: str, home: str, expected: str) -> None:
    assert short_path(path, home) == expected


@pytest.mark.parametrize(("text", "width"), [("", 0), ("api", 3), ("naïve", 5), ("日本", 4), ("e\u0301", 1), ("ｱ", 1)])
def test_wide_letters_take_two_columns_and_combining_ones_none(text: str, width: int) -> None:
    assert columns(text) == width


ENDINGS = (
    (None, "", "its process has ended"),
    ("", "", "its process has ended"),
    (0, "", "its process has ended with status 0"),
    ("3", "", "its process has ended with status 3"),
    (0, "9", "its process was ended by signal 9"),
)


@pytest.mark.parametrize(("status", "signal", "words"), ENDINGS)
def test_how_a_process_ended_is_named_as_far_as_it_is_known(status: object, signal: str, words: str) -> None:
    assert how_it_ended(status, signal) == words


COUNTS = (
    (0, "0 hosts", "hosts", "0 need you"),
    (1, "1 host", "host", "1 needs you"),
    (2, "2 hosts", "hosts", "2 need you"),
)


@pytest.mark.parametrize(("count", "some", "form", "need"), COUNTS)
def test_one_thing_has_another_form_than_several(count: int, some: str, form: str, need: str) -> None:
    assert (plural(count, "host"), form_for(count, "host"), need_you(count)) == (some, form, need)

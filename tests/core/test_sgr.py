"""Colours of a pane's text are read; nothing else that is in it gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.sgr import LONGEST_SEQUENCE, PLAIN, TextStyle, after_sequence, styled_lines
from navi.core.text import clean_lines

BOLD, RED = TextStyle(bold=True), TextStyle(front=1)

SEQUENCES = [
    ("", PLAIN),
    ("0", PLAIN),
    ("1", BOLD),
    ("1;22", PLAIN),
    ("4", TextStyle(underline=True)),
    ("4:3", TextStyle(underline=True)),
    ("4;4:0", PLAIN),
    ("21;24", PLAIN),
    ("7", TextStyle(reverse=True)),
    ("7;27", PLAIN),
    ("31", RED),
    ("31;39", PLAIN),
    ("97;100", TextStyle(front=15, back=8)),
    ("47", TextStyle(back=7)),
    ("41;49", PLAIN),
    ("1;31;0", PLAIN),
    ("1;31;", PLAIN),
    ("38;5;203", TextStyle(front=203)),
    ("38:5:203", TextStyle(front=203)),
    ("48;2;1;2;3;1", TextStyle(back=(1, 2, 3), bold=True)),
    ("48:2:1:2:3", TextStyle(back=(1, 2, 3))),
    ("48:2::1:2:3", TextStyle(back=(1, 2, 3))),
    ("58;5;3;1", BOLD),
    ("58;2;1;2;3;1", BOLD),
    ("58:5:3;1", BOLD),
    # what is not known, or is no colour, changes nothing
    ("3;5;8;9;53;73;1;2", BOLD),
    ("38;5;256;1", BOLD),
    ("38;2;1;2;300;1", BOLD),
    ("38;2;1;2", PLAIN),
    ("38;5", PLAIN),
    ("38", PLAIN),
    ("38;9;1", BOLD),
    ("38:5", PLAIN),
    ("38:2:1:2", PLAIN),
    ("1:2;999999999999999999", PLAIN),
]


@pytest.mark.parametrize(("parameters", "expected"), SEQUENCES)
def test_a_sequence_sets(parameters: str, expected: TextStyle) -> None:
    assert after_sequence(PLAIN, parameters) == expected


LINES = [
    ("red\x1b[31mdish\x1b[m!", [("reddish!", ((3, PLAIN), (4, RED), (1, PLAIN)))]),
    ("\x1b[31ma\nb", [("a", ((1, RED),)), ("b", ((1, RED),))]),
    ("a\t\x1b[31mb\tc", [("a       b       c", ((8, PLAIN), (9, RED)))]),
    ("\x1b[31m日本\x1b[1m語", [("日本語", ((2, RED), (1, TextStyle(front=1, bold=True))))]),
    ("\x1b[>4;1mx\x1b[?1mx\x1b[1 mx", [("xxx", ((3, PLAIN),))]),
    ("\x1b[31\x9b1mx", [("x", ((1, PLAIN),))]),
    (f"\x1b[{'1;' * LONGEST_SEQUENCE}mx", [("x", ((1, PLAIN),))]),
    ("", [("", ())]),
    # marks are counted over the whole line; without looks, the line is plain
    ("e\u0301\u0301\u0301\x1b[1m\u0301", [("e\u0301\u0301\u0301", ())]),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_lines_have_their_looks(text: str, expected: list[tuple[str, tuple[tuple[int, TextStyle], ...]]]) -> None:
    assert list(styled_lines(text)) == expected


HOSTILE = st.lists(
    st.sampled_from(
        ["\x1b", "[", "]", "\x1b[", "\x1b[31", "m", "\x1b[1;38;5;", "\x1b[m", ";", ":", "38", "5", "2", "0", "\x9b",
         "\x07", "\x1b]0;", "\x1b\\", "\x1bP", "\x9c", "\x0e", "\t", "\n", "\r", "\u2028", "\u202e", "e\u0301",
         "\u0301", "日", "x "]
    )
    | st.characters(codec="utf-8"),
    max_size=40,
).map("".join)  # fmt: skip


@given(HOSTILE)
def test_of_any_text_only_what_is_clean_gets_through(text: str) -> None:
    found = list(styled_lines(text))
    assert [line for line, _ in found] == clean_lines(text)
    assert all(sum(length for length, _ in runs) == len(line) for line, runs in found if runs)


COLORS = st.none() | st.integers(0, 255) | st.tuples(*[st.integers(0, 255)] * 3)


def sequence(look: TextStyle) -> str:
    """Return a sequence that sets a look."""
    numbers = [0]
    for begin, color in ((38, look.front), (48, look.back)):
        if color is not None:
            numbers += [begin, 5, color] if isinstance(color, int) else [begin, 2, *color]
    numbers += [number for number, has in ((1, look.bold), (4, look.underline), (7, look.reverse)) if has]
    return f"\x1b[{';'.join(map(str, numbers))}m"


LOOKS = st.builds(TextStyle, COLORS, COLORS, st.booleans(), st.booleans(), st.booleans())


@given(st.lists(st.tuples(LOOKS, st.text("ab日 ", min_size=1))))
def test_what_is_written_is_read(pieces: list[tuple[TextStyle, str]]) -> None:
    ((line, runs),) = styled_lines("".join(sequence(look) + text for look, text in pieces))
    assert line == "".join(text for _, text in pieces)
    assert runs == tuple((len(text), look) for look, text in pieces)

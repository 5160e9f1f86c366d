"""The terminal's answer about its background is read, however it comes, and no key is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.style.colors import Rgb
from navi.tui.style.terminal_theme import ColorAnswers, hinted_theme, is_light, understands_osc
from tests.support.contrast import contrast

ANSWERS = [
    (b"\x1b]11;rgb:0000/0000/0000\x1b\\", "dark"),
    (b"\x1b]11;rgb:ffff/ffff/ffff\x07", "light"),
    (b"\x1b]11;rgb:fd/f6/e3\x07", "light"),
    (b"\x1b]11;rgb:f/f/f\x07", "light"),
    (b"\x1b]11;rgba:1e1e/1e1e/1e1e/cccc\x1b\\", "dark"),
    (b"\x1b]11;rgb:0000/2b2b/3636\x07", "dark"),
]


@pytest.mark.parametrize(("answer", "theme"), ANSWERS)
@pytest.mark.parametrize("expected", [True, False])
def test_an_answer_between_keys_is_taken_out(answer: bytes, theme: str, expected: bool) -> None:
    assert ColorAnswers().read(b"j\x1b[A" + answer + b"\x1bk", expected) == (b"j\x1b[A\x1bk", theme)


CUTS = st.lists(st.integers(1, 40), max_size=6)


@given(CUTS, st.sampled_from(ANSWERS), st.sampled_from([b"", b"j", b"\x1b[A", b"\x1bx"]))
def test_an_answer_may_come_in_pieces(cuts: list[int], answer: tuple[bytes, str], key: bytes) -> None:
    reader = ColorAnswers()
    rest, pieces = key + answer[0] + key, []
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    found = [reader.read(piece, expected=True) for piece in (*pieces, rest) if piece]
    typed = b"".join(one for one, _ in found)
    assert [theme for _, theme in found if theme] == [answer[1]]
    # An answer that is cut behind its first byte leaves that, which is the key Esc.
    assert typed in (key + key, key + b"\x1b" + key)


KEYS = st.lists(
    st.sampled_from([b"j", b"1", b"\x1b", b"\x1b[A", b"\x1b[<0;1;1M", b"\x1b]", b"\x1b]1", b"]11;rgb:", "é".encode()])
)


@given(KEYS, st.data())
def test_no_key_is_lost(keys: list[bytes], data: st.DataObject) -> None:
    reader = ColorAnswers()
    found = [reader.read(key, data.draw(st.booleans())) for key in keys] + [reader.read(b"x", expected=False)]
    assert b"".join(typed for typed, _ in found) == b"".join(keys) + b"x"
    assert {theme for _, theme in found} == {""}


NO_ANSWERS = [
    b"\x1b]11;rgb:ffff/ffff\x07",
    b"\x1b]11;#ffffff\x07",
    b"\x1b]10;rgb:ff/ff/ff\x07",
    b"\x1b]11;rgb:ff/ff/ff\x1b[A",
]


@pytest.mark.parametrize("data", NO_ANSWERS)
def test_what_is_no_answer_says_nothing(data: bytes) -> None:
    assert ColorAnswers().read(data, expected=True) == (data, "")


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_the_theme_is_that_with_more_contrast(color: Rgb) -> None:
    black, white = contrast(color, (0, 0, 0)), contrast(color, (255, 255, 255))
    assert is_light(color) == (black > white) or abs(black - white) < 0.1


BARE = ("", "linux", "linux-16color", "dumb", "vt100", "eterm-color", "unknown", "cons25")

HINTS = [
    ({}, "dark"),
    ({"COLORFGBG": "15;0"}, "dark"),
    ({"COLORFGBG": "0;15"}, "light"),
    ({"COLORFGBG": "0;default;15"}, "light"),
    ({"COLORFGBG": "0;7"}, "light"),
    ({"COLORFGBG": "12;8"}, "dark"),
    ({"COLORFGBG": "15;default"}, "dark"),
    ({"COLORFGBG": "nonsense"}, "dark"),
]


@pytest.mark.parametrize(("environment", "theme"), HINTS)
def test_the_environment_may_hint_at_the_theme(environment: dict[str, str], theme: str) -> None:
    assert hinted_theme(environment) == theme


@pytest.mark.parametrize("name", ["xterm-256color", "tmux-256color", "screen", "foot", "rxvt-unicode", "vte"])
def test_terminals_are_asked(name: str) -> None:
    assert understands_osc({"TERM": name})


@pytest.mark.parametrize("environment", [{}, *({"TERM": name} for name in BARE)], ids=str)
def test_those_that_would_print_the_question_are_not(environment: dict[str, str]) -> None:
    assert not understands_osc(environment)

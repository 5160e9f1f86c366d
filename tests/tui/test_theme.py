"""Colours and signs."""

from __future__ import annotations

import pytest
import urwid

from navi.config.settings import Settings
from navi.core.failure import HostState
from navi.core.status import PRIORITY
from navi.tui.paint import width_of
from navi.tui.theme import (
    ASCII,
    HOST_STYLES,
    STYLES,
    UNICODE,
    Glyphs,
    choose_colors,
    choose_glyphs,
    lit,
    palette,
    status_style,
)

COLORS = [
    ({"TERM": "xterm-256color"}, "auto", 256),
    ({"TERM": "xterm"}, "auto", 16),
    ({"TERM": "xterm-direct"}, "auto", 256),
    ({"TERM": "xterm", "COLORTERM": "truecolor"}, "auto", 16777216),
    ({"TERM": "xterm", "COLORTERM": "24bit"}, "auto", 16777216),
    ({"TERM": "xterm", "COLORTERM": "yes"}, "auto", 16),
    ({"TERM": "dumb", "COLORTERM": "truecolor"}, "auto", 1),
    ({"TERM": "vt100"}, "auto", 1),
    ({"TERM": "screen-mono"}, "auto", 1),
    ({}, "auto", 16),
    ({"TERM": "dumb"}, "256", 256),
    ({"TERM": "xterm-256color"}, "mono", 1),
    ({"TERM": "xterm-256color"}, "16", 16),
    ({"TERM": "xterm"}, "true", 16777216),
    ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "auto", 1),
    ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "true", 1),
    ({"TERM": "xterm-256color", "NO_COLOR": ""}, "auto", 256),
]


@pytest.mark.parametrize(("environment", "chosen", "expected"), COLORS)
def test_colours(environment: dict[str, str], chosen: str, expected: int) -> None:
    assert choose_colors(Settings(colors=chosen), environment) == expected


GLYPHS = [("auto", True, UNICODE), ("auto", False, ASCII), ("ascii", True, ASCII), ("unicode", False, UNICODE)]


@pytest.mark.parametrize(("chosen", "unicode_terminal", "expected"), GLYPHS)
def test_signs(chosen: str, unicode_terminal: bool, expected: Glyphs) -> None:
    assert choose_glyphs(Settings(glyphs=chosen), unicode_terminal) == expected


def signs(glyphs: Glyphs) -> list[str]:
    """Return every sign of a set."""
    single = [glyphs.cursor, glyphs.bar, glyphs.rule, glyphs.wall, glyphs.ellipsis, glyphs.dot]
    return [*single, *glyphs.status.values(), *glyphs.hosts.values()]


def test_every_sign_takes_one_column() -> None:
    assert {width_of(sign) for glyphs in (UNICODE, ASCII) for sign in signs(glyphs)} == {1}


def test_the_ascii_signs_are_ascii() -> None:
    assert all(sign.isascii() for sign in signs(ASCII))


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_every_status_and_state_has_a_sign(glyphs: Glyphs) -> None:
    assert {*PRIORITY, "offline", "unknown"} == set(glyphs.status)
    assert set(HostState) == set(glyphs.hosts) == set(HOST_STYLES)


def test_a_word_that_nobody_knows_is_shown_as_unknown() -> None:
    assert status_style("dancing") == "unknown"
    assert UNICODE.of_status("dancing") == UNICODE.of_status("unknown")


def test_every_style_is_there_plain_and_under_the_cursor() -> None:
    names = [entry[0] for entry in palette()]
    assert sorted(names) == sorted([*(name for name, *_ in STYLES), *(lit(name) for name, *_ in STYLES), lit("")])


@pytest.mark.parametrize("entry", palette(), ids=lambda entry: str(entry[0]))
def test_every_style_can_be_shown_with_any_number_of_colours(entry: tuple[str, ...]) -> None:
    _, front, back, mono, high_front, high_back = entry
    urwid.AttrSpec(front, back, 16)
    urwid.AttrSpec(mono, "default", 1)
    for colors in (256, 16777216):
        urwid.AttrSpec(high_front, high_back, colors)


def test_a_match_stands_out_wherever_it_is() -> None:
    assert {entry[5] for entry in palette() if entry[0].startswith("match")} == {"h221"}


def test_without_colours_only_bold_and_reverse_are_used() -> None:
    assert {mono for _, _, _, mono, *_ in palette()} <= {"default", "bold", "standout"}

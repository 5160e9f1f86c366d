"""The pictures of the README show screens of navi; what a terminal shows becomes SVG without loss."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.styles import PLAIN, Style, runs_of
from tests.support.svg import Frame, picture, recording

ROOT = Path(__file__).parent.parent.parent
PICTURES = ROOT / "contrib" / "pictures"


MOST_BYTES = 300_000
"""Of a picture: a reader of the README loads all of them."""

NAMES = ("list", "answer", "git", "hosts", "recording")


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_holds_the_text_of_a_screen_of_navi(name: str) -> None:
    path = PICTURES / f"{name}.svg"
    words = "".join(ElementTree.parse(path).getroot().itertext())
    assert "build-box" in words
    assert "\x1b" not in words
    assert not re.search(r"/tmp/|same machine", words)
    assert path.stat().st_size <= MOST_BYTES


def test_the_readme_shows_every_picture() -> None:
    text = (ROOT / "README.md").read_text()
    shown = re.findall(r"!\[[^]]+\]\(contrib/pictures/([^)]+)\)", text)
    shown += re.findall(r'<img src="contrib/pictures/([^"]+)"[^>]* alt="[^"]+">', text)
    assert sorted(shown) == sorted(path.name for path in PICTURES.iterdir())
    assert {f"{name}.svg" for name in NAMES} <= {*shown}


RUNS = [
    ("plain", [(0, "plain", {})]),
    ("\x1b[1mbold\x1b[22m not", [(0, "bold", {"bold": True}), (4, " not", {})]),
    ("\x1b[3;7mx\x1b[0my", [(0, "x", {"italic": True, "reverse": True}), (1, "y", {})]),
    ("\x1b[31mr\x1b[39mn", [(0, "r", {"front": "1"}), (1, "n", {})]),
    ("\x1b[92;44mb", [(0, "b", {"front": "10", "back": "4"})]),
    ("\x1b[38;5;196mp", [(0, "p", {"front": "196"})]),
    ("\x1b[48;5;244mg", [(0, "g", {"back": "244"})]),
    ("\x1b[4mu\x1b[24mn", [(0, "u", {"underline": True}), (1, "n", {})]),
    ("\x1b#5a\x1b(Bb\x0f\r", [(0, "ab", {})]),
    ("\x1b[38;2;1;2;255mt", [(0, "t", {"front": "#0102ff"})]),
    ("\x1b[1m日本\x1b[mx", [(0, "日本", {"bold": True}), (4, "x", {})]),
    ("\x1b[8munknown", [(0, "unknown", {})]),
]


@pytest.mark.parametrize(("line", "expected"), RUNS, ids=[repr(line) for line, _ in RUNS])
def test_a_line_is_cut_into_runs_of_one_style(line: str, expected: list[tuple[int, str, dict[str, Any]]]) -> None:
    runs, _ = runs_of(line, PLAIN)
    assert [(run.column, run.text, run.style) for run in runs] == [
        (column, text, Style(**looks)) for column, text, looks in expected
    ]


COLOURS = [
    ("\x1b[31mx", "#e06c75"), ("\x1b[92mx", "#a9dc76"), ("\x1b[38;5;196mx", "#ff0000"),
    ("\x1b[38;5;244mx", "#808080"), ("\x1b[38;2;1;2;255mx", "#0102ff"), ("x", "#d4d7de"), ("\x1b[7mx", "#15171c"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), COLOURS, ids=[repr(line) for line, _ in COLOURS])
def test_a_character_has_the_colour_that_a_terminal_gives_it(line: str, expected: str) -> None:
    assert re.findall(r'<tspan [^>]*fill="([^"]+)"', picture(line, "title", 10)) == [expected]


def test_a_style_goes_on_in_the_next_line() -> None:
    drawn = picture("\x1b[1mone\ntwo", "title", 10)
    assert len(re.findall(r'<tspan [^>]*font-weight="bold"[^>]*>(?:one|two)<', drawn)) == 2


def test_text_in_a_picture_is_escaped() -> None:
    root = ElementTree.fromstring(picture("a < b & c > d", "</title>", 20))
    assert "a < b & c > d" in "".join(root.itertext())


def test_words_are_in_their_columns_however_a_reader_takes_blanks() -> None:
    drawn = picture("62 +      with lock:  日本 x", "title", 30)
    assert re.findall(r'x="([\d.]+)" textLength="([\d.]+)"[^>]*>([^<]+)<', drawn) == [
        ("14.0", "33.7", "62 +"), ("98.3", "84.3", "with lock:"), ("199.5", "50.6", "日本 x"),
    ]  # fmt: skip


def test_a_sign_that_most_fonts_lack_is_drawn_in_its_cell() -> None:
    drawn = picture("\n\x1b[31m  ⎿  Running", "title", 20)
    assert "⎿" not in drawn
    assert re.findall(r'<path d="([^"]+)"[^>]* stroke="([^"]+)"', drawn) == [
        ("M33.4 30.0 L33.4 42.5 L38.9 42.5", "#e06c75"),
    ]
    assert re.findall(r'<tspan x="([^"]+)"[^>]*>Running<', drawn) == ["56.1"]


def test_what_is_behind_the_text_is_one_box_for_each_colour() -> None:
    drawn = picture("\x1b[48;5;236mab\x1b[1mcd\x1b[48;5;196me\x1b[0m f", "title", 10)
    assert re.findall(r'<rect [^>]*width="([\d.]+)"[^>]* fill="(#303030|#ff0000)"', drawn) == [
        ("33.7", "#303030"),
        ("8.4", "#ff0000"),
    ]


FRAMES = (Frame("one\nsame", 1, "a"), Frame("two\nsame", 3, "b"), Frame("\nsame", 1, "c"))


def test_a_recording_shows_each_line_while_its_frames_last() -> None:
    drawn = recording(FRAMES, "title", 10, still=1)
    assert drawn.count(">same<") == 1
    assert "g{animation:5s step-end infinite}" in drawn
    assert "@keyframes a0-1{0%{visibility:visible}20.00%{visibility:hidden}}" in drawn
    assert "@keyframes a1-2{0%{visibility:hidden}20.00%{visibility:visible}80.00%{visibility:hidden}}" in drawn
    assert "@keyframes a0-3{0%{visibility:visible}}" in drawn


def test_a_recording_has_one_frame_for_those_who_want_no_motion() -> None:
    drawn = recording(FRAMES, "title", 10, still=1)
    calm = "@media (prefers-reduced-motion:reduce){g{animation:none!important}.f0-1,.f2-3{visibility:hidden}}"
    assert calm in drawn
    assert re.findall(r'class="(f\d-\d)"', drawn) == ["f0-1", "f1-2", "f0-3", "f2-3"]

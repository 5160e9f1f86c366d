"""The pictures of the README show screens of navi, and contrib/screenshot turns terminal output into SVG faithfully."""

from __future__ import annotations

import re
import runpy
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parent.parent.parent
PICTURES = ROOT / "contrib" / "pictures"


@pytest.mark.parametrize("name", ["list", "hosts"])
def test_a_picture_holds_the_text_of_a_screen_of_navi(name: str) -> None:
    root = ElementTree.parse(PICTURES / f"{name}.svg").getroot()
    words = "".join(root.itertext())
    assert "need you" in words
    assert "gpu-node" in words
    assert "\x1b" not in words
    assert "/tmp/" not in words


@cache
def screenshot() -> dict[str, Any]:
    """Return what contrib/screenshot defines."""
    return runpy.run_path(str(ROOT / "contrib" / "screenshot"))


RUNS = [
    ("plain", [(0, "plain", {})]),
    ("\x1b[1mbold\x1b[22m not", [(0, "bold", {"bold": True}), (4, " not", {})]),
    ("\x1b[3;7mx\x1b[0my", [(0, "x", {"italic": True, "reverse": True}), (1, "y", {})]),
    ("\x1b[31mr\x1b[39mn", [(0, "r", {"front": "#e06c75"}), (1, "n", {})]),
    ("\x1b[92;44mb", [(0, "b", {"front": "#a9dc76", "back": "#61afef"})]),
    ("\x1b[38;5;196mp", [(0, "p", {"front": "#ff0000"})]),
    ("\x1b[48;5;244mg", [(0, "g", {"back": "#808080"})]),
    ("\x1b[38;2;1;2;255mt", [(0, "t", {"front": "#0102ff"})]),
    ("\x1b[1m日本\x1b[mx", [(0, "日本", {"bold": True}), (4, "x", {})]),
    ("\x1b[4munknown", [(0, "unknown", {})]),
]


@pytest.mark.parametrize(("line", "expected"), RUNS, ids=[repr(line) for line, _ in RUNS])
def test_a_line_is_cut_into_runs_of_one_style(line: str, expected: list[tuple[int, str, dict[str, Any]]]) -> None:
    tool = screenshot()
    runs, _ = tool["runs_of"](line, tool["Style"]())
    assert [(run.column, run.text, run.style) for run in runs] == [
        (column, text, tool["Style"](**looks)) for column, text, looks in expected
    ]


def test_a_style_goes_on_in_the_next_line() -> None:
    drawn = screenshot()["picture"]("\x1b[1mone\ntwo", "title", 10)
    assert len(re.findall(r'<tspan [^>]*font-weight="bold"[^>]*>(?:one|two)<', drawn)) == 2


def test_text_in_a_picture_is_escaped() -> None:
    root = ElementTree.fromstring(screenshot()["picture"]("a < b & c > d", "</title>", 20))
    assert "a < b & c > d" in "".join(root.itertext())


def test_what_is_behind_the_text_is_one_box_for_each_colour() -> None:
    drawn = screenshot()["picture"]("\x1b[48;5;236mab\x1b[1mcd\x1b[48;5;196me\x1b[0m f", "title", 10)
    assert re.findall(r'<rect [^>]*width="([\d.]+)"[^>]* fill="(#303030|#ff0000)"', drawn) == [
        ("33.7", "#303030"),
        ("8.4", "#ff0000"),
    ]

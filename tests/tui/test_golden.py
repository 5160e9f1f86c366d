"""Screens of navi, text and colours, are as stored in tests/tui/golden/.

After a change of what they show, look at the difference, then store them anew: contrib/screenshot --golden
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.golden import difference, golden_of, parsed
from tests.support.machines import Keys, Lab
from tests.support.scene import LASTING, scene
from tests.support.screens import (
    CASES,
    GOLDEN,
    LOOKS,
    SCREENS,
    Case,
    dashboard,
    go_to,
    in_xterm,
    stored,
)
from tests.support.terminal import Display
from tests.support.waiting import until
from tests.support.xterm import missing


@pytest.fixture(scope="module")
def fleet(keys: Keys) -> Iterator[Lab]:
    """Have the scene, for all screens: none of them changes it."""
    with (
        tempfile.TemporaryDirectory(prefix="navi-", dir="/tmp") as folder,
        Lab(Path(folder), keys) as lab,
        scene(lab, LASTING),
    ):
        yield lab


@pytest.mark.unsteady
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_screen_is_as_stored(fleet: Lab, case: Case) -> None:
    with dashboard(fleet, case.look) as display:
        go_to(display, case.screen)
        found = []
        for size in case.screen.sizes:
            display.resize(*size)
            found.append(compared(display, case.name(size)))
    assert not any(found), "".join(found)


def compared(display: Display, name: str) -> str:
    """Return how a screen differs from the one that is stored, when it has had the time to become the same."""
    expected = stored(name)
    seen = golden_of(display.screen(escapes=True), expected)

    def same() -> bool:
        nonlocal seen
        seen = golden_of(display.screen(escapes=True), expected)
        return seen == expected

    try:
        until(same, 20, interval=0.05)
    except AssertionError:
        return difference(name, expected, seen)
    return ""


def test_every_screen_is_stored_and_no_other() -> None:
    names = {case.name(size) for case in CASES for size in case.screen.sizes}
    assert {path.stem for path in GOLDEN.iterdir()} == names
    assert len(SCREENS) == len({screen.name for screen in SCREENS})
    assert {case.look for case in CASES} == LOOKS.keys()


# ---- a real terminal emulator


@pytest.mark.unsteady
@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize("case", [case for case in CASES if case.screen.name in ("list", "form")], ids=str)
def test_xterm_shows_the_same(fleet: Lab, case: Case) -> None:
    with dashboard(fleet, case.look, in_xterm) as display:
        go_to(display, case.screen)
        for size in case.screen.sizes:
            display.resize(*size)
            wait_alike(display, case.name(size))


def wait_alike(display: Display, name: str) -> None:
    """Wait until a terminal shows the texts of a screen. What xterm prints of its colours is not what it shows."""
    expected = stored(name)
    assert expected
    seen = golden_of(display.screen(escapes=True))

    def alike() -> bool:
        nonlocal seen
        seen = golden_of(display.screen(escapes=True))
        return seen.texts == expected.texts

    try:
        until(alike, 20, interval=0.05)
    except AssertionError:
        pytest.fail(difference(name, expected, seen), pytrace=False)


# ---- the form in which screens are stored

ROW = "\x1b[1mnavi\x1b[0m  \x1b[38;5;203m1 error\x1b[0m   \x1b[7m日本\x1b[0m \x1b[48;5;236m  "


def test_a_screen_can_be_read_again_from_its_file() -> None:
    golden = golden_of(f"{ROW}\n\n\x1b[m plain\n")
    assert golden.texts == ("navi  1 error   日本", "", " plain")
    assert golden.letters == ("BBBB  r rrrrr   ssss dd", "", "")
    assert golden.styles == {"B": "bold", "r": "203", "s": "reverse", "d": "on 236"}
    assert parsed(str(golden)) == golden


def test_styles_keep_their_letters() -> None:
    old = golden_of("\x1b[31mone\x1b[m \x1b[32mtwo")
    new = golden_of("\x1b[33mnew\x1b[m \x1b[32mtwo\x1b[m \x1b[91mone", old)
    assert old.styles == {"r": "1", "g": "2"}
    assert new.letters == ("yyy ggg RRR",)
    assert new.styles == {"y": "3", "g": "2", "R": "9"}


MASKED = [
    ("  working   now │ x", "  working    9s │ x"),
    ("  working   30s │ x", "  working    9s │ x"),
    ("  working    7m", "  working    9s"),
    ("  working    2h", "  working    2h"),
    ("✔ atlas 637ms   ✔ b", "✔ atlas   ✔ b"),
    ("── api  ? permission now ───", "── api  ? permission 9s ────"),
    ("── api  ? permission 1m 20s ───", "── api  ? permission 9s ───────"),
    ("9 ms  now = deadline()", "9 ms  now = deadline()"),
    ("✔ atlas   ✔ b", "✔ atlas   ✔ b"),
    ("hook, 1m 52s ago", "hook, 9s ago"),
    ("in /tmp/navi-uk86gyu6/m, process 50453", "in /tmp/navi-golden00/m, process 1234"),
    ("an answer of 3s  or more", "an answer of 9s  or more"),
    ("now = deadline()", "now = deadline()"),
]


@pytest.mark.parametrize(("row", "expected"), MASKED)
def test_what_differs_from_run_to_run_is_replaced(row: str, expected: str) -> None:
    assert golden_of(row).texts == (expected,)


def test_a_difference_shows_both_screens_and_the_rows() -> None:
    old, new = golden_of("same\n\x1b[1mold"), golden_of("same\nnew")
    assert difference("list", old, old) == ""
    found = difference("list", old, new)
    for words in ("|same\n|old\n", "|same\n|new\n", "-old\n+new\n", "-BBB\n", "-B bold\n"):
        assert words in found
    assert "(nothing is stored)" in difference("list", None, new)

"""Screens of navi, text and colours, are as stored in tests/tui/golden/.

After a change of what they show, look at the differences; if they are right, store the screens anew:
.venv/bin/python contrib/screenshot --golden
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from tests.support.golden import crowded, difference, golden_of, parsed
from tests.support.machines import Keys, Lab
from tests.support.scene import LASTING
from tests.support.screens import (
    CASES,
    GOLDEN,
    LOOKS,
    SCREENS,
    Case,
    Opener,
    dashboard,
    each,
    fleet,
    go_to,
    in_tmux,
    in_xterm,
    settled,
    stored,
)
from tests.support.terminal import Display
from tests.support.xterm import missing

RESTS = 5.0
"""Seconds after which a screen that differs is taken to stay so, also on a busy machine."""


@pytest.fixture(scope="module")
def lab(keys: Keys) -> Iterator[Lab]:
    """Have the scene, for all screens: none of them changes what another one shows."""
    with fleet(LASTING, keys) as lab:
        yield lab


def test_screens_are_as_stored(lab: Lab) -> None:
    report(differences(lab, CASES, in_tmux, compared))


Compare = Callable[[Display, str], str]
"""Returns how what a terminal shows differs from the screen of a name."""


def differences(lab: Lab, cases: Sequence[Case], opener: Opener, compare: Compare) -> dict[str, str]:
    """Return how screens differ from those that are stored, by their cases."""

    def sizes(case: Case) -> Iterator[str]:
        with dashboard(lab, LASTING, case.look, opener) as display:
            go_to(display, case.screen)
            for size in case.screen.sizes:
                display.resize(*size)
                yield compare(display, case.name(size))

    def words(case: Case) -> str:
        try:
            return "".join(sizes(case))
        except AssertionError as error:
            return f"\n{case}: {error}\n"

    found = dict(zip(map(str, cases), each(words, cases), strict=True))
    return {name: words for name, words in found.items() if words}


def report(found: Mapping[str, str]) -> None:
    """Fail if there are differences, and say how to accept them."""
    if found:
        accept = f".venv/bin/python contrib/screenshot --golden {' '.join(found)}"
        pytest.fail(f"{''.join(found.values())}\nIf this is as it should be: {accept}", pytrace=False)


def compared(display: Display, name: str) -> str:
    """Return how a screen differs from the one that is stored."""
    expected = stored(name)
    return difference(name, expected, settled(display, expected, lambda seen: seen == expected, RESTS))


# ---- a real terminal emulator

IN_XTERM = ("list-dark", "form-dark")


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_xterm_shows_the_same(lab: Lab) -> None:
    cases = [case for case in CASES if str(case) in IN_XTERM]
    report(differences(lab, cases, in_xterm, compared_text))


def compared_text(display: Display, name: str) -> str:
    """Return how the text of a screen differs. What xterm prints of its colours is not what it shows."""
    expected = stored(name)
    assert expected
    seen = settled(display, expected, lambda seen: seen.texts == expected.texts, RESTS)
    return difference(name, expected.plain, seen.plain)


# ---- the files


def test_every_screen_is_stored_and_no_other() -> None:
    names = {case.name(size) for case in CASES for size in case.screen.sizes}
    assert {path.stem for path in GOLDEN.iterdir()} == names
    assert len(SCREENS) == len({screen.name for screen in SCREENS})
    assert {case.look for case in CASES} == LOOKS.keys()


def test_what_the_machine_chooses_has_room_to_be_longer() -> None:
    sizes = {case.name(size): size for case in CASES for size in case.screen.sizes}
    found = {name: crowded(golden, size.width) for name, size in sizes.items() if (golden := stored(name))}
    assert {name: rows for name, rows in found.items() if rows} == {}, "take other sizes of these screens"


# ---- the form in which screens are stored

ROW = "\x1b[1mnavi\x1b[0m  \x1b[38;5;203m1 error\x1b[0m   \x1b[7m日本\x1b[0m \x1b[48;5;236m  "


def test_a_screen_can_be_read_again_from_its_file() -> None:
    golden = golden_of(f"{ROW}\n\n\x1b[m plain\n")
    assert golden.texts == ("navi  1 error   日本", "", " plain")
    assert golden.letters == ("BBBB  r rrrrr   ssss", "", "")
    assert golden.styles == {"B": "bold", "r": "203", "s": "reverse"}
    assert parsed(str(golden)) == golden


def test_blanks_at_the_end_of_a_row_count_only_if_a_program_must_write_them() -> None:
    cleared = golden_of("\x1b[48;5;236ma b \x1b[m")
    assert cleared == golden_of("\x1b[48;5;236ma b")
    assert cleared.letters == ("ddd",)
    assert golden_of("\x1b[7mab  \x1b[m").letters == ("ssss",)


def test_styles_keep_their_letters() -> None:
    old = golden_of("\x1b[31mone\x1b[m \x1b[32mtwo")
    new = golden_of("\x1b[33mnew\x1b[m \x1b[32mtwo\x1b[m \x1b[91mone", old)
    assert old.styles == {"r": "1", "g": "2"}
    assert new.letters == ("yyy ggg RRR",)
    assert new.styles == {"y": "3", "g": "2", "R": "9"}


MASKED = [
    ("✔ atlas 637ms   ✔ b", "✔ atlas   ✔ b"),
    ("✔ atlas 4 (2!) 1.2s   ✔ b       │", "✔ atlas 4 (2!)   ✔ b            │"),
    ("✔ atlas   ✔ b", "✔ atlas   ✔ b"),
    ("  connected · 12ms · 4 sessions  │", "  connected · 9ms · 4 sessions   │"),
    ("  connected  <1ms  4 sessions", "  connected  9ms   4 sessions"),
    ("  connected  637ms  4 sessions", "  connected  9ms    4 sessions"),
    ("runs as process 7    │ in 12", "runs as process 1234 │ in 12"),
    ("in /tmp/navi-uk86gyu6/m, process 50453", "in /tmp/navi-golden00/m, process 1234"),
    ("  fetched 10s ago; r refreshes  │", "  fetched just now; r refreshes │"),
    ("  fetched just now; r refreshes", "  fetched just now; r refreshes"),
    ("  fetched 1m 20s ago; r refreshes", "  fetched just now; r refreshes"),
    ("next try   in 1m 58s, attempt 2, or", "next try   in 2m 9s, attempt 2, or"),
    ("root@127.0.0.1: Permission denied", "ada@127.0.0.1: Permission denied"),
    ("─ a rule of 1.2s ─ in 20s, an attempt", "─ a rule of 1.2s ─ in 20s, an attempt"),
]


@pytest.mark.parametrize(("row", "expected"), MASKED)
def test_what_the_machine_chooses_is_replaced_and_the_rest_stays_in_its_columns(row: str, expected: str) -> None:
    assert golden_of(row).texts == (expected,)


@pytest.mark.parametrize(
    ("row", "width", "found"),
    [
        ("process 1234", 20, False), ("process 1234", 14, True),
        ("process 1234 in   a │", 30, False), ("process 1234 in a │", 30, True), ("1234", 4, False),
    ],
)  # fmt: skip
def test_a_row_without_room_for_longer_ones_is_found(row: str, width: int, found: bool) -> None:
    assert crowded(golden_of(row), width) == [row] * found


def test_a_difference_shows_what_differs_and_the_new_screen() -> None:
    old, new = golden_of("same\n\x1b[1mold"), golden_of("same\nnewer")
    assert difference("list", old, old) == ""
    assert difference("list", old, new) == DIFFERENCE
    assert difference("list", None, new) == "\nlist: nothing is stored yet\n    |same\n    |newer\n"


DIFFERENCE = """
list: not as stored
  row 2, column 1:
    stored |old
    now    |newer
            ^^^^^
    style: stored bold, now plain
  the screen of list now:
    |same
    |newer
"""


def test_a_difference_counts_columns_and_rows_that_only_one_has() -> None:
    old, new = golden_of("日本 \x1b[31mred"), golden_of("日本 \x1b[32mred\nmore")
    found = difference("list", old, new)
    assert "  row 1, column 6:\n    stored |日本 red\n    now    |日本 red\n                 ^^^\n" in found
    assert "    style: stored 1, now 2\n" in found
    assert "  row 2, column 1:\n    stored |\n    now    |more\n            ^^^^\n" in found

"""Dialogs with a cursor on one of their rows: it stays in sight, and its row is a bar."""

from __future__ import annotations

import pytest

from navi.tui.dialogs.pick import Pick, PickRow
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.style.paint import columns_of
from navi.tui.style.theme import UNICODE

KEYMAP = Keymap(KEYS)

TEXT = "Tick what you want. " * 8


class Ticks:
    """A dialog with so many rows, and what was picked in it."""

    def __init__(self, count: int, text: str = TEXT, framed: bool = True) -> None:
        self.picked: list[str] = []
        rows = [PickRow(f"key{number}", f"row{number}", "a note") for number in range(count)]
        self.dialog = Pick(UNICODE, "Rows", text, rows, "takes them", self.picked.extend, self.picked.clear)
        self.dialog.keymap = KEYMAP
        self.dialog.enclose(framed)

    def press(self, *keys: str) -> None:
        """Press keys, as urwid calls them."""
        for key in keys:
            self.dialog.press(key, KEYMAP.command(self.dialog.contexts, key))

    def lines(self, width: int = 60, height: int = 9) -> list[str]:
        """Return what is painted."""
        return ["".join(text for _, text in line) for line in self.dialog.lines(width, height)]

    def rows(self, width: int = 60, height: int = 9) -> list[str]:
        """Return the names of the rows that are painted, with their ticks."""
        return [line[3:].split("  ")[0].strip() for line in self.lines(width, height) if "] row" in line]


@pytest.mark.parametrize("height", [1, 2, 3, 5, 9, 20])
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("keys", [[], ["end"], ["end", "up", "up"], ["page down"], ["end", "page up"], ["down"] * 40])
def test_the_row_of_the_cursor_is_in_sight(height: int, framed: bool, keys: list[str]) -> None:
    one = Ticks(30, framed=framed)
    one.lines(60, height)
    one.press(*keys)
    lines = one.lines(60, height)
    assert len(lines) <= height
    assert [line for line in lines if line.startswith(f" {UNICODE.cursor} ")]
    assert one.dialog.position == f"{one.dialog.place + 1}/30"


def test_the_text_gives_way_to_rows() -> None:
    one = Ticks(9)
    assert "Tick what" in "\n".join(one.lines(60, 12))
    assert "Tick what" not in "\n".join(one.lines(60, 5))
    assert len(one.rows(60, 5)) == 5


def test_the_row_of_the_cursor_is_a_bar_over_the_whole_width() -> None:
    one = Ticks(3, text="")
    one.press("down")
    bars = [line for line in one.dialog.lines(40, 6) if any(style.endswith(" row") for style, _ in line)]
    assert [columns_of(line) for line in bars] == [40]
    assert "row1" in "".join(text for _, text in bars[0])
    assert all(style.endswith(" row") for style, _ in bars[0])


def test_space_ticks_and_goes_on_and_a_click_ticks_and_stays() -> None:
    one = Ticks(3, text="")
    one.press(" ")
    assert one.rows() == ["[x] row0", "[ ] row1", "[ ] row2"]
    assert one.dialog.place == 1
    one.lines()
    line = next(place for place, line in enumerate(one.lines()) if "row2" in line)
    one.dialog.mouse_event((60, 9), "mouse press", 1, 5, line, True)
    assert one.rows() == ["[x] row0", "[ ] row1", "[x] row2"]
    one.press("enter")
    assert one.picked == ["key0", "key2"]


def test_while_it_is_busy_nothing_is_ticked() -> None:
    one = Ticks(3, text="")
    one.dialog.busy = True
    one.lines()
    one.dialog.mouse_event((60, 9), "mouse press", 1, 5, 1, True)
    one.press(" ", "enter")
    assert "[x]" not in "\n".join(one.lines())
    assert one.picked == []


def test_a_single_row_leaves_room_for_the_text() -> None:
    one = Ticks(1)
    height = one.dialog.height(76, 24) - 2
    assert "Tick what" in "\n".join(one.lines(76, height))
    assert one.rows(76, height) == ["[ ] row0"]


@pytest.mark.parametrize(("note", "expected"), [(10, 76), (90, 103), (300, 116)])
def test_it_is_as_wide_as_its_rows(note: int, expected: int) -> None:
    dialog = Pick(UNICODE, "Rows", TEXT, [PickRow("a", "row", "n" * note)], "takes them", print, print)
    dialog.keymap = KEYMAP
    assert dialog.columns(150) == expected
    if note < 300:
        assert "".join(text for _, text in dialog.row(0, expected)).rstrip().endswith("n" * note)

"""A list to choose from: typing narrows it, and it can be painted on any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.palette.picker import Picker, PickerEntry
from navi.tui.style.theme import ASCII, UNICODE

KEYMAP = Keymap(KEYS)

NAMES = ("apple", "banana", "blueberry", "cherry", "date", "elderberry")


def entry(name: str, refused: str = "") -> PickerEntry:
    """Return a row with a key, a name and words."""
    cells = (("key", name[0]), ("name", name), ("dim", refused or f"a fruit, {name}"))
    return PickerEntry(name, name, cells, "fruit", refused)


class Opened:
    """A list of these rows, what was chosen, and whether it was closed."""

    def __init__(self, *entries: PickerEntry, chosen: str = "") -> None:
        self.entries = list(entries or map(entry, NAMES))
        self.chosen: list[str] = []
        self.closed = 0
        self.picker = Picker(
            UNICODE, "Fruit", lambda: self.entries, self.chosen.append, self._close, "eats it", chosen
        )  # fmt: skip
        self.picker.keymap = KEYMAP

    def _close(self) -> None:
        self.closed += 1

    def press(self, *keys: str) -> Opened:
        """Press keys, as urwid calls them."""
        for key in keys:
            self.picker.press(key, KEYMAP.command(self.picker.contexts, key))
        return self

    def lines(self, width: int = 60, height: int = 9) -> list[str]:
        """Return what is painted."""
        return ["".join(text for _, text in line) for line in self.picker.lines(width, height)]

    def rows(self, width: int = 60, height: int = 9) -> list[str]:
        """Return the names of the rows that are painted."""
        return [line.split()[1 + ("❯" in line)] for line in self.lines(width, height)[2:-1] if line.strip()]


def test_enter_chooses_the_row_under_the_cursor_after_closing() -> None:
    opened = Opened().press("down", "down", "enter")
    assert (opened.chosen, opened.closed) == (["blueberry"], 1)


CHOICES = [
    (["enter"], "apple"),
    (["up", "enter"], "elderberry"),
    (["down"] * 6 + ["enter"], "apple"),
    (["tab", "enter"], "banana"),
    (["ctrl n", "ctrl n", "ctrl p", "enter"], "banana"),
    ([*"berry", "down", "enter"], "elderberry"),
    ([*"ry ch", "enter"], "cherry"),
    ([*"down", "ctrl u", "enter"], "apple"),
    ([*"che", "backspace", "backspace", "backspace", *"dat", "enter"], "date"),
    ([*"zzz", "enter", "ctrl u", "enter"], "apple"),
    ([*"berry zzz", "ctrl w", "down", "enter"], "elderberry"),
    ([*"zzz", "ctrl w", "left", "f5", "enter"], "apple"),
    (["page down", "page down", "enter"], "elderberry"),
    (["page down", "page up", "enter"], "apple"),
]


@pytest.mark.parametrize(("keys", "expected"), CHOICES)
def test_keys_move_and_narrow(keys: list[str], expected: str) -> None:
    opened = Opened()
    opened.lines()
    assert opened.press(*keys).chosen == [expected]


@pytest.mark.parametrize("key", ["esc", "ctrl c"])
def test_it_closes_and_nothing_is_chosen(key: str) -> None:
    opened = Opened().press(key)
    assert (opened.chosen, opened.closed) == ([], 1)


def test_what_cannot_be_chosen_says_why_comes_last_and_stays_open() -> None:
    opened = Opened(entry("apple", "it is not ripe"), entry("banana"))
    assert opened.rows() == ["banana", "apple"]
    opened.press(*"app", "enter")
    assert (opened.chosen, opened.closed) == ([], 0)
    assert " apple: it is not ripe" in opened.lines()
    opened.press("x")
    assert " apple: it is not ripe" not in opened.lines()


def test_the_cursor_begins_on_what_is_chosen_and_stays_there_when_rows_change() -> None:
    opened = Opened(chosen="cherry")
    opened.entries.insert(0, entry("acorn"))
    opened.picker.update()
    assert opened.press("enter").chosen == ["cherry"]


def test_a_row_that_is_gone_leaves_the_cursor_on_the_first() -> None:
    opened = Opened(chosen="cherry")
    del opened.entries[3]
    opened.picker.update()
    assert opened.press("enter").chosen == ["apple"]


def test_the_position_is_shown_and_the_list_scrolls_with_the_cursor() -> None:
    opened = Opened()
    assert " 1/6 " in opened.lines(height=6)[0]
    assert opened.rows(height=6) == ["apple", "banana", "blueberry"]
    opened.press("down", "down", "down")
    assert " 4/6 " in opened.lines(height=6)[0]
    assert opened.rows(height=6) == ["banana", "blueberry", "cherry"]
    opened.press(*"nothing")
    assert " 0/0 " in opened.lines()[0]
    assert "nothing fits" in opened.lines()[2]


def test_columns_are_aligned_and_the_height_stays_while_one_types() -> None:
    opened = Opened()
    assert len({line.index("a fruit") for line in opened.lines()[2:8]}) == 1
    before = opened.picker.height(60, 24)
    opened.press(*"ban")
    assert opened.picker.height(60, 24) == before == len(opened.lines(60, before))


def test_it_follows_a_rebinding() -> None:
    opened = Opened()
    opened.picker.keymap = Keymap(KEYS, {"pick": ("f2",), "cancel": ("f10",)})
    assert opened.lines()[-1].rstrip() == " F2 eats it   F10 closes"


def mouse(opened: Opened, button: int, line: int) -> None:
    """Press a button of the mouse over a line."""
    opened.lines()
    opened.picker.mouse_event((60, 9), "mouse press", button, 4, line, True)


def test_a_click_chooses_and_the_wheel_moves() -> None:
    opened = Opened()
    mouse(opened, 1, 1)
    mouse(opened, 1, 8)
    assert (opened.chosen, opened.closed) == ([], 0)
    mouse(opened, 5, 4)
    mouse(opened, 1, 4)
    assert opened.chosen == ["blueberry"]
    opened = Opened()
    mouse(opened, 5, 4)
    assert opened.press("enter").chosen == ["banana"]


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80)


NAMED = st.lists(WORDS, min_size=1, max_size=12, unique=True)


@given(NAMED, st.integers(1, 90), st.integers(1, 20), st.text(max_size=3))
def test_it_never_grows_beyond_its_box(names: list[str], width: int, height: int, typed: str) -> None:
    opened = Opened(*(PickerEntry(name, name, (("key", "x"), ("name", name), ("", name))) for name in names))
    opened.press(*typed, "down")
    assert len(opened.picker.lines(width, height)) <= height
    canvas = opened.picker.render((width, height))
    assert (canvas.cols(), canvas.rows()) == (width, height)


def test_an_ascii_terminal_gets_ascii() -> None:
    opened = Opened()
    opened.picker.glyphs = ASCII
    assert all(line.isascii() for line in opened.lines())

"""The table of keys, and that the dashboard does what it says."""

from __future__ import annotations

from collections import Counter

import pytest

from navi.tui.keymap import LIST, Keymap, shown
from navi.tui.keys import KEYS
from navi.tui.pages.help import help_lines

CONTRACT = {
    "enter": "attach", "i": "details", "/": "search", "n": "new", "N": "previous_match", "s": "sort",
    "f": "scope", "o": "offline", "r": "refresh", "ctrl r": "refresh_all", "H": "hosts", "A": "authenticate",
    "p": "preview", "L": "layout", "W": "wrap", "[": "shrink", "]": "grow", "tab": "focus", "?": "help",
    "x": "kill", "R": "rename", "d": "dismiss", "u": "undo", "c": "clone", " ": "mark", "b": "bookmark", "t": "tag",
    "T": "marked", "!": "attention", "G": "git",
    "q": "quit", "ctrl c": "quit", "j": "down", "k": "up", "down": "down", "up": "up",
}  # fmt: skip


def test_no_key_stands_twice() -> None:
    counts = Counter(key for entry in KEYS for key in entry.keys)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_command_is_carried_out_and_every_one_has_a_key() -> None:
    methods = {name.removeprefix("_do_") for name in dir(Dashboard) if name.startswith("_do_")}
    assert methods == {entry.command for entry in KEYS}


@pytest.mark.parametrize(("key", "command"), CONTRACT.items())
def test_keys_that_people_rely_on(key: str, command: str) -> None:
    assert command_of(key) == command


@pytest.mark.parametrize("key", ["y", "ctrl x", "meta q", "f5", "", "é"])
def test_other_keys_mean_nothing(key: str) -> None:
    assert command_of(key) is None


NAMES = [("ctrl r", "^R"), ("enter", "Enter"), ("page down", "PgDn"), ("j", "j"), ("?", "?")]


@pytest.mark.parametrize(("key", "name"), NAMES)
def test_keys_are_written_as_in_manuals(key: str, name: str) -> None:
    assert shown(key) == name


def test_the_help_shows_every_key_with_its_meaning() -> None:
    lines = ["".join(text for _, text in line) for line in help_lines()]
    for entry in KEYS:
        assert any(" ".join(map(shown, entry.keys)) in line and entry.help in line for line in lines), entry


def test_help_and_quit_are_the_last_keys_of_the_footer() -> None:
    assert [entry.command for entry in KEYS if entry.footer][-2:] == ["help", "quit"]

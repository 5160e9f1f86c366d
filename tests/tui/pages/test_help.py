"""The page of help: the keys of the present context first, and two columns where there is room."""

from __future__ import annotations

import re

import pytest

from navi.tui.keymap import DIALOG, LIST, PAGE, Keymap
from navi.tui.keys import KEYS
from navi.tui.pages.help import Columns, groups_for, help_lines
from navi.tui.paint import columns_of
from navi.tui.theme import UNICODE
from tests.support.dashboard import begin, navi, wait_selected
from tests.support.machines import Lab
from tests.support.repository import work

KEYMAP = Keymap(KEYS)


def shown(width: int, *contexts: str) -> list[str]:
    """Return the lines of the page."""
    groups = tuple(tuple(help_lines(KEYMAP, [group])) for group in groups_for(KEYMAP, contexts))
    lines = Columns(groups).lines(width, UNICODE)
    assert all(columns_of(line) <= width for line in lines)
    return ["".join(text for _, text in line).rstrip() for line in lines]


@pytest.mark.parametrize(
    ("contexts", "first"),
    [
        ((LIST,), "Moving"), (("git", PAGE), "Git and its comments"), (("hosts", PAGE), "Lost sessions"),
        ((DIALOG,), "Moving"),
    ],
)  # fmt: skip
def test_the_keys_of_the_present_context_come_first(contexts: tuple[str, ...], first: str) -> None:
    groups = groups_for(KEYMAP, contexts)
    assert groups[0].title == first
    here = [bool(set(group.contexts) & set(contexts)) for group in groups]
    assert here == sorted(here, reverse=True)
    assert set(groups) == {binding.group for binding in KEYS}


@pytest.mark.parametrize("width", [40, 60, 99, 100, 150, 200])
def test_every_key_is_shown_at_every_width(width: int) -> None:
    text = " ".join(" ".join(shown(width, LIST)).split())
    for binding in KEYS:
        assert binding.command in text, binding


def test_two_columns_are_about_half_as_high() -> None:
    one, two = shown(99, LIST), shown(200, LIST)
    assert len(two) < 0.6 * len(one)
    assert any(re.search(r"^  j Down .*\S {3,}\S", line) for line in two)


# ---- on a real screen


def test_help_on_the_page_of_git_begins_with_its_keys(lab: Lab) -> None:
    work(lab.local)
    with navi(lab, 120, 30) as screen:
        wait_selected(screen, "api")
        screen.press("G")
        screen.wait_for(re.compile(r"^ Git · api · main .*Esc closes", re.MULTILINE))
        screen.press("?")
        screen.wait_for(re.compile(r"^ Keys · git .*\d+/\d+  Esc closes", re.MULTILINE))
        screen.wait_for(re.compile(r"^ Git and its comments   git, comments", re.MULTILINE))


def test_a_page_says_how_to_close_it_in_the_smallest_terminal(lab: Lab) -> None:
    begin(lab.local, "a" * 60)
    with navi(lab, 40, 10) as screen:
        screen.wait_for("aaaa")
        for key, title in (("i", "Details"), ("?", "Keys"), ("H", "Hosts")):
            screen.press(key)
            screen.wait_for(re.compile(rf"^ {title}.* Esc closes", re.MULTILINE))

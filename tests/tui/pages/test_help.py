"""The page of help: the keys of the present context first, and two columns where there is room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from navi.core.failure import HostState
from navi.tui.keys.keymap import DIALOG, LIST, PAGE, Keymap
from navi.tui.keys.table import KEYS
from navi.tui.pages.help import HelpColumns, groups_for, help_lines
from navi.tui.pages.legend import STATES, STATUSES, legend_lines
from navi.tui.style.paint import columns_of
from navi.tui.style.theme import UNICODE
from tests.support.dashboard import begin, navi, wait_selected
from tests.support.machines import Lab
from tests.support.repository import work

KEYMAP = Keymap(KEYS)


def shown(width: int, *contexts: str, named: bool = False) -> list[str]:
    """Return the lines of the page."""
    groups = tuple(tuple(help_lines(KEYMAP, [group])) for group in groups_for(KEYMAP, contexts))
    lines = HelpColumns((*groups, *map(tuple, legend_lines(UNICODE))), named).lines(width, UNICODE)
    assert all(columns_of(line) <= width for line in lines)
    return ["".join(text for _, text in line).rstrip() for line in lines]


@pytest.mark.parametrize(
    ("contexts", "first"),
    [
        ((LIST,), "Moving"), (("git", PAGE), "Git and its comments"), (("hosts", PAGE), "The selected host"),
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
    text = "".join("".join(shown(width, LIST, named=True)).split())
    assert not [binding for binding in KEYS if binding.command not in text]


@pytest.mark.parametrize("width", [40, 60, 99, 100, 150, 220])
def test_names_of_commands_are_shown_only_on_request(width: int) -> None:
    text = " ".join(shown(width, LIST))
    assert not [binding for binding in KEYS if "_" in binding.command and binding.command in text]


def test_all_symbols_are_explained_in_the_words_of_the_manual() -> None:
    manual = (Path(__file__).parents[3] / "man" / "navi.1").read_text()
    assert {*STATUSES} == {*UNICODE.status}
    assert {*STATES} == {*HostState}
    for word, meaning in STATUSES.items():
        assert re.search(rf"^\.It {word} Ta .* Ta {meaning}$", manual, re.MULTILINE), word


ROWS = [
    (60, False, "  PgDn ^D           a page down"),
    (60, True, "  PgDn ^D           page_down      a page down"),
    (50, True, "  PgDn ^D         a page down (page_down)"),
    (60, False, "  1 ... 9           answer what it asks: shows the question"),
    (60, False, "  Up ^P Shift-Tab   previous row"),
    (40, False, "  Up ^P …       previous row"),
    (60, False, "  ✻ working         the agent is working"),
]


@pytest.mark.parametrize(("width", "named", "expected"), ROWS)
def test_a_row_has_keys_and_what_they_do(width: int, named: bool, expected: str) -> None:
    assert expected in shown(width, LIST, named=named)


@pytest.mark.parametrize("width", [40, 60, 99, 100, 150, 220])
def test_what_keys_do_begins_in_one_column_in_every_group(width: int) -> None:
    room = width if width < 100 else (width - 3) // 2
    begins = 3 + min(17, max(13, room * 3 // 10))
    rows = [line for line in help_lines(KEYMAP) if len(line) == 3]
    for row in rows:
        shown_row = HelpColumns(((row,),)).lines(width, UNICODE)[0]
        text = "".join(part for _, part in shown_row)[0 if width < 100 else room + 3 :]
        assert text[begins - 1] == " ", text
        assert row[2][1].startswith(text[begins:].split()[0]), text


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
        screen.wait_for(re.compile(r"^╭─ Git · api · main ─.*^╰─ Esc closes ─", re.MULTILINE | re.DOTALL))
        screen.press("?")
        screen.wait_for(re.compile(r"^╭─ Keys · git ─.*^╰─ Esc closes ─+ 1-\d+/\d+ ─", re.MULTILINE | re.DOTALL))
        screen.wait_for(re.compile(r"^│ Git and its comments   git, comments", re.MULTILINE))


def test_a_key_shows_the_names_of_commands(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab, 80, 24) as screen:
        wait_selected(screen, "api")
        screen.press("?")
        screen.wait_for("e names")
        assert "page_down" not in screen.screen()
        screen.press("e")
        screen.wait_for(re.compile("PgDn ^D +page_down +a page down".replace("^", "\\^")))
        screen.press("e")
        screen.wait_gone("page_down")


def test_a_page_says_how_to_close_it_in_the_smallest_terminal(lab: Lab) -> None:
    begin(lab.local, "a" * 60)
    with navi(lab, 40, 10) as screen:
        screen.wait_for("aaaa")
        for key, title in (("i", "Details"), ("?", "Keys"), ("H", "Hosts")):
            screen.press(key)
            screen.wait_for(re.compile(rf"^ {title}.* Esc closes", re.MULTILINE))

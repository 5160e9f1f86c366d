"""What navi asks its terminal and tells it: the background, a title. In real terminals, and nothing of it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.dashboard import NAVI, begin, configure, navi, record, tmux_of, wait_names, wait_selected
from tests.support.machines import Lab
from tests.support.terminal import Terminal
from tests.support.waiting import until

WHITE = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
"""What a terminal answers whose background is white. tmux answers only if a background is set in it."""

DARK, LIGHT = "38;5;80m", "38;5;24m"
"""Colours that only one theme has."""


@contextmanager
def prepared(lab: Lab, variables: Mapping[str, str] | None = None) -> Iterator[tuple[Terminal, Path]]:
    """Have a terminal with a title, in which navi is not started yet; all that comes to it is written down."""
    more = [f"{name}={value}" for name, value in (variables or {}).items()]
    with Terminal(["env", *more, *NAVI], lab.environment(), 100, 30, start=False) as screen:
        tmux_of(screen, "select-pane", "-T", "before")
        yield screen, record(screen)


def begin_three(lab: Lab) -> None:
    """Start sessions in the order of the list."""
    for name in ("a", "b", "c"):
        begin(lab.local, name)


def wait_for_theme(screen: Terminal, shown: str) -> None:
    """Wait until the screen has the colours of one theme, and none of the other."""
    (other,) = {DARK, LIGHT} - {shown}

    def look() -> bool:
        text = screen.screen(escapes=True)
        return shown in text and other not in text

    until(look, what=f"the screen has {shown}, and not {other}")


# ---- the theme


def test_the_theme_is_that_of_the_background_and_is_asked_for_again_after_attaching(lab: Lab) -> None:
    begin_three(lab)
    with prepared(lab) as (screen, _):
        tmux_of(screen, "set-option", "-g", "window-style", "bg=#fdf6e3")
        screen.start()
        wait_names(screen, "a", "b", "c")
        wait_for_theme(screen, LIGHT)
        tmux_of(screen, "set-option", "-g", "window-style", "bg=#000000")
        screen.press("Enter")
        screen.wait_for("[a] 0:")
        screen.press("C-b", "d")
        wait_for_theme(screen, DARK)


def test_a_late_answer_changes_the_theme_and_loses_no_key(lab: Lab) -> None:
    begin_three(lab)
    with navi(lab) as screen:
        wait_names(screen, "a", "b", "c")
        wait_for_theme(screen, DARK)
        screen.type(f"j{WHITE}j")
        wait_selected(screen, "c")
        wait_for_theme(screen, LIGHT)
        screen.type("k")
        wait_selected(screen, "b")


CHOSEN = [("light", {}, LIGHT), ("dark", {"COLORFGBG": "0;15"}, DARK), ("auto", {"COLORFGBG": "0;15"}, LIGHT)]


@pytest.mark.parametrize(("theme", "variables", "expected"), CHOSEN)
def test_the_theme_can_be_chosen_or_hinted_at(lab: Lab, theme: str, variables: dict[str, str], expected: str) -> None:
    configure(lab, theme=theme)
    begin_three(lab)
    with navi(lab, variables=variables) as screen:
        wait_names(screen, "a", "b", "c")
        wait_for_theme(screen, expected)


QUIET = [({"NO_COLOR": "1"}, {}), ({"TERM": "linux"}, {}), ({"TERM": "vt100"}, {}), ({}, {"theme": "dark"})]


@pytest.mark.parametrize(("variables", "settings"), QUIET, ids=str)
def test_a_terminal_is_not_asked_for_what_nobody_uses(
    lab: Lab, variables: dict[str, str], settings: dict[str, str]
) -> None:
    configure(lab, **settings)
    begin_three(lab)
    with prepared(lab, variables) as (screen, log):
        screen.start()
        wait_names(screen, "a", "b", "c")
        assert b"\x1b]11" not in log.read_bytes()


def test_the_users_styles_are_shown_and_wrong_ones_are_reported(lab: Lab) -> None:
    configure(lab, styles={"working": "bold 99", "row": "on '#3a3a3a'", "title": "underline", "errr": "red"})
    begin_three(lab)
    with navi(lab) as screen:
        wait_names(screen, "a", "b", "c")
        assert re.search(r"\x1b\[1;?(m\x1b\[)?38;5;99m", screen.screen(escapes=True))
        screen.press("H")
        screen.wait_for(re.compile(r"yaml:2:\s+styles:\s+unknown\s+style\s+`errr`;\s+did\s+you\s+mean\s+`error`"))
        screen.wait_for(re.compile(r"yaml:3:\s+styles:\s+`'#3a3a3a'`\s+of\s+`row`\s+is\s+no\s+colour"))


# ---- the title


def title(screen: Terminal) -> str:
    """Return the terminal's title."""
    return tmux_of(screen, "display-message", "-p", "#{pane_title}")


def wait_title(screen: Terminal, expected: str) -> None:
    """Wait until the terminal has a title."""
    until(lambda: title(screen) == expected, what=f"the title is {expected}")


def test_the_title_says_how_many_need_you_and_goes_when_navi_does(lab: Lab) -> None:
    begin(lab.local, "a", status="waiting")
    begin(lab.local, "b")
    with prepared(lab) as (screen, _):
        screen.start()
        wait_names(screen, "a", "b")
        wait_title(screen, "navi (1!)")
        lab.local.write_status("b", status="error")
        wait_title(screen, "navi (1!, 1 error)")
        screen.press("Enter")
        screen.wait_for("[a] 0:")
        wait_title(screen, "before")
        screen.press("C-b", "d")
        wait_title(screen, "navi (1!, 1 error)")
        lab.local.write_status("a", status="working")
        lab.local.write_status("b", status="working")
        wait_title(screen, "navi")
        screen.press("q")
        screen.wait_prompt()
        assert title(screen) == "before"


UNTITLED = [({"TERM": "linux"}, {}), ({"TERM": "dumb"}, {}), ({}, {"title": False})]


@pytest.mark.parametrize(("variables", "settings"), UNTITLED, ids=str)
def test_some_terminals_get_no_title(lab: Lab, variables: dict[str, str], settings: dict[str, bool]) -> None:
    configure(lab, **settings)
    begin(lab.local, "a", status="waiting")
    with prepared(lab, variables) as (screen, log):
        screen.start()
        screen.wait_for("1 needs you")
        assert title(screen) == "before"
        assert not re.search(rb"\x1b\]2;|\x1b\[2[23];0t", log.read_bytes())

"""The columns of the list, on real screens of several sizes."""

from __future__ import annotations

import re

import pytest

from tests.support.dashboard import HOUR_AGO, begin, configure, navi
from tests.support.machines import Lab
from tests.support.terminal import Terminal
from tests.support.waiting import until

LONG = "a-session-with-a-very-long-name-that-no-column-can-hold-in-full"
MESSAGE = "Shall the old column stay for one release, or go at once?"


MESSAGES = {"api": "Shall", "a-session": "Run make", "日本語": "Building"}
STATES = {"api": "waiting", "a-session": "permission", "日本語": "working"}


def rows(screen: Terminal) -> list[str]:
    """Return the lines of sessions."""
    return [line for line in screen.screen().splitlines() if re.match(r"^│? [❯ ][ +]\S ", line)]


def furnish(lab: Lab) -> None:
    """Start sessions with a short, a long and a wide name, some with a message; all have one line."""
    begin(lab.local, "api", status="waiting", message=MESSAGE)
    begin(lab.local, LONG, status="permission", message="Run make test?")
    begin(lab.local, "日本語", message="Building")
    begin(lab.local, "quiet", timestamp=HOUR_AGO)
    configure(lab, density="one", preview="off")


@pytest.mark.parametrize("width", [60, 80, 110, 200])
def test_messages_and_statuses_begin_in_one_column_each(lab: Lab, width: int) -> None:
    furnish(lab)
    with navi(lab, width, 24) as screen:
        until(lambda: len(rows(screen)) == 4, what="all sessions are listed")
        screen.wait_for("Building")
        shown = {key: next(line for line in rows(screen) if key in line) for key in ("api", "a-session", "日本語")}
    places = {columns(shown[key], word) for key, word in MESSAGES.items()}
    states = {columns(shown[key], word) for key, word in STATES.items()}
    assert (len(places), len(states)) == (1, 1)
    assert (LONG not in shown["a-session"]) == (width < 200)


def test_beside_a_preview_every_message_is_seen_whatever_names_there_are(lab: Lab) -> None:
    furnish(lab)
    configure(lab, density="one", preview="on", layout="side")
    with navi(lab, 110, 24) as screen:
        until(lambda: len(rows(screen)) == 4, what="all sessions are listed")
        screen.wait_for("─╮╭─ a-session")
        shown = "".join(rows(screen))
    assert re.search(r"a-session-with-…  Run make test\? perm.* api +Shall the old… waiting .*  Building ", shown)


def columns(line: str, word: str) -> int:
    """Return the column in which a word begins."""
    before = line[: line.rindex(word)]
    return len(before) + sum(letter > "\u2e80" for letter in before)


def test_on_the_smallest_screen_names_and_who_needs_the_user_stay(lab: Lab) -> None:
    furnish(lab)
    with navi(lab, 40, 10) as screen:
        until(lambda: len(rows(screen)) == 4, what="all sessions are listed")
        lines = rows(screen)
        screen.wait_for(re.compile(r"^ navi  2 need you  2 working\s*$", re.MULTILINE))
    assert any(re.match(r"^ [❯ ] \? a-session-with-a-v… +permission +\S+\s*$", line) for line in lines)
    assert not any("Shall" in line for line in lines)


def test_in_ascii_a_cut_is_three_dots(lab: Lab) -> None:
    furnish(lab)
    with navi(lab, 60, 24, {"LANG": "C", "LC_ALL": "C"}) as screen:
        screen.wait_for(re.compile(r"\? a-session-wit\.\.\.  Run make"))


def test_what_has_no_room_behind_a_name_is_on_the_second_line(lab: Lab) -> None:
    begin(lab.local, LONG, message="Run it?", status="waiting")
    configure(lab, preview="off")
    with navi(lab, 70, 24) as screen:
        screen.wait_for("Run it?")
        screen.press("b")
        screen.wait_for(re.compile(rf"{LONG[:40]}.*waiting +\S+\n.*⚑ *$", re.MULTILINE))

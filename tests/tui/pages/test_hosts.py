"""The page of hosts on a real screen: a cursor on one host, and the keys that apply to it."""

from __future__ import annotations

import re

from tests.support.dashboard import begin, mouse, navi, wait_selected
from tests.support.machines import Lab, replace
from tests.support.terminal import Terminal
from tests.support.waiting import until

NO_SESSION = "no session is selected: this page selects hosts"


def chosen(screen: Terminal) -> str:
    """Return the name of the host under the cursor, "" if there is none."""
    found = re.search(r"^│? ❯ \S  (\S+)", screen.screen(), re.MULTILINE)
    return found[1] if found else ""


def wait_chosen(screen: Terminal, name: str) -> None:
    """Wait until the cursor is on a host."""
    until(lambda: chosen(screen) == name, what=f"the cursor is on {name}")


def line_of(screen: Terminal, pattern: str) -> int:
    """Return which line of the screen matches, counted from 0."""
    lines = screen.screen().splitlines()
    return next(number for number, line in enumerate(lines) if re.search(pattern, line))


def test_keys_and_clicks_move_over_hosts_and_list_the_sessions_of_one(lab: Lab) -> None:
    atlas, beta = lab.machine("atlas"), lab.machine("beta")
    lab.remotes_yaml([atlas, beta])
    begin(lab.local, "near")
    begin(atlas, "web")
    with navi(lab) as screen:
        screen.wait_for("near")
        screen.wait_for(re.compile(r"web \[?atlas"))
        screen.wait_for("✔ beta")
        screen.press("H")
        wait_chosen(screen, "local")
        for key, name in (("j", "atlas"), ("Down", "beta"), ("k", "atlas"), ("End", "beta"), ("Home", "local")):
            screen.press(key)
            wait_chosen(screen, name)
        mouse(screen, 0, 10, line_of(screen, r" ✔  beta"))
        wait_chosen(screen, "beta")
        screen.press("k")
        wait_chosen(screen, "atlas")
        screen.press("r")
        screen.wait_for("refreshing atlas")
        screen.press("n")
        screen.wait_for(re.compile(r"host +.*atlas ✔"))
        screen.press("Escape")
        screen.wait_gone("New session")
        screen.press("Enter")
        screen.wait_for("only:atlas")
        screen.wait_gone("near")
        wait_selected(screen, "web")
        screen.press("H")
        wait_chosen(screen, "atlas")
        screen.press("Home", "f")
        screen.wait_for("only:local")
        wait_selected(screen, "near")
        screen.press("H")
        wait_chosen(screen, "local")
        mouse(screen, 0, 10, line_of(screen, r" ✔  atlas"))
        wait_chosen(screen, "atlas")
        mouse(screen, 0, 10, line_of(screen, r" ✔  atlas"))
        screen.wait_for("only:atlas")
        wait_selected(screen, "web")


def test_keys_of_a_session_are_refused_and_open_pages_come_back(lab: Lab) -> None:
    begin(lab.local, "api")
    with navi(lab) as screen:
        wait_selected(screen, "api")
        screen.press("H")
        wait_chosen(screen, "local")
        for key in ("i", "G", "w", "x", ":", "R", "1"):
            screen.press(key)
            screen.wait_for(NO_SESSION)
            screen.press("k")
            screen.wait_gone(NO_SESSION)
        screen.press("?")
        screen.wait_for("Keys · hosts")
        screen.press("i")
        screen.wait_for("no session is selected")
        screen.press("q", "q", "i")
        screen.wait_for("Details · api")
        screen.press("H")
        wait_chosen(screen, "local")
        screen.press("G")
        screen.wait_for(NO_SESSION)
        screen.press("i")
        screen.wait_for("Details · api")
        screen.press("q")
        wait_selected(screen, "api")
        screen.press("?")
        screen.wait_for("Keys · list")
        screen.press("i")
        screen.wait_for("Details · api")


def test_a_login_is_for_the_selected_host(lab: Lab) -> None:
    good, locked, other = lab.machine("good"), lab.machine("locked"), lab.machine("other")
    for one in (locked, other):
        replace(one.folder / "authorized_keys", "")
    lab.remotes_yaml([good, locked, other])
    with navi(lab, width=120) as screen:
        for sign in ("✔ good", "? locked auth", "? other auth"):
            screen.wait_for(sign)
        screen.press("H")
        wait_chosen(screen, "locked")
        screen.wait_for("A log in")
        screen.press("k")
        wait_chosen(screen, "good")
        screen.wait_gone("A log in")
        screen.press("A")
        screen.wait_for("good needs no login; select locked, other")
        screen.press("End")
        wait_chosen(screen, "other")
        screen.press("A")
        screen.wait_for(re.compile(r"ssh .*other|other.*Permission denied|Press Enter", re.IGNORECASE))

"""The search of the list, on a real screen."""

from __future__ import annotations

from tests.support.dashboard import begin, navi, wait_names, wait_selected
from tests.support.machines import Lab


def test_a_search_that_finds_nothing_leaves_the_cursor_where_it_was(lab: Lab) -> None:
    for name in ("api", "docs", "zebra"):
        begin(lab.local, name, cwd="/srv/app")
    with navi(lab) as screen:
        wait_names(screen, "api", "docs", "zebra")
        screen.press("j")
        wait_selected(screen, "docs")
        screen.type("/z")
        wait_names(screen, "zebra")
        screen.type("zz")
        screen.wait_for("[no match]")
        screen.press("Escape")
        wait_names(screen, "api", "docs", "zebra")
        wait_selected(screen, "docs")

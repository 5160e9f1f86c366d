"""The dashboard beside a hub of another version, which is replaced while it looks. All are real processes."""

from __future__ import annotations

import re

import pytest

from navi import __version__
from tests.headless.test_versions import NEWER, OLDER, running
from tests.support.dashboard import navi, wait_names, wait_selected
from tests.support.machines import Lab
from tests.support.puppet import spawn
from tests.support.serving import serving

AGAIN = "the hub lists its sessions again"


def refusal(version: str) -> str:
    """Return what a screen of 80 columns shows of what the dashboard says of a hub of a version."""
    remedy = "start that program anew from the newer navi" if version == NEWER else "restart navi serve"
    return f"{remedy}: the hub is navi {version}"


@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_it_says_what_helps_and_goes_on_when_the_hub_is_replaced(lab: Lab, version: str) -> None:
    with navi(lab, width=80) as screen:
        with running(lab, version, "serve", "--port", "0"):
            screen.wait_for(refusal(version))
        with serving(lab):
            spawn(lab, "local", "say x", title="api")
            wait_names(screen, "api")
            screen.wait_for(AGAIN)
            assert refusal(version) not in screen.screen()


def test_it_says_so_each_time_and_once_each_time(lab: Lab) -> None:
    with navi(lab, width=80) as screen:
        for _ in range(2):
            with running(lab, OLDER, "serve", "--port", "0"):
                screen.wait_for(refusal(OLDER))
            with serving(lab):
                spawn(lab, "local", "say x", title="api")
                screen.wait_for("api")
                screen.wait_for(AGAIN)


def test_sessions_and_an_open_page_stay_and_go_on(lab: Lab) -> None:
    with navi(lab, width=120) as screen:
        with serving(lab):
            spawn(lab, "local", "ask may I?", title="api")
            wait_selected(screen, "api")
            screen.press("w")
            screen.wait_for("may I?")
        with running(lab, OLDER, "serve", "--port", "0"):
            screen.wait_for(refusal(OLDER))
            screen.wait_for("disconnected")
            screen.wait_for(f"navi {__version__}; restart navi serve")
            screen.wait_gone("no hub answers")
        with serving(lab):
            screen.wait_for(AGAIN)
            screen.wait_gone(f"navi {OLDER}")
            screen.wait_for("permission")
            screen.press("Escape")
            screen.wait_for(re.compile("api Remote 1 question +permission"))

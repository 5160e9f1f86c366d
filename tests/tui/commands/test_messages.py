"""Messages to agents and interruptions, by keys, here and on a remote. The agents are screens: fake_agent.py."""

from __future__ import annotations

import pytest

from tests.support.agent_screens import shows, typed
from tests.support.dashboard import navi, tmux_of
from tests.support.machines import Lab
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account
from tests.support.waiting import until
from tests.tui.commands.test_sessions import select

RULE = "─" * 60

IDLE = f"❯ say: before\n\n● before\n\n✻ Worked for 0s\n\n{RULE}\n❯\u00a0\n{RULE}\n  ? for shortcuts\n"

BUSY = IDLE.replace("✻ Worked for 0s", "✻ Working… (2s)").replace("? for shortcuts", "esc to interrupt")


def paste(screen: Terminal, text: str) -> None:
    """Paste a text into the dashboard's terminal."""
    tmux_of(screen, "set-buffer", "-b", "text", text)
    tmux_of(screen, "paste-buffer", "-p", "-b", "text")


@HERE_AND_THERE
def test_a_message_of_several_lines_is_sent_and_the_result_shown(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    shows(there, "claude", IDLE)
    with navi(lab) as screen:
        screen.wait_for(" api ")
        select(screen, "api")
        screen.press(":")
        screen.wait_for("Message to api")
        screen.type("one")
        screen.press("C-n")
        screen.type("two")
        paste(screen, "; pasted\nthree")
        screen.wait_for("three")
        assert typed(there) == ""
        screen.press("Enter")
        screen.wait_for(f"{prefix}api has it")
        assert typed(there) == "one\ntwo; pasted\nthree\n"


def test_a_message_that_is_refused_stays_in_the_form(lab: Lab) -> None:
    shows(lab.local, "claude", "Do you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel\n")
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press(":")
        screen.wait_for("Message to api")
        screen.type("please do not")
        screen.press("Enter")
        screen.wait_for("shows a permission dialog")
        screen.wait_for("please do not")
        assert typed(lab.local) == ""
        screen.press("Escape")
        screen.wait_gone("Message to api")
        screen.press(":")
        screen.wait_for("please do not")


def test_several_sessions_get_one_message_with_a_result_each(lab: Lab) -> None:
    there, _ = account(lab, True)
    for one in (lab.local, there):
        shows(one, "claude", IDLE)
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        until(lambda: screen.screen().count(" api ") > 1, what="both are listed")
        screen.press("Space", "Space", ":")
        screen.wait_for("Message to 2 sessions")
        screen.type("both")
        screen.press("Enter")
        screen.wait_for("Send: 2 of 2 done")
        assert typed(lab.local) == typed(there) == "both\n"


@pytest.mark.parametrize("yes", [True, False])
def test_an_interruption_is_confirmed_first(lab: Lab, yes: bool) -> None:
    shows(lab.local, "claude", BUSY)
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.wait_for("working")
        screen.press("C-c")
        screen.wait_for("Interrupt api on this machine?")
        screen.press("y" if yes else "n")
        if yes:
            screen.wait_for("was not seen to end", timeout=30)
        screen.wait_gone("Interrupt api")


def test_nothing_is_interrupted_that_rests(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.wait_for("idle")
        screen.press("C-c")
        screen.wait_for("no agent works in api on this machine; q quits navi")

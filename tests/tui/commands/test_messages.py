"""Messages to agents and interruptions, by keys, here and on a remote. The agents are screens: fake_agent.py."""

from __future__ import annotations

import re

import pytest

from tests.support.agent_screens import shows, typed
from tests.support.cut import Call, Cut
from tests.support.dashboard import begin, navi, tmux_of
from tests.support.machines import Lab, Machine
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE, account, pane
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
        screen.wait_for(re.compile(r"Message to (atlas/)?api"))
        screen.type("one")
        screen.press("C-n")
        screen.type("two")
        paste(screen, "; pasted\nthree")
        screen.wait_for("three")
        assert typed(there) == ""
        screen.press("Enter")
        screen.wait_for(f"{prefix}api has it")
        assert typed(there) == "one\ntwo; pasted\nthree\n"


SPACES = "a\tb\u00a0c\u202fd\u3000e\u2003f \U0001f469\u200d\U0001f4bb g"
"""Spaces of every kind, and an emoji of two."""


def test_pasted_and_typed_spaces_of_every_kind_are_sent(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press(":")
        screen.wait_for(re.compile(r"Message to (atlas/)?api"))
        paste(screen, f"{SPACES}\n\tindented")
        screen.wait_for("indented")
        screen.press("C-n")
        screen.type("x\u00a0y\u3000z")
        screen.press("Enter")
        until(lambda: typed(lab.local).endswith("z\n"), what="the agent has it")
        assert typed(lab.local) == f"{SPACES}\n\tindented\nx\u00a0y\u3000z\n"


def test_a_pasted_tab_is_a_blank_where_a_text_has_one_line(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press("/")
        paste(screen, "a\tpi")
        screen.wait_for("/a pi")
        screen.press("Escape")
        screen.wait_gone("/a pi")
        screen.press("C-p")
        screen.wait_for("Commands")
        paste(screen, "new\u00a0session\tform")
        screen.wait_for("find new\u00a0session form")
        screen.press("Escape")
        screen.wait_gone("Commands")
        screen.press("t")
        screen.wait_for(re.compile(r"Tags of (atlas/)?api"))
        paste(screen, "one\ttwo")
        screen.wait_for("one two")


def test_a_message_that_is_refused_stays_in_the_form(lab: Lab) -> None:
    shows(lab.local, "claude", "Do you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel\n")
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.press(":")
        screen.wait_for(re.compile(r"Message to (atlas/)?api"))
        screen.type("please do not")
        screen.press("Enter")
        screen.wait_for("shows a permission dialog")
        screen.wait_for("please do not")
        assert typed(lab.local) == ""
        screen.press("Escape")
        screen.wait_gone(re.compile(r"Message to (atlas/)?api"))
        screen.press(":")
        screen.wait_for("please do not")


def test_a_text_that_was_not_sent_is_kept_for_its_session_alone(lab: Lab) -> None:
    shows(lab.local, "claude", "Do you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel\n")
    begin(lab.local, "web")
    with navi(lab) as screen:
        screen.wait_for(" web ")
        write(screen, "api", "drop the table")
        screen.wait_for("shows a permission dialog")
        leave(screen)
        select(screen, "web")
        screen.press(":")
        screen.wait_for(re.compile(r"Message to (atlas/)?web"))
        assert "drop the table" not in screen.screen()
        screen.type("a long text")
        screen.wait_for("a long text")
        leave(screen)
        screen.press(":")
        screen.wait_for("a long text")
        screen.press("Enter")
        screen.wait_for("web has it")
        screen.press(":")
        screen.wait_for(re.compile(r"Message to (atlas/)?web"))
        assert "a long text" not in screen.screen()
        leave(screen)
        select(screen, "api")
        screen.press(":")
        screen.wait_for("drop the table")
        screen.press("C-u")
        screen.wait_gone("drop the table")
        leave(screen)
        screen.press(":")
        screen.wait_for(re.compile(r"Message to (atlas/)?api"))
        assert "drop the table" not in screen.screen()


def leave(screen: Terminal) -> None:
    """Close the form for a message."""
    screen.press("Escape")
    screen.wait_gone("Message to")


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
        screen.wait_for(re.compile(r"Interrupt (atlas/)?api\?"))
        screen.press("y" if yes else "n")
        if yes:
            screen.wait_for("was not seen to end", timeout=30)
        screen.wait_gone(re.compile(r"Interrupt (atlas/)?api"))


def test_nothing_is_interrupted_that_rests(lab: Lab) -> None:
    shows(lab.local, "claude", IDLE)
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.wait_for("idle")
        screen.press("C-c")
        screen.wait_for("no agent works in api; q quits navi")


# ---- the connection is lost meanwhile

DONE = "send was done before the connection was lost"

NOT_DONE = "send was not done; nothing has changed"


@pytest.fixture
def atlas(lab: Lab) -> Machine:
    """Yield a remote with two sessions that show what they get."""
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    for name in ("api", "web"):
        begin(atlas, name, "exec cat", status="waiting", message="Shall I go on?")
    return atlas


def write(screen: Terminal, name: str, text: str) -> None:
    """Type a message to a session, and press Enter."""
    screen.wait_for(f" {name} ")
    select(screen, name)
    screen.press(":")
    screen.wait_for(re.compile(rf"Message to (atlas/)?{name}"))
    screen.type(text)
    screen.wait_for(text)
    screen.press("Enter")


def test_a_text_that_never_came_is_reported_as_not_sent_and_stays(lab: Lab, atlas: Machine) -> None:
    cut = Cut(atlas, "before", function="navi_begin_call")
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        write(screen, "api", "hello")
        cut.wait(1)
        cut.now()
        screen.wait_for(NOT_DONE, timeout=120)
        screen.wait_for("hello")
        assert "Message to atlas/api" in screen.screen()
        assert pane(atlas, "api").split() == []
        screen.press("Enter")
        screen.wait_for("atlas/api has it")
        assert pane(atlas, "api").split() == ["hello", "hello"]


@pytest.mark.parametrize("when", ["during", "after"])
def test_a_text_that_came_is_reported_as_sent_and_enter_does_not_repeat_it(lab: Lab, atlas: Machine, when: str) -> None:
    cut = Cut(atlas, when, [Call("tmux", "*send-keys*Enter*")], "navi_begin_call")
    with navi(lab) as screen:
        screen.wait_for("✔ atlas")
        write(screen, "api", "hello")
        cut.wait(1)
        atlas.accept_no_more()
        cut.now()
        screen.wait_for("checking whether send was done", timeout=60)
        screen.press("Enter", "Enter")
        assert "Message to atlas/api" in screen.screen()
        atlas.thaw()
        screen.wait_for(DONE, timeout=120)
        screen.wait_gone(re.compile(r"Message to (atlas/)?api"))
        until(lambda: pane(atlas, "api").split() == ["hello", "hello"], what="it has the text once")


def test_several_results_wait_for_the_outcome(lab: Lab, atlas: Machine) -> None:
    cut = Cut(atlas, "after", function="navi_begin_call")
    with navi(lab) as screen:
        screen.wait_for(" web ")
        screen.press("Space", "Space", ":")
        screen.wait_for("Message to 2 sessions")
        screen.type("both")
        screen.press("Enter")
        cut.wait(2)
        atlas.accept_no_more()
        cut.now()
        screen.wait_for("checking whether send was done", timeout=60)
        screen.wait_for("Send: 0 of 2 done")
        atlas.thaw()
        screen.wait_for("Send: 2 of 2 done", timeout=120)
        assert "failed" not in screen.screen()
        screen.press("Enter")
        screen.wait_gone("Send: 2 of 2")
        screen.press(":")
        screen.wait_for("Message to")
        assert "both" not in screen.screen()


def test_an_interruption_whose_answer_was_lost_is_left_open(lab: Lab) -> None:
    atlas = lab.machine("atlas")
    lab.remotes_yaml([atlas])
    shows(atlas, "claude", BUSY)
    cut = Cut(atlas, "after", function="navi_press_interrupt")
    with navi(lab) as screen:
        screen.wait_for(" api ")
        screen.wait_for("working")
        screen.press("C-c")
        screen.wait_for("Interrupt atlas/api?")
        screen.press("y")
        cut.wait(1)
        cut.now()
        screen.wait_for("atlas/api: interrupt may have been done", timeout=60)

"""Starting agents without a terminal from the dashboard, and messages to several."""

from __future__ import annotations

import re
import signal

from tests.support.dashboard import navi, wait_selected
from tests.support.machines import Lab
from tests.support.puppet import puppet, spawn
from tests.support.serving import serving
from tests.support.terminal import Terminal
from tests.support.verbs import HERE_AND_THERE
from tests.support.verbs import navi as verb
from tests.support.waiting import until


def choose(screen: Terminal, words: str, most: int = 12) -> None:
    """Press Right until a choice of the field under the cursor is highlighted."""
    for _ in range(most):
        if re.search(rf"\x1b\[[0-9;]*m {re.escape(words)} \x1b", screen.screen(escapes=True)):
            return
        screen.press("Right")
    raise AssertionError(screen.framed())


@HERE_AND_THERE
def test_an_agent_is_spawned_by_the_form(lab: Lab, far: bool) -> None:
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    (atlas if far else lab.local).home.joinpath("repo").mkdir()
    with serving(lab), navi(lab, 120) as screen:
        screen.wait_for("✔ atlas")
        screen.press("n")
        screen.wait_for("[ ] without a terminal")
        screen.press("BTab")
        screen.press("Space")
        screen.wait_for("[x] without a terminal")
        screen.wait_for("runs the hooks and servers of its folder without asking")
        if far:
            screen.press("BTab", "Right")
            screen.wait_for("New session on atlas")
            screen.press("Tab")
        screen.press("Tab")
        screen.type("say first")
        screen.press("C-n")
        screen.type("and second")
        screen.press("Down")
        for _ in range(60):
            screen.press("BSpace")
        screen.type("~/repo")
        screen.press("Down", "Left")
        screen.wait_for("Scripted agent")
        screen.press("Down")
        screen.type("opus")
        screen.press("Down", "Right", "Down")
        screen.type("My agent")
        screen.press("Enter")
        screen.wait_for(re.compile(rf"My agent{' .atlas.' if far else ''} Remote"))
        screen.wait_for("the first one in its folder: it runs that folder's hooks and servers without asking")
        wait_selected(screen, "My")
        screen.press("w")
        screen.wait_for(re.compile(r"> say first[\s│]+and second"))
        screen.wait_for("~/repo")
        screen.wait_for("scripted  opus  default")


def test_a_form_that_can_not_be_keeps_what_was_typed(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        screen.wait_for("No sessions here yet")
        until(lambda: opens_with_the_box(screen), what="the hub is noticed")
        screen.press("BTab", "Space")
        screen.wait_for("[x] without a terminal")
        screen.press("Enter")
        screen.wait_for("the prompt is empty")
        screen.press("Tab")
        screen.type("say x")
        screen.press("Down")
        for _ in range(60):
            screen.press("BSpace")
        screen.type("/no/such/folder")
        screen.press("Down", "Left")
        screen.press("Enter")
        screen.wait_for(re.compile("say x Remote .*failed"), timeout=60)
        screen.wait_for("there is no directory /no/such/folder; nothing was started")
        screen.wait_for("1 error")
        screen.press("d")
        screen.wait_gone("1 error")


def opens_with_the_box(screen: Terminal) -> bool:
    """Open the form, and say whether it offers agents without a terminal; else close it."""
    screen.press("n")
    if "[ ] without a terminal" in screen.wait_for("Enter submits"):
        return True
    screen.press("Escape")
    screen.wait_gone("Enter submits")
    return False


def test_a_clone_is_an_agent_without_a_terminal(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        spawn(lab, "local", "say x", title="api", cwd=str(lab.local.home))
        screen.wait_for("done")
        screen.press("c")
        screen.wait_for("[x] without a terminal")
        screen.type("say y")
        screen.press("Enter")
        screen.wait_for("say y Remote")
        screen.wait_for('"y"')


def test_several_get_one_message_and_end_together(lab: Lab) -> None:
    with serving(lab), navi(lab) as screen:
        for name in ("one", "two"):
            spawn(lab, "local", "say x", title=name)
        until(lambda: len(re.findall("Remote .*done", screen.screen())) == 2, what="both wait")
        screen.press("g", "Space", "Space")
        screen.wait_for("2 selected")
        screen.press(":")
        screen.wait_for("Message to 2 sessions")
        screen.type("say hello")
        screen.press("Enter")
        screen.wait_for("Send: 2 of 2 done")
        screen.press("Enter")
        until(lambda: screen.screen().count('"hello"') == 2, what="both have it")
        screen.press("g", "Space", "Space")
        screen.wait_for("2 selected")
        screen.press("x")
        screen.wait_for("End 2 sessions?")
        screen.press("y")
        screen.wait_for("End: 2 of 2 done")
        screen.press("Enter")
        until(lambda: screen.screen().count("complete") == 2, what="both have ended")
        assert "complete" in verb(lab, "ls").stdout


def test_a_message_whose_answer_was_lost_goes_in_once_when_it_is_sent_again(lab: Lab) -> None:
    with serving(lab) as hub, puppet(lab.local) as agent, navi(lab, 100, 40) as screen:
        spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
        screen.wait_for("running")
        screen.press(":")
        screen.wait_for(re.compile(r"Message to (atlas/)?api"))
        screen.type("only once")
        screen.wait_for("only once")
        hub.send_signal(signal.SIGSTOP)
        screen.press("Enter")
        screen.wait_for("waiting for the hub", timeout=90)
        hub.send_signal(signal.SIGCONT)
        agent.wait_input("only once")
        screen.press("Enter")
        screen.wait_for(re.compile(r"sent to (atlas/)?api"))
        screen.press(":")
        screen.wait_for(re.compile(r"Message to (atlas/)?api"))
        screen.type("and then this")
        screen.press("Enter")
        agent.wait_input("and then this")
        assert sum("only once" in str(line) for line in agent.inputs()) == 1

"""Feedback from the dashboard to an agent in a terminal: sent with a key, queued, and handed over by its hook."""

from __future__ import annotations

import re

from tests.support.claude import put_claude
from tests.support.dashboard import navi, wrapped
from tests.support.machines import Lab
from tests.support.puppet import spawn
from tests.support.serving import serving
from tests.support.verbs import HERE_AND_THERE, account, pane
from tests.support.verbs import navi as verb
from tests.support.waiting import until


@HERE_AND_THERE
def test_feedback_is_sent_queued_and_handed_over(lab: Lab, far: bool) -> None:
    there, _ = account(lab, far)
    put_claude(there)
    there.new_session("api", "claude --session-id 0badc0de-1")
    with serving(lab), navi(lab, 180, 40) as screen:
        screen.wait_for(re.compile("api .*(idle|working|unknown|waiting|done)"))
        screen.press("F")
        screen.wait_for(re.compile(r"Feedback to (atlas/)?api"))
        screen.wait_for("its agent gets it at the end of its turn; from now on it takes feedback (navi collaborate)")
        screen.type("use tabs")
        screen.press("Enter")
        screen.wait_for(wrapped("and they hand feedback over; navi hooks install --host"))
        verb(lab, "hooks", "install", "claude", "--yes", "--host", "atlas" if far else "local")
        screen.press("Enter")
        screen.wait_for(re.compile("queued for (atlas/)?api: its agent gets it at the end of its turn"))
        screen.wait_for(re.compile(r"api( \[atlas\])? Interactive 1 queued"))
        screen.press("F")
        screen.wait_for("its agent gets it at the end of its turn; 1 before it waits")
        screen.type("and no spaces")
        screen.press("Enter")
        screen.wait_for(re.compile("queued for (atlas/)?api, after 1 before it"))
        screen.wait_for("Interactive 2 queued")
        there.tmux("send-keys", "-t", "=api:", "fix", "Enter")
        screen.wait_for(re.compile(r"the agent of (atlas/)?api got its feedback"))
        screen.wait_gone("queued")
        screen.wait_for("Interactive")
        until(lambda: "and no spaces" in pane(there, "api").replace("\n", ""), what="the agent has it")
        screen.press("i")
        screen.wait_for(re.compile("feedback +0 queued for the end of its turn"))


def test_what_takes_no_feedback_says_so(lab: Lab) -> None:
    lab.local.new_session("shell", "exec cat")
    with navi(lab, 100, 24) as screen:
        screen.wait_for("a shows them")
        screen.press("a")
        screen.wait_for("shell")
        screen.press("F")
        screen.wait_for("shell: only Claude Code takes feedback, and no agent runs there")
        with serving(lab):
            spawn(lab, "local", "say x", title="api")
            screen.wait_for("Remote")
            screen.press("/")
            screen.type("api")
            screen.press("Enter", "F")
            screen.wait_for("an agent without a terminal takes messages at any time; : sends one")


def test_without_a_hub_the_text_stays_in_the_form(lab: Lab) -> None:
    put_claude(lab.local)
    lab.local.new_session("api", "claude --session-id 0badc0de-1")
    with navi(lab, 100, 24) as screen:
        screen.wait_for("api")
        screen.press("F")
        screen.wait_for(re.compile(r"Feedback to (atlas/)?api"))
        screen.type("use tabs")
        screen.press("Enter")
        screen.wait_for("no hub runs here; navi serve starts it")
        assert "use tabs" in screen.screen()

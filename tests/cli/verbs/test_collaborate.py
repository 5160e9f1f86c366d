"""Collaborating with an agent in a terminal: feedback from the command line, here and on a remote."""

from __future__ import annotations

import json

from tests.support.claude import put_claude
from tests.support.machines import Lab
from tests.support.serving import serving
from tests.support.verbs import HERE_AND_THERE, account, navi, pane
from tests.support.waiting import until


@HERE_AND_THERE
def test_feedback_waits_for_the_end_of_a_turn(lab: Lab, far: bool) -> None:
    there, prefix = account(lab, far)
    put_claude(there)
    address = f"{prefix}api"
    there.new_session("api", "claude --session-id 0badc0de-1")
    with serving(lab):
        host = "atlas" if far else "local"
        assert f"navi hooks install --host {host} installs them" in navi(lab, "collaborate", address, status=1).stderr
        navi(lab, "hooks", "install", "claude", "--yes", "--host", host)
        refused = navi(lab, "send", "--feedback", address, "x", status=1).stderr
        assert refused == f"navi: {address} takes no feedback; navi collaborate {address} turns that on\n"
        until(lambda: "takes feedback" in navi(lab, "collaborate", address).stdout, what="it takes feedback")
        assert "Remote" not in navi(lab, "ls").stdout
        assert navi(lab, "send", "--feedback", address, "use tabs").stdout.startswith(f"queued for {address}")
        waits = there.sessions_dir / ".headless/.conversations/0badc0de-1/feedback"
        until(lambda: waits.is_dir() and list(waits.iterdir()), what="it is on the host")
        there.tmux("send-keys", "-t", "=api:", "fix", "Enter")
        until(lambda: "use tabs" in pane(there, "api"), what="the agent has it")
        until(lambda: not next(waits.iterdir()).stat().st_size, what="it is noted")
        off = json.loads(navi(lab, "collaborate", address, "--off", "--json").stdout)
        assert (off["address"], off["interactive"]) == (address, False)
        navi(lab, "send", "--feedback", address, "x", status=1)


def test_what_takes_no_feedback_is_reported(lab: Lab) -> None:
    lab.local.new_session("shell", "exec cat")
    with serving(lab):
        refused = navi(lab, "collaborate", "shell", status=1).stderr
        assert "only Claude Code takes feedback, and no agent runs there" in refused
        navi(lab, "collaborate", "nothing", status=66)
        assert "nothing was sent" in navi(lab, "send", "--feedback", "shell", " ", status=64).stderr

"""What navi says about the sessions that the real Claude Code runs in the background, here and on a remote."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.agents import homes
from tests.agents.cases import SETUPS, Watched
from tests.agents.claude import Claude
from tests.agents.versions import needs
from tests.support.terminal import Terminal
from tests.support.verbs import navi
from tests.support.waiting import until

both_places = pytest.mark.parametrize(
    "watched",
    [
        pytest.param((Claude, setup), marks=needs("claude"), id="remote" if setup.remote else "here")
        for setup in SETUPS
        if not setup.hooks
    ],
    indirect=True,
    scope="class",
)

SLOW = 60.0
"""Seconds within which the agent begins a session, on a machine with much to do."""


@pytest.fixture(scope="class")
def served(watched: Watched) -> Iterator[Watched]:
    """Let sessions in the background ask the scripted service, and end them afterwards.

    They do not have the environment of the shell that begins them.
    """
    agent = watched.agent
    variables = homes.claude(agent.account.home, agent.work, agent.url)
    homes.write(agent.account.home / ".claude" / "settings.json", json.dumps({"env": dict(variables)}))
    agent.enter(agent.leave)
    agent.until("ended")
    yield watched
    agent.enter("for job in ~/.claude/jobs/*-* ~/.claude/jobs/????????; do claude stop ${job##*/}; done; clear")
    until(lambda: not background(watched), timeout=SLOW, what="all sessions have ended")


def background(watched: Watched) -> dict[str, dict[str, Any]]:
    """Return the sessions in the background that navi lists, by name."""
    rows = json.loads(navi(watched.lab, "ls", "--json").stdout)["sessions"]
    return {row["name"]: row for row in rows if row["type"] == "background"}


def begin(watched: Watched, name: str, prompt: str) -> str:
    """Begin a session, and return its address."""
    watched.agent.enter(f"clear; claude --bg --permission-mode default --name {name} '{prompt}'")
    watched.agent.shows(f"backgrounded .* {name}")
    account = watched.agent.account
    return name if account is watched.lab.local else f"{account.name}/{name}"


def until_row(watched: Watched, name: str, status: str) -> dict[str, Any]:
    """Wait until navi lists a session with a status; return its row."""
    until(lambda: background(watched).get(name, {}).get("status") == status, timeout=SLOW, interval=0.5)
    return background(watched)[name]


STATES = {
    "permission": ("bash: touch asked", "wants to run touch asked"),
    "waiting": ("ask: Which colour", "Which colour"),
    "done": ("say: hello there", "hello there"),
    "error": ("bad: x", "API Error: 400"),
    "working": ("slow: 90 word", "slow: 90 word"),
}


@both_places
class TestInTheBackground:
    """Each setup has one agent, whose user begins sessions in the background."""

    @pytest.mark.parametrize("status", STATES)
    def test_a_session_has_its_status_and_message(self, served: Watched, status: str) -> None:
        prompt, message = STATES[status]
        begin(served, f"is-{status}", prompt)
        row = until_row(served, f"is-{status}", status)
        assert message in row["message"]
        assert (row["agent"], row["health"]) == ("claude", "healthy")

    def test_a_session_can_be_answered_after_attaching(self, served: Watched) -> None:
        address = begin(served, "opened", "bash: touch opened")
        until_row(served, "opened", "permission")
        with Terminal([sys.executable, "-m", "navi", "attach", address], served.lab.environment()) as terminal:
            terminal.wait_for(re.compile("Do you want to proceed"), timeout=SLOW)
            terminal.press("Enter")
            until((served.agent.work / "opened").exists, timeout=SLOW, what="the command has run")
        until_row(served, "opened", "done")

    def test_a_session_that_is_killed_is_gone(self, served: Watched) -> None:
        address = begin(served, "killed", "slow: 90 word")
        until_row(served, "killed", "working")
        assert navi(served.lab, "kill", address).stdout.startswith(f"stopped {address}; ")
        assert "killed" not in background(served)

"""GitHub Copilot CLI with a provider of its user's, and an oracle that knows what it does from its screen."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.agents.ways import asks_a_question
from tests.support.processes import Process
from tests.support.waiting import until

DIALOGS: Mapping[str, str] = {
    "trust": r"^│ Do you trust the files in this folder\?",
    "permission": r"^│ Do you want to (run|create|edit)",
    "question": r"^ Copilot needs information",
}
"""What a dialog shows in place of the box for the next prompt. Any other one is a menu."""

PROMPT = re.compile(r"^ ❯ ", re.MULTILINE)
"""A prompt that was sent."""

BOX = re.compile(r"^───.*\n❯(?:.*\n)+?───", re.MULTILINE)

TEXT = re.compile(r"^ ❯ Other \(type your answer below", re.MULTILINE)
"""A question whose text is entered in a box below it."""

FAILED = re.compile(r"^ ✗ \d\d\d ", re.MULTILINE)


class Copilot(Agent):
    """One GitHub Copilot CLI in a tmux session."""

    name = "copilot"
    paste = 0.5
    leave = "/exit"
    retries = r"Retrying\.\.\."

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.copilot(self.account.home, self.work, self.url)

    def refuses(self) -> None:
        """Press Esc; while it works, once more within half a second. At its prompt two open a menu."""
        works = self.truth() == "working"
        self.keys("Escape")
        if works:
            until(lambda: "again to" in self.screen(), timeout=2, interval=0.02, what="it wants Esc again")
            self.keys("Escape")

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. The last line tells, unless it is the edge of a dialog."""
    *_, keys, last = ["", "", *screen.rstrip().splitlines()]
    if TEXT.search(screen):
        return "question"
    if last.startswith("╰") or re.search("esc (to )?cancel", keys + last):
        bottom = "\n".join(screen.rstrip().splitlines()[-18:])
        return next((name for name, text in DIALOGS.items() if re.search(text, bottom, re.MULTILINE)), "menu")
    if re.match(r" \S Working ", last):
        return "working"
    if not BOX.search(screen):
        return "starting"
    return "error" if FAILED.search(PROMPT.split(screen)[-1]) else "idle"


# ---- a way into a state that only GitHub Copilot CLI has


def takes_a_text(agent: Copilot) -> None:
    """Let it ask a question, and mark the choice that takes a text."""
    asks_a_question(agent)
    for _ in range(2):
        agent.keys("Down")
    agent.shows("type your answer below")

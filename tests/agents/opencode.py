"""OpenCode, and an oracle that knows what it does from its screen."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.support.processes import Process

DIALOGS: Mapping[str, str] = {
    "permission": r"^  ┃ .*enter confirm",
    "question": r"^  ┃ .*enter submit",
}
"""What a dialog shows at the bottom of the screen, in place of the box for the next prompt."""

MENU = re.compile(r" Select model  .*  esc$", re.MULTILINE)

ENDED = re.compile(r"^     ▣ .* · (?:.*\dm?s|interrupted)$", re.MULTILINE)
"""The end of a turn that did not fail."""

FAILED = re.compile(r"^  ┃  The scripted service answers", re.MULTILINE)


class OpenCode(Agent):
    """One OpenCode in a tmux session."""

    name = "opencode"
    paste = 0.5
    leave = "/exit"
    menu = "/models"
    refuse = ("Escape", "Escape")
    retries = r"retrying .*attempt #\d"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.opencode(self.account.home, self.work, self.url)

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. The last line tells, unless it shows a dialog."""
    bottom = "\n".join([line for line in screen.splitlines() if line.strip()][-4:])
    dialog = next((name for name, text in DIALOGS.items() if re.search(text, bottom, re.MULTILINE)), "")
    if dialog or MENU.search(screen):
        return dialog or "menu"
    if "ctrl+p commands" not in bottom and "esc interrupt" not in bottom:
        return "starting"
    if "esc interrupt" in bottom:
        return "working"
    return "error" if FAILED.search(ENDED.split(screen)[-1]) else "idle"

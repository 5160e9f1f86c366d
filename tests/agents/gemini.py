"""Gemini CLI, and an oracle that knows what it does from its screen."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.support.processes import Process

DIALOGS: Mapping[str, str] = {
    "trust": r"Do you trust the files in this folder\?",
    "permission": r"^│ (Allow execution of .*|Apply this change)\?",
    "question": r"^│ Enter to select",
}
"""What a dialog shows. Any other one is a menu."""

PROMPT = re.compile(r"^ > ", re.MULTILINE)
"""A prompt that was sent, and the box."""

BUSY = re.compile(r"^ [\u2800-\u28ff] .*\(esc to cancel.*\n+───", re.MULTILINE)
"""What is above the box while it works. After a change of its size older ones stay further above."""

FAILED = re.compile(r"^✕ ", re.MULTILINE)


class Gemini(Agent):
    """One Gemini CLI in a tmux session."""

    name = "gemini"
    paste = 0.5
    retries = "esc to cancel"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.gemini(self.account.home, self.work, self.url)

    def start(self) -> None:
        """Start the program, and wait until it takes a prompt: it shows its box before."""
        self.begin()
        self.shows("Authenticated with")
        self.until("idle")

    def suspends(self) -> None:
        """Press Ctrl-Z twice, until the second was neither too soon nor too late. Each takes back what was typed."""
        for pause in (0.3, 1.0, 0.1) * 5:
            self.keys("C-z")
            time.sleep(pause)
            self.keys("C-z")
            time.sleep(1)
            if self.truth() == "suspended":
                return

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. A dialog replaces the box for the next prompt and the folder below it."""
    if not screen.strip().endswith(("│", "╯")) and "workspace (/directory)" not in screen:
        return "starting"
    if "workspace (/directory)" not in screen:
        return next((name for name, text in DIALOGS.items() if re.search(text, screen, re.MULTILINE)), "menu")
    *_, turn, _box = ["", *PROMPT.split(screen)]
    if BUSY.search(turn):
        return "working"
    return "error" if FAILED.search(turn) else "idle"

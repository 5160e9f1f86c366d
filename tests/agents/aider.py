"""aider, and an oracle that knows what it does from its screen: it writes line below line, as a shell does."""

from __future__ import annotations

import re

from tests.agents import homes
from tests.agents.agent import Agent
from tests.support.processes import Process

QUESTION = re.compile(r"\[(?:Yes|No)\]:(?: |$)")
"""The end of the last line while it asks something."""

PROMPT = re.compile(r"^(?:[a-z]+ ?)*>(?: |$)", re.MULTILINE)
"""The last line while it waits for a prompt, and what was entered there before."""

FIRST = re.compile(r"\(recommended\)\?|what's new in this")
"""What it asks at the first start, or at the first in a folder."""

PERMISSION = re.compile(r"^(?:Run shell command|Create new file)\?", re.MULTILINE)

FAILED = re.compile(r"^ ?litellm\.", re.MULTILINE)


class Aider(Agent):
    """One aider in a tmux session, in a repository."""

    name = "aider"
    paste = 0.3
    leave = "/exit"
    refuse = ("C-c",)
    retries = r"Retrying in "
    command = "sleep 30; touch x"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.aider(self.account.home, self.work, self.url)

    def begin(self) -> None:
        """Start the program in its folder. It runs commands in an interactive shell; dash would not end on C-c."""
        self.enter(f"cd {self.work} && clear && SHELL=/bin/bash {self.name}")

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does: what its last line is tells that."""
    lines = screen.rstrip().splitlines() or [""]
    if QUESTION.search(lines[-1]):
        asked = "\n".join(lines[-3:])
        return "trust" if FIRST.search(asked) else "permission" if PERMISSION.search(asked) else "question"
    if not PROMPT.match(lines[-1]):
        return "working"
    turn = PROMPT.split("\n".join(lines[:-1]))[-1]
    return "error" if FAILED.search(turn) else "idle"

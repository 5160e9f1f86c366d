"""Mistral Vibe, and an oracle that knows what it does from its screen and its title."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.agents.ways import has_left
from tests.support.processes import Process

DIALOGS: Mapping[str, str] = {
    "permission": r"^│ Permission for ",
    "question": r"^│ .*Enter (select|submit|toggle|next)",
    "menu": r"^│ .*Enter (save|select|confirm)",
}
"""What the frame in place of the box shows."""

FRAME = re.compile(r"^┌─(?:.*\n)+?└─.*$", re.MULTILINE)

BOX = re.compile(r"^─.*─$\n>", re.MULTILINE)

BUSY = re.compile(r"^ ?\S.* interrupt\)$", re.MULTILINE)

FAILED = re.compile(r"^  ⎢ Error: ", re.MULTILINE)

PROMPT = re.compile(r"^> ", re.MULTILINE)


class Vibe(Agent):
    """One Mistral Vibe in a tmux session."""

    name = "vibe"
    paste = 0.3
    leave = "/exit"
    retries = r"Retrying"
    command = "touch x; sleep 30"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.vibe(self.account.home, self.work, self.url)

    def until(self, truth: str) -> None:
        """Wait until the oracle says that something is true. A key that comes together with a dialog is dropped."""
        super().until(truth)
        if truth in ("permission", "question"):
            time.sleep(1)

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. The question whether it may trust a folder has a screen of its own."""
    if re.search(r"Trust this folder\?(?:.*\n)+▁▁▁", screen):
        return "trust"
    *_, frame = [None, *FRAME.finditer(screen)]
    if frame and len(screen[frame.end() :].strip().splitlines()) <= 1:
        found = (name for name, text in DIALOGS.items() if re.search(text, frame[0], re.MULTILINE))
        return next(found, "starting")
    *_, box = [None, *BOX.finditer(screen)]
    if box is None:
        return "starting"
    above = screen[: box.start()].rstrip().splitlines()
    if BUSY.search("\n".join(above[-2:])):
        return "working"
    return "error" if FAILED.search(PROMPT.split("\n".join(above))[-1]) else "idle"


def is_started_elsewhere(agent: Vibe) -> None:
    """Start it from the shell, in a folder with instructions for it that it does not know."""
    agent.enter(f"mkdir -p ../other; cd ../other && git init -q; echo x >AGENTS.md; {agent.name}")
    agent.until("trust")


def asks_to_trust_a_folder(agent: Vibe) -> None:
    """Leave it, and start it there."""
    has_left(agent)
    is_started_elsewhere(agent)

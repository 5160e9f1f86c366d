"""Qwen Code, and an oracle that knows what it does from its screen."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.support.processes import Process, send

DIALOGS: Mapping[str, str] = {
    "trust": r"Do you trust this folder\?",
    "permission": r"^   › \d\. Yes, allow once",
    "question": r"Enter: (Select|Confirm) \| Esc: Cancel",
    "menu": r"Esc to close",
}
"""What a dialog shows at the bottom of the screen, in place of the box for the next prompt."""

BOX = re.compile(r"^───.*\n>(?:.*\n)+?───", re.MULTILINE)

PROMPT = re.compile(r"^  > ", re.MULTILINE)
"""A prompt that was sent."""

BUSY = re.compile(r"^  \.+ *[^ .]", re.MULTILINE)

FAILED = re.compile(r"^  ✕ ", re.MULTILINE)


class Qwen(Agent):
    """One Qwen Code in a tmux session."""

    name = "qwen"
    paste = 0.5
    retries = r"esc to cancel\)"
    command = "touch x; sleep 30"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.qwen(self.account.home, self.work, self.url)

    def suspends(self) -> None:
        """Stop its processes: Ctrl-Z does not."""
        send(signal.SIGTSTP, self.processes())

    def resume(self) -> None:
        """Continue it. The terminal is still raw, so C-j ends a line there, and Enter does not."""
        self._has_shell()
        self.types("fg")
        self.keys("C-j")

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. While it initializes, it shows the box and takes no prompt."""
    *_, box = [None, *BOX.finditer(screen)]
    if box is None:
        bottom = "\n".join(screen.rstrip().splitlines()[-12:])
        return next((name for name, text in DIALOGS.items() if re.search(text, bottom, re.MULTILINE)), "starting")
    if "Initializing" in screen[box.end() :] or not screen[box.end() :].strip():
        return "starting"
    turn = PROMPT.split(screen[: box.start()])[-1]
    if BUSY.search("\n".join(turn.rstrip().splitlines()[-6:])):
        return "working"
    return "error" if FAILED.search(turn) else "idle"

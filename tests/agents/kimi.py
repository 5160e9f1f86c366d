"""Kimi Code, and an oracle that knows what it does from its screen."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.agents.ways import asks_a_question
from tests.support.processes import Process, send

DIALOGS: Mapping[str, str] = {
    "trust": r"^  Trust this folder\?",
    "permission": r"^   . 1\. Approve once",
    "question": r"^  question$",
}
"""What a dialog shows between two rules, in place of the box for the next prompt. Any other one is a menu."""

RULES = re.compile(r"^ ───.*\n((?:(?! ───).*\n)*) ───.*$", re.MULTILINE)

BOX = re.compile(r"^ ╭─.*\n │ >(?:.*\n)+? ╰─", re.MULTILINE)

BUSY = re.compile(r"^  [🌑🌒🌓🌔🌕🌖🌗🌘⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]( |$)", re.MULTILINE)

PROMPT = re.compile(r"^ ✨ ", re.MULTILINE)
"""A prompt that was sent."""

FAILED = re.compile(r"^   Error: ", re.MULTILINE)


class Kimi(Agent):
    """One Kimi Code in a tmux session."""

    name = "kimi"
    paste = 0.5
    leave = "/exit"
    retries = r"Retrying \("
    command = "touch x; sleep 30"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.kimi(self.account.home, self.work, self.url)

    def suspends(self) -> None:
        """Stop its processes: Ctrl-Z does not."""
        send(signal.SIGTSTP, self.processes())

    def resume(self) -> None:
        """Continue it: it did not expect to be stopped."""
        self.resume_raw()

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. The box is the last thing above two lines, unless a dialog is in its place."""
    *_, dialog = [None, *RULES.finditer(screen)]
    *_, box = [None, *BOX.finditer(screen)]
    if dialog and len(screen[dialog.end() :].strip().splitlines()) <= 3:
        return next((name for name, text in DIALOGS.items() if re.search(text, dialog[1], re.MULTILINE)), "menu")
    if box is None:
        return "starting"
    turn = PROMPT.split(screen[: box.start()])[-1]
    if BUSY.search("\n".join(turn.rstrip().splitlines()[-8:])):
        return "working"
    return "error" if FAILED.search(turn) else "idle"


# ---- a way into a state that only Kimi Code has


def reviews_an_answer(agent: Kimi) -> None:
    """Let it ask a question, and answer that: it wants to know whether the answer may be submitted."""
    asks_a_question(agent)
    agent.keys("2")
    agent.shows("Ready to submit")

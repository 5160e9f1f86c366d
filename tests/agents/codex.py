"""Codex, and an oracle that knows what it does from its screen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.agents.ways import asks_a_question
from tests.support.processes import Process

DIALOGS: Mapping[str, str] = {
    "trust": r"Trust this folder\?",
    "permission": r"^  Would you like to (run the following command|make the following edits)\?",
    "question": r"enter to submit answer",
    "menu": r"^  enter (select|continue|confirm) · esc",
}
"""What a dialog shows at the bottom of the screen, in place of the box for the next prompt."""

PROMPT = re.compile(r"^› (?!\d)", re.MULTILINE)
"""A prompt that was sent, and the box."""

ENDED = re.compile(r"^  Worked for |^■ ", re.MULTILINE)
"""The end of a turn. While a text comes, Codex shows nothing but the text."""

FAILED = re.compile(r"^■ (?!Conversation interrupted)", re.MULTILINE)


class Codex(Agent):
    """One Codex in a tmux session. It may read everything, and asks before it writes."""

    name = "codex"
    paste = 1.0
    options = "--sandbox read-only"
    retries = r"Reconnecting\.\.\. \d/"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.codex(self.account.home, self.work, self.url)

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. Below its box it shows the folder, but only once it takes a prompt."""
    turns = PROMPT.split(screen)
    bottom = turns[-1]
    dialog = next((name for name, text in DIALOGS.items() if re.search(text, bottom, re.MULTILINE)), "")
    if dialog:
        return dialog
    if not re.search(r"^  \S.* · ~?/", bottom, re.MULTILINE):
        return "starting"
    if len(turns) < 3:
        return "idle"
    if not ENDED.search(turns[-2]):
        return "working"
    return "error" if FAILED.search(turns[-2]) else "idle"


def asks_a_question_while_it_plans(agent: Codex) -> None:
    """Let it ask a question, which it does only in this mode, and leave the mode to the next start."""
    agent.enter("/plan")
    agent.shows("Plan mode")
    asks_a_question(agent)


def asks_to_review_hooks(agent: Codex) -> None:
    """Start it with a hook that its user has not trusted yet."""
    hook = {"type": "command", "command": "true"}
    path = agent.account.home / ".codex" / "hooks.json"
    path.write_text(json.dumps({"hooks": {"Stop": [{"hooks": [hook]}]}}))
    agent.begin()
    agent.until("menu")

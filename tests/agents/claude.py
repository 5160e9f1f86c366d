"""Claude Code, and an oracle that knows what it does.

The oracle reads the state of the process, the file in which Claude Code reports its own state, and the screen. Where
they disagree, the process counts most and the screen least.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.agents.versions import version
from tests.agents.ways import TAKES_KEYS, asks_which_ones
from tests.support.processes import Process

DIALOGS: Mapping[str, str] = {
    "plan": r"[Ee]xit plan mode\?",
    "question": r"Enter to select",
    "permission": r"Do you want to (proceed|create|make|allow)",
}
"""What a dialog shows at the bottom of the screen. Any other one is a menu."""

STATES: Mapping[str, str] = {"busy": "working", "shell": "background"}
"""The words of the file that are not the oracle's own."""

FAILED = re.compile(r"^● API Error\b", re.MULTILINE)

PLAN, EDITS, AUTO = "plan mode on", "accept edits on", "auto mode on"
"""What the screen shows in the modes that are not the usual one."""

TRUST = "Yes, I trust this folder"


class Claude(Agent):
    """One Claude Code in a tmux session."""

    name = "claude"
    paste = 0.35
    leave = "/exit"
    command = "touch x; sleep 30"  # newer ones refuse a command that begins with a long sleep

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.claude(self.account.home, self.work, self.url)

    def ready(self) -> None:
        """Bring the agent to its empty prompt, in its usual mode."""
        super().ready()
        self.mode("")

    def mode(self, wanted: str) -> None:
        """Change the mode to PLAN, EDITS, AUTO, or "" for the usual one. Raise AssertionError if it never comes."""
        for _ in range(9):
            if next((mode for mode in (PLAN, EDITS, AUTO) if mode in self.screen()), "") == wanted:
                return
            self.keys("BTab")
            time.sleep(0.7)
        raise AssertionError(f"not in the mode {wanted!r}:\n{self.screen()}")

    def judged(self, process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(self.file(process).get("status"), screen)

    def file(self, process: Process) -> Mapping[str, object]:
        """Return what a process reports of itself; nothing while it has not begun, or is writing."""
        path = self.account.home / ".claude" / "sessions" / f"{process.pid}.json"
        try:
            found = json.loads(path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) and found.get("procStart") == str(process.started) else {}


def judged(status: object, screen: str) -> str:
    """Return what the agent does, from the status in its file and the screen."""
    if status is None:
        return "trust" if TRUST in screen else "starting"
    if status == "waiting":
        return next((name for name, text in DIALOGS.items() if re.search(text, screen)), "menu")
    if status == "idle" and FAILED.search(last_turn(screen)):
        return "error"
    return STATES.get(str(status), str(status))


def last_turn(screen: str) -> str:
    """Return the part of a screen behind the last prompt that was sent."""
    return re.split(r"^❯ \S", screen, flags=re.MULTILINE)[-1]


# ---- ways into states that only Claude Code has


def runs_a_command_of_its_user(agent: Claude) -> None:
    """Enter a command for the shell."""
    agent.enter("!sleep 15")
    agent.until("working")


def is_cleared(agent: Claude) -> None:
    """Forget the conversation."""
    agent.enter("/clear")
    agent.until("idle")


def runs_a_subagent(agent: Claude) -> None:
    """Let a subagent write a text."""
    agent.enter("task: slow: 30")
    agent.until("working")


def asks_in_a_subagent(agent: Claude) -> None:
    """Let a subagent ask whether a command may run."""
    agent.enter("task: bash: touch y")
    agent.until("permission")


def planning(plan: str) -> str:
    """Return a prompt that has a plan proposed. Versions after 2.1.197 let their model look for that tool first."""
    defers_tools = tuple(map(int, version("claude").split("."))) > (2, 1, 197)
    return f"{'find: ExitPlanMode ;; ' if defers_tools else ''}plan: {plan}"


def reviews_its_answers(agent: Claude) -> None:
    """Let it ask which ones, and tick one: it wants to know whether the answers may be submitted."""
    asks_which_ones(agent)
    time.sleep(TAKES_KEYS)
    agent.keys("1", "Tab")
    agent.shows("1. Submit answers")


def asks_to_approve_a_plan(agent: Claude) -> None:
    """Let it ask whether its plan is good."""
    agent.mode(PLAN)
    agent.enter(planning("# The plan"))
    agent.until("plan")

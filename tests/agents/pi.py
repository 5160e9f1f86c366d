"""Pi with an extension that asks, and an oracle that knows what it does from its screen."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.agents import homes
from tests.agents.agent import Agent
from tests.agents.ways import has_left
from tests.support.processes import Process

DIALOGS: Mapping[str, str] = {
    "trust": r"^ Trust project folder\?",
    "permission": r"^ Allow\?",
    "question": r"^ → (Red|Blue)",
}
"""What the box shows in place of the next prompt. Any other dialog is a menu."""

BOX = re.compile(r"^──.*\n((?:(?!──).*\n)*)──+$", re.MULTILINE)
"""The last two edges, and what is between them."""

KEYS = re.compile(r"^ .*[Ee]sc(ape)?(/ctrl\+c|/Ctrl\+C)? +(to )?cancel|^default · Escape|^tab scope", re.MULTILINE)
"""The keys of a dialog. A draft begins further left."""

BUSY = re.compile(r"^── [^─ ] [A-Z][a-z]+")
"""The upper edge while it works."""

FAILED = re.compile(r"^ (Error: |If this looks like a pi bug|sends a report to)")


class Pi(Agent):
    """One Pi in a tmux session."""

    name = "pi"
    paste = 0.5
    retries = r"Retrying \("
    command = "touch x; sleep 30"

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.pi(self.account.home, self.work, self.url)

    def judged(self, _process: Process, screen: str) -> str:
        """Return what a running agent does: see the module."""
        return judged(screen)


def judged(screen: str) -> str:
    """Return what the agent does. Between the edges is the box, or a dialog in place of it."""
    *_, box = [None, *BOX.finditer(screen)]
    if box is None:
        return "starting"
    if KEYS.search(box[1]):
        return next((name for name, text in DIALOGS.items() if re.search(text, box[1], re.MULTILINE)), "menu")
    if BUSY.search(box[0]):
        return "working"
    above = [line for line in screen[: box.start()].splitlines() if line.strip()]
    return "error" if above and FAILED.match(above[-1]) else "idle"


def is_started_elsewhere(agent: Pi) -> None:
    """Start it from the shell, in a folder with settings for it that it does not know."""
    agent.enter(f"mkdir -p ../other/.pi; cd ../other && echo '{{}}' >.pi/settings.json; {agent.name}")
    agent.until("trust")


def asks_to_trust_a_folder(agent: Pi) -> None:
    """Leave it, and start it there."""
    has_left(agent)
    is_started_elsewhere(agent)

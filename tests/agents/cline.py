"""Cline's CLI, and an oracle that knows what it does from its screen and from its logs."""

from __future__ import annotations

import re
import signal
import time
from contextlib import suppress
from types import TracebackType
from typing import ClassVar

from tests.agents import homes
from tests.agents.agent import Agent
from tests.agents.ways import waits_for_its_service
from tests.support.processes import Process, family, send
from tests.support.waiting import until

DIALOGS = {
    "permission": re.compile(r"^ Cline needs permission", re.MULTILINE),
    "question": re.compile(r"^ Cline is asking a question", re.MULTILINE),
    "menu": re.compile(r"Esc (to )?close( |$)|^ *▼ \d+ more", re.MULTILINE),
}
"""What a dialog shows in place of the box, and a menu above it."""

BOX = re.compile(r"^ *───.*\n *❯(?:.*\n)+? *───", re.MULTILINE)

FAILED = re.compile(r"^ \* ?Error: ", re.MULTILINE)

RUN = re.compile(r'"event":"agent\.run-(started|finished|failed)"')
"""How the log of all Clines names the beginning and the end of a turn."""

HUB_RUN = re.compile(r'"message":"command\.(start|end)","command":"run\.start"')
"""How the log of the daemon does."""

PROMPT = re.compile(r"^ ❯ ", re.MULTILINE)
"""A prompt that was sent."""


class Cline(Agent):
    """One Cline in a tmux session. It starts a daemon, which outlives it."""

    name = "cline"
    paste = 0.5
    options: ClassVar[str] = "-i --auto-approve false"
    allow = "y"
    leave = "/exit"
    menu = "/settings"
    retries = r"Thinking\.\.\."
    command = "touch x; sleep 30"

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, value, trace)
        send(signal.SIGKILL, family(self._is_daemon))

    def _is_daemon(self, process: Process) -> bool:
        return "--cline-hub-daemon" in process.words and process.mentions(self.account.home)

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return homes.cline(self.account.home, self.work, self.url)

    def ready(self) -> None:
        """Bring it to its empty prompt. A key that comes while it starts would keep it from that."""
        if self.truth() == "starting":
            self.until("idle")
        super().ready()

    def enter(self, text: str) -> None:
        """Type a text, and then Enter, once its end is on the screen: Enter counts as part of it before."""
        self.types(text)
        with suppress(AssertionError):  # it may be broken there
            until(lambda: text[-9:] in self.screen(), timeout=9, interval=0.1)
        time.sleep(self.paste)
        self.keys("Enter")

    def suspends(self) -> None:
        """Stop it: Ctrl-Z does not. Its daemon goes on."""
        send(signal.SIGTSTP, self.processes()[:1])

    def resume(self) -> None:
        """Continue it: it did not expect to be stopped."""
        self.resume_raw()

    def judged(self, process: Process, screen: str) -> str:
        """Return what a running agent does. Its log says whether a turn goes on; only the screen has the rest."""
        *_, box = [None, *BOX.finditer(screen)]
        for name, dialog in DIALOGS.items():
            if dialog.search(screen):
                return name
        if box is None:
            return "starting"
        if self._works(process):
            return "working"
        return "error" if FAILED.search(PROMPT.split(screen[: box.start()])[-1]) else "idle"

    def _works(self, process: Process) -> bool:
        """Return whether the last turn that a log has has begun and not ended. The daemon has it if it ran before."""
        own = [line for line in self._log("cline") if f'"pid":{process.pid},' in line]
        began = [line for line in own if '"event":"session.started"' in line]
        id = began[-1].partition('"sessionId":"')[2].partition('"')[0] if began else "none"
        turns = [found[1] for line in own for found in RUN.finditer(line)]
        hub = [found[1] for line in self._log("hub-daemon") if id in line for found in HUB_RUN.finditer(line)]
        return "started" in turns[-1:] or "start" in hub[-1:]

    def _log(self, name: str) -> list[str]:
        path = self.account.home / ".cline" / "data" / "logs" / f"{name}.log"
        return path.read_text().splitlines() if path.exists() else []


# ---- ways into states that only Cline has


def offers_a_subscription(agent: Cline) -> None:
    """Start it for the first time: it offers something."""
    (agent.account.home / ".cline" / "data" / "settings" / "cli-notices.json").unlink()
    agent.begin()
    agent.shows("Try ClinePass")


def is_interrupted_at_once(agent: Cline) -> None:
    """Press Esc before it says anything."""
    waits_for_its_service(agent)
    agent.shows("Thinking")
    agent.refuses()
    agent.until("idle")


def streams_more_than_the_screen(agent: Cline) -> None:
    """Let a text come that is longer than the screen."""
    word = agent.fresh()
    agent.enter(f"slow: 30 {word}\\n\\n")
    agent.shows(f"25 {word}")
    agent.until("working")


def wrote_more_than_the_screen(agent: Cline) -> None:
    """Let it say a text that is longer than the screen."""
    word = agent.fresh()
    agent.enter(f"slow: 10 {word}\\n\\n")
    agent.shows("The end")
    agent.until("idle")


def is_scrolled_back(agent: Cline) -> None:
    """Look at the middle of a text that is longer than the screen."""
    word = agent.fresh()
    agent.enter(f"slow: 20 {word}\\n\\n")
    agent.shows("The end")
    agent.until("idle")
    agent.keys("PPage", "PPage")
    agent.shows(f" 55 {word}")


def plans(agent: Cline) -> None:
    """Let it plan what comes next."""
    agent.keys("Tab")
    agent.shows("Plan something")

"""A coding agent in a real tmux, driven by its keyboard. Each agent has a module of its own with what differs.

    with Claude(lab.local, service.url) as agent:
        agent.start()
        agent.enter("bash: touch x")
        agent.until("permission")

Each module also has an oracle, `truth`, that knows without navi what the agent does.
"""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from itertools import count
from types import TracebackType
from typing import ClassVar, Self

from tests.agents.homes import Variables
from tests.agents.versions import program
from tests.support.machines import Account
from tests.support.processes import Process, family
from tests.support.waiting import until

RESTING = ("idle", "error")
"""What the oracle says while the agent is at its prompt."""

SLOW = 60.0
"""Seconds within which an agent starts, or does what its user wants, on a machine with much to do."""


class Agent(ABC):
    """One agent in a tmux session of an account. Its folder is trusted; its model is the service at `url`."""

    name: ClassVar[str]
    """The name of its program."""

    paste: ClassVar[float]
    """Seconds between a text and Enter: what comes together counts as pasted, and is not submitted."""

    options: ClassVar[str] = ""
    """What its user adds to its name when starting it in the usual folder."""

    leave: ClassVar[str] = "/quit"
    """What its user enters to end it."""

    menu: ClassVar[str] = "/model"
    """What its user enters to choose from a menu."""

    retries: ClassVar[str] = r"attempt \d+/"
    """What its screen shows while it asks its service again."""

    command: ClassVar[str] = "sleep 30; touch x"
    """A command that it asks about, and that takes some time."""

    allow: ClassVar[str] = "Enter"
    """The key that allows what it asks."""

    refuse: ClassVar[tuple[str, ...]] = ("Escape",)
    """The keys that refuse what it asks, or interrupt it."""

    def __init__(self, account: Account, url: str, session: str = "agent") -> None:
        self.account = account
        self.url = url
        self.session = session
        self.work = account.home / "work"
        self._numbers = count(1)

    def fresh(self) -> str:
        """Return a word that was never on the screen."""
        return f"new{next(self._numbers)}x"

    def __enter__(self) -> Self:
        self.work.mkdir(exist_ok=True)
        install(self.account, self.name)
        self._open(self.prepare())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.account.tmux("kill-session", "-t", f"={self.session}")

    @abstractmethod
    def prepare(self) -> Variables:
        """Write the files that the agent needs in its home, and return its variables: see homes.py."""

    def _open(self, variables: Variables) -> None:
        """Make the tmux session, and wait until its shell is there."""
        words = [word for key, value in variables.items() for word in ("-e", f"{key}={value}")]
        size = ("-x", "110", "-y", "36")
        self.account.tmux("new-session", "-d", "-s", self.session, *size, "-c", str(self.work), *words, "exec /bin/sh")
        until(lambda: self.screen().strip(), what="the shell has a prompt")

    # ---- the keyboard

    def start(self) -> None:
        """Start the program from the shell, in its folder, and wait for its prompt."""
        self.begin()
        self.until("idle")

    def begin(self) -> None:
        """Start the program from the shell, in its folder."""
        self.enter(f"cd {self.work} && clear && {self.name} {self.options}".rstrip())

    def ready(self) -> None:
        """Bring the agent to its empty prompt, whatever it did before."""
        if self.truth() == "suspended":
            self.resume()
        if self.truth() not in RESTING:
            self.refuses()
            self._rest()
        if self.truth() == "ended":
            self.repair_terminal()
            self.start()
        for key in ("C-u", "BSpace"):  # Esc before the first word puts the prompt back, and leaves the mode of its "!"
            self.keys(key)
            time.sleep(self.paste)

    def _rest(self) -> None:
        """Press Esc until the agent rests or ends. At its prompt Esc does something else, so each has time to work."""

        def rests() -> bool:
            with suppress(AssertionError):
                until(lambda: self.truth() in (*RESTING, "ended"), timeout=2, interval=0.1)
                return True
            self.refuses()
            return False

        until(rests, timeout=SLOW, what=f"{self.name} is at its prompt")

    def resume(self) -> None:
        """Continue the suspended agent. The shell drops what is typed before it has the terminal back."""
        self._has_shell()
        self.enter("fg")

    def resume_raw(self) -> None:
        """Continue an agent that was stopped unawares. The terminal is still raw, so C-j ends a line there, and Enter
        does not; and the agent draws itself anew only in another size.
        """
        self._has_shell()
        self.types("fg")
        self.keys("C-j")
        for columns in ("-L", "-R"):
            time.sleep(1)
            self.account.tmux("resize-window", "-t", f"={self.session}:", columns, "5")

    def _has_shell(self) -> None:
        until(lambda: self._foreground() == "sh", what="the shell has the terminal")
        time.sleep(0.5)

    def repair_terminal(self) -> None:
        """Clear what a killed agent left: the terminal is still raw, so C-j ends a line there, and Enter does not."""
        self.keys("C-c", "C-j")
        self.types("stty sane; clear")
        self.keys("C-j")
        time.sleep(0.5)

    def enter(self, text: str) -> None:
        """Type a text, and then Enter: a prompt, a command of the agent's, or one of the shell."""
        self.types(text)
        time.sleep(self.paste)
        self.keys("Enter")

    def types(self, text: str) -> None:
        """Type a text, without Enter."""
        self.account.tmux("send-keys", "-t", f"={self.session}:", "-l", "--", text)

    def keys(self, *names: str) -> None:
        """Press keys, by the names that tmux gives them."""
        self.account.tmux("send-keys", "-t", f"={self.session}:", *names)

    def refuses(self) -> None:
        """Press the keys that refuse what it asks, or interrupt it."""
        for key in self.refuse:
            self.keys(key)
            time.sleep(0.3 if len(self.refuse) > 1 else 0)

    def suspends(self) -> None:
        """Press the key that suspends it."""
        self.keys("C-z")

    # ---- what is true

    def truth(self) -> str:
        """Return what the agent does: whether it has ended or is suspended, else what the agent's own oracle says."""
        process = self.process()
        if process is None:
            return "ended"
        return "suspended" if process.state == "T" else self.judged(process, self.screen())

    @abstractmethod
    def judged(self, process: Process, screen: str) -> str:
        """Return what a running agent does."""

    def until(self, truth: str) -> None:
        """Wait until the oracle says that something is true. Raise AssertionError with the screen if it never does."""
        try:
            until(lambda: self.truth() == truth, timeout=SLOW, interval=0.1)
        except AssertionError:
            raise AssertionError(f"not {truth} but {self.truth()}:\n{self.screen()}") from None

    def shows(self, pattern: str) -> None:
        """Wait until the screen shows a pattern. Raise AssertionError with the screen if it never does."""
        try:
            until(lambda: re.search(pattern, self.screen()), timeout=SLOW, interval=0.1)
        except AssertionError:
            raise AssertionError(f"no {pattern!r}:\n{self.screen()}") from None

    def process(self) -> Process | None:
        """Return the process that the shell started, or None if it has ended."""
        return next(iter(self.processes()), None)

    def processes(self) -> list[Process]:
        """Return the processes below the shell, oldest first."""
        shell = int(self.account.tmux("display-message", "-p", "-t", f"={self.session}:", "#{pane_pid}"))
        return family(lambda one: one.parent == shell)

    def _foreground(self) -> str:
        return self.account.tmux("display-message", "-p", "-t", f"={self.session}:", "#{pane_current_command}")

    def screen(self) -> str:
        """Return what the pane shows."""
        return self.account.tmux("capture-pane", "-p", "-t", f"={self.session}:")


def install(account: Account, name: str) -> None:
    """Put the program of an agent on the PATH of an account, with its own Node.js if it has one."""
    for path in (program(name), program(name).with_name("node")):
        link = account.bin / path.name
        if path.exists() and not link.exists():
            link.symlink_to(path)

"""A real terminal to run a program in and look at: a pane of a private tmux server.

    with Terminal(["navi"], lab.environment()) as terminal:
        terminal.wait_for("local")
        terminal.press("j", "Enter")

The program is started from an interactive shell, as a person would, so that Ctrl-Z, leaving, and what is left of the
terminal afterwards can be looked at too.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.support.machines import program
from tests.support.processes import end, family, processes
from tests.support.waiting import until

PROMPT = "shell> "
"""What the shell shows where the program is not running."""

TMUX_CONFIG = """\
set -g status off
set -g default-terminal tmux-256color
set -g escape-time 0
set -g history-limit 2000
"""

SHELL_CONFIG = """\
unset ENV
PS1={prompt}
program() {{
    {command}
}}
"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the cursor is, counted from 0 at the top left, and whether it is shown."""

    column: int
    row: int
    visible: bool


class Display(ABC):
    """A terminal of any kind: ways to type, and to look at what it shows."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type a text, character by character as it stands."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: `Enter`, `C-r`, `Down`, `Escape`, or a character."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size; the program gets SIGWINCH."""

    @abstractmethod
    def screen(self, escapes: bool = False) -> str:
        """Return the lines on the screen; with `escapes` colours stay as sequences."""

    def wait_for(self, wanted: str | re.Pattern[str], timeout: float = 30) -> str:
        """Wait until the screen shows a text, or matches a pattern, and return that screen.

        AssertionError shows the screen when `timeout` seconds have passed.
        """
        return self._wait(wanted, True, timeout)

    def wait_gone(self, unwanted: str | re.Pattern[str], timeout: float = 30) -> str:
        """Wait until the screen does not show a text, or match a pattern, any more; return that screen."""
        return self._wait(unwanted, False, timeout)

    def _wait(self, text: str | re.Pattern[str], shown: bool, timeout: float) -> str:
        pattern = re.compile(re.escape(text)) if isinstance(text, str) else text

        def look() -> str:
            screen = self.screen()
            return screen if bool(pattern.search(screen)) == shown else ""

        try:
            return until(look, timeout, f"{text!r} {'on' if shown else 'gone from'} the screen", interval=0.02)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.framed()}") from None

    def framed(self) -> str:
        """Return the screen with a line above and below, for messages."""
        line = "-" * 40
        return f"{line}\n{self.screen().rstrip()}\n{line}"


class Terminal(Display):
    """A terminal of `width` by `height` cells that runs `words` with exactly this environment.

    TERM is `tmux-256color`; TMUX is not set, so that the program does not think itself inside tmux.
    With `start=False` the shell waits at its prompt: call `start` when all is ready.
    """

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        width: int = 120,
        height: int = 40,
        start: bool = True,
    ) -> None:
        if "/" not in words[0] and not shutil.which(words[0], path=environment.get("PATH")):
            program(words[0])  # skips the test
        self.folder = Path(tempfile.mkdtemp(prefix="navi-terminal-", dir="/tmp"))
        (self.folder / "tmux.conf").write_text(TMUX_CONFIG)
        shell_config = SHELL_CONFIG.format(prompt=shlex.quote(PROMPT), command=shlex.join(words))
        (self.folder / "shell").write_text(shell_config)
        shell = f"exec env -u TMUX -u TMUX_PANE ENV={self.folder}/shell {program('sh')} -i"
        size = ["-x", str(width), "-y", str(height)]
        try:
            self._tmux("-f", f"{self.folder}/tmux.conf", "new-session", "-d", *size, shell, environment=environment)
            self.wait_prompt()
        except AssertionError:
            self.close()
            raise
        if start:
            self.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _tmux(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        command = [program("tmux"), "-u", "-S", f"{self.folder}/socket", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)
        assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Start the program from the shell's prompt."""
        self.type("program")
        self.press("Enter")

    def type(self, text: str) -> None:
        """Type a text, character by character as it stands."""
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: `Enter`, `C-r`, `Down`, `Escape`, `M-x`, `F1`, or a character."""
        self._tmux("send-keys", "--", *keys)

    def screen(self, escapes: bool = False) -> str:
        """Return the lines on the screen, without blanks at their ends; with `escapes` colours stay as sequences, and
        blanks, which may have a colour.
        """
        return self._tmux("capture-pane", "-p", *(["-e", "-N"] if escapes else []))

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size; the program gets SIGWINCH."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def cursor(self) -> Cursor:
        """Return where the cursor is."""
        column, row, visible = self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y} #{cursor_flag}").split()
        return Cursor(int(column), int(row), visible == "1")

    @property
    def shell_pid(self) -> int:
        """The pid of the interactive shell."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}"))

    @property
    def pid(self) -> int:
        """The pid of the program; AssertionError when it does not start within ten seconds, or has ended."""
        shell = self.shell_pid
        return until(lambda: [one.pid for one in processes() if one.parent == shell], what="a program runs")[0]

    def wait_prompt(self, timeout: float = 30) -> str:
        """Wait until the program has left the terminal to the shell, ended or stopped; return the screen."""
        return self.wait_for(re.compile(rf"{PROMPT.rstrip()}\s*\Z"), timeout)

    def exit_status(self) -> int:
        """Return the status of the program, which must have ended: $? in the shell."""
        self.wait_prompt()
        self.type('echo "ended with $?."')
        self.press("Enter")
        found = re.search(r"^ended with (\d+)\.", self.wait_for(re.compile(r"^ended with \d+\.", re.MULTILINE)), re.M)
        assert found
        return int(found[1])

    def close(self) -> None:
        """End the program, the shell and the tmux server."""
        end(lambda: family(lambda one: one.mentions(self.folder)))
        shutil.rmtree(self.folder, ignore_errors=True)

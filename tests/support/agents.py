"""Programs in panes that look like coding agents, and do what a test wants.

agent = Agent(lab.local, "claude")
agent.show("Do you want to proceed?", "1. Yes")
agent.write_state(status="busy")
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from tests.support.machines import Account
from tests.support.processes import processes, read
from tests.support.waiting import until

SCRIPT = 'stty -echo -icanon\nexec 3<>"$1"\nprintf "" >"$1.ready"\nwhile IFS= read -r line <&3; do eval "$line"; done\n'
"""Does what it is sent. Between two lines it puts out nothing."""

ASK_TERMINAL = "printf '\\033[6n'; IFS= read -r -s -d R -t 5 reply </dev/tty\n"
"""Waits until the terminal has told where its cursor is: what was put out before is on the screen."""

LINE = "\u2500" * 40
CLAUDE_BOX = (LINE, "\u276f\u00a0", LINE, "  ? for shortcuts \u00b7 \u2190 for agents")
CLAUDE_BUSY = (LINE, "\u276f\u00a0", LINE, "  esc to interrupt \u00b7 \u2190 for agents")
CLAUDE_ASKS = (
    "Bash command",
    "  touch x",
    "Do you want to proceed?",
    "\u276f 1. Yes",
    "  2. No",
    "Esc to cancel \u00b7 Tab to amend",
)


class Agent:
    """A program with an agent's name in a pane of its own session: the pane's process, or below a shell."""

    def __init__(self, account: Account, name: str = "claude", session: str = "api", below: bool = False) -> None:
        self.account = account
        self.session = session
        self._commands = account.home / f"{session}.commands"
        self._number = 0
        os.mkfifo(self._commands)
        script = account.home / "agent.sh"
        script.write_text(SCRIPT)
        start = f"exec -a {name} bash {script} {shlex.quote(str(self._commands))}"
        account.new_session(
            session, f"bash -c {shlex.quote(start)}; true" if below else f"exec bash -c {shlex.quote(start)}"
        )
        self.pane = int(account.tmux("display-message", "-p", "-t", f"={session}:", "#{pane_pid}"))
        until(Path(f"{self._commands}.ready").exists, what="the agent runs")
        self.process = self._find(name)
        found = read(self.process)
        assert found
        self.started = found.started

    def _find(self, name: str) -> int:
        below = (one for one in processes() if self.pane in (one.pid, one.parent))
        return next(one.pid for one in below if one.words.startswith(f"{name} "))

    def do(self, script: str) -> None:
        """Let it run some bash, and wait until it is done and tmux has seen what was put out."""
        self._number += 1
        text, done = (Path(f"{self._commands}.{self._number}.{kind}") for kind in ("sh", "done"))
        text.write_text(f"{script}\n{ASK_TERMINAL}: >{shlex.quote(str(done))}\n")
        with self._commands.open("w") as commands:
            commands.write(f". {shlex.quote(str(text))}\n")
        until(done.exists, what=f"the agent has done {script!r}")

    def show(self, *lines: str) -> None:
        """Clear the screen, and print these lines at its top."""
        self.do(f"printf '\\033[2J\\033[H%s' {shlex.quote(chr(10).join(lines))}")

    def state_file(self) -> Path:
        """Return the path of its state file."""
        return self.account.home / ".claude" / "sessions" / f"{self.process}.json"

    def state(self, **fields: object) -> str:
        """Return the text of a state file of this process; `fields` are added or override."""
        whole = {"pid": self.process, "sessionId": "one", "procStart": str(self.started), "status": "idle"} | fields
        return json.dumps(whole, separators=(",", ":"))

    def write_state(self, text: str = "", **fields: object) -> None:
        """Write its state file in place, as Claude does."""
        self.state_file().parent.mkdir(parents=True, exist_ok=True)
        self.state_file().write_text(text or self.state(**fields))

    def text(self) -> Sequence[str]:
        """Return what its pane shows."""
        return self.account.tmux("capture-pane", "-p", "-t", f"={self.session}:").splitlines()

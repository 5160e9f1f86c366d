"""A stand-in for an agent that asks: it draws Claude Code's dialogs, and notes which key came while it asked what.

with asking(lab.local, "api") as asker:
    asker.ask("touch x")
    navi(lab, "answer", "api", "--allow")
    assert asker.notes() == [("touch x", "1")]

A test puts another question on its screen at any time. One that was answered goes, unless the program is `stubborn`. A
program that is `deaf` notes the keys that come within so many seconds after it has drawn a question, and ignores them.
With `older`, it reports in its state file that each question is so many seconds older than it is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.machines import Account, replace
from tests.support.waiting import until

PROGRAM = '''#!{python}
import json, os, select, sys, termios, time, tty
wanted, taken, stubborn, deaf, older = sys.argv[1], sys.argv[2], sys.argv[3] == "True", float(sys.argv[4]), sys.argv[5]
RULE = "\\u2500" * 60
DIALOG = RULE + """
 Bash command

   {{}}
   Run a command

 Do you want to proceed?
 \\u276f 1. Yes
   2. Yes, and always allow access to work/ from this project
   3. No

 Esc to cancel \\u00b7 Tab to amend
"""
BOX = RULE + "\\n\\u276f\\u00a0\\n" + RULE + "\\n  ? for shortcuts\\n"

def draw(text):
    shown = DIALOG.format(text) if text else BOX
    sys.stdout.write("\\x1b[H\\x1b[2J\\x1b[?25l" + shown.replace("\\n", "\\r\\n"))
    sys.stdout.flush()

def report(text):
    if older == "None":
        return
    folder = os.path.expanduser("~/.claude/sessions")
    os.makedirs(folder, exist_ok=True)
    with open("/proc/self/stat") as file:
        started = file.read().rpartition(")")[2].split()[19]
    state = {{"pid": os.getpid(), "procStart": started, "status": "waiting" if text else "idle",
             "statusUpdatedAt": int((time.time() - float(older)) * 1000)}}
    if text:
        state["waitingFor"] = "permission prompt"
    path = "%s/%s.json" % (folder, os.getpid())
    with open(path + ".new", "w") as file:
        json.dump(state, file)
    os.replace(path + ".new", path)

def read():
    try:
        with open(wanted) as file:
            return file.read()
    except OSError:
        return ""

def take(wait):
    global asked
    if not select.select([0], [], [], wait)[0]:
        return
    for key in os.read(0, 100).decode(errors="replace"):
        with open(taken, "a") as file:
            file.write("%s\\t%s\\n" % (asked, key))
        if asked and key in "123" and not stubborn and time.monotonic() >= listens:
            asked = ""
            report(asked)
            draw(asked)

tty.setraw(0, termios.TCSANOW)
asked, seen, listens = "", None, 0.0
while True:
    now = read()
    if now != seen:
        # Events are handled in their order: a key that came before the change is of the question before.
        take(0)
        seen, asked = now, now.partition("\\n")[2]
        report(asked)
        draw(asked)
        listens = time.monotonic() + deaf
    take(0.002)
'''
"""Each line that it notes has the command that it asks about, and a key."""


class Asker(NamedTuple):
    """The program in a session of an account."""

    account: Account
    session: str
    wanted: Path
    taken: Path

    def command(self, stubborn: bool = False, deaf: float = 0.0, older: float | None = None) -> str:
        """Return the command line of the program: below a shell, for tmux would continue a suspended process."""
        words = [self.account.bin / "claude", self.wanted, self.taken, stubborn, deaf, older]
        return f"{' '.join(map(str, words))}; :"

    def put(self, command: str) -> None:
        """Ask whether this command may run, in place of any other question; "" asks nothing. Does not wait."""
        replace(self.wanted, f"{time.monotonic_ns()}\n{command}")

    def ask(self, command: str) -> None:
        """The same, and wait until it is on the screen."""
        self.put(command)
        until(lambda: f"   {command}\n" in self.screen(), what=f"{self.session} asks about {command!r}")

    def notes(self) -> list[tuple[str, str]]:
        """Return the keys that it got, each with the command that it asked about then, "" for none."""
        lines = self.taken.read_text().splitlines() if self.taken.exists() else []
        return [(line.partition("\t")[0], line.partition("\t")[2]) for line in lines]

    def screen(self) -> str:
        """Return what its pane shows."""
        return self.account.tmux("capture-pane", "-p", "-t", f"={self.session}:")


@contextmanager
def asking(
    account: Account, session: str, stubborn: bool = False, deaf: float = 0.0, older: float | None = None
) -> Iterator[Asker]:
    """Start the program in a session of its own, and yield it."""
    program = account.bin / "claude"
    if not program.exists():
        replace(program, PROGRAM.format(python=sys.executable), mode=0o700)
    asker = Asker(account, session, account.home / f"{session}.wanted", account.home / f"{session}.taken")
    command = asker.command(stubborn, deaf, older)
    account.tmux("new-session", "-d", "-s", session, "-x", "100", "-y", "30", command)
    until(lambda: "? for shortcuts" in asker.screen(), what=f"{session} is at its prompt")
    yield asker

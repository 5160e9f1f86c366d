"""Recorded screens of agents that take what is typed into their boxes: see fake_agent.py."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from navi.core.agents import AGENTS
from tests.support.machines import Account
from tests.support.waiting import until

FAKE = Path(__file__).parent / "fake_agent.py"

SENT = {
    "claude": "❯ ", "codex": "› ", "gemini": " > ", "opencode": "  ┃  ", "qwen": "  > ", "copilot": " ❯ ",
    "aider": "> ", "vibe": "> ", "pi": " ", "kimi": " ✨ ", "cline": " ❯ ",
}  # fmt: skip
"""What is before a prompt that was sent."""


def box_of(agent: str, screen: str) -> tuple[int, int, str]:
    """Return where the draft begins in the box of a screen, row and column from 1, and what is there."""
    box, lines = next(kind.box for kind in AGENTS if kind.name == agent), screen.rstrip("\n").split("\n")
    assert box
    bottom = next((row for row in reversed(range(len(lines))) if re.search(box.end, lines[row])), 0)
    bottom = bottom if box.end else len(lines)
    edge, below = [*lines, "", ""][bottom : bottom + 2]
    if box.end and re.search(box.end, edge) and not re.search(box.start, edge) and re.search(box.start, below):
        bottom = len(lines)  # the lower end of the box is below the pane
    row = next((row for row in reversed(range(bottom)) if re.search(box.start, lines[row])), None)
    if row is None or any(re.search(box.end or "^$", line) for line in lines[row:bottom]):
        return len(lines) + 1, 1, ""
    while row > 0 and re.search(box.start, lines[row - 1]) and not re.search(box.end or "^$", lines[row - 1]):
        row -= 1
    top, row = row, next((one for one in range(row, bottom) if re.sub(box.start, "", lines[one]).strip()), row)
    found = re.match(box.start, lines[row])
    assert found
    inner = [re.sub(box.start, "", line) for line in lines[top:bottom]]
    inner = [re.sub(box.side, "", line) for line in inner] if box.side else inner
    shown = " ".join(inner).replace("\u200b", "").strip()
    blank = 1 if found[0][-1:].isspace() else 2  # the recording may end before the blank
    return row + 1, found.end() + blank, "" if box.hint and re.match(box.hint, shown) else shown


def shows(
    account: Account, agent: str, screen: str, title: str = "", prefix: str = "", history: str = "", after: str = ""
) -> None:
    """Start an agent in the session `api` that shows a screen and takes what is typed.

    `prefix` is before a prompt that was sent, in place of the agent's own; `history` is in the scrollback, and `after`
    are the screens that follow when a text was taken (see fake_agent.py).
    """
    (account.home / "history").write_text(history)
    if after:
        (account.home / "next").write_text(after)
    path = account.bin / agent
    account.home.joinpath("screen").write_text(screen)
    row, column, _ = box_of(agent, screen)
    words = shlex.join([sys.executable, str(FAKE), "screen", str(row), str(column), prefix or SENT[agent], title])
    path.write_text(f"#!/bin/sh\ncat history\n{words}\n")
    path.chmod(0o755)
    account.tmux("new-session", "-d", "-s", "api", "-x", "112", "-y", "60", f"{path}; true")
    until(lambda: len(shown(account)) > 20, what="the screen")


def shown(account: Account) -> str:
    """Return what the pane shows."""
    return account.tmux("capture-pane", "-p", "-t", "=api:").strip()


def typed(account: Account) -> str:
    """Return what the agent has got."""
    path = account.home / "typed"
    return path.read_text() if path.exists() else ""

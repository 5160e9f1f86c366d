"""A question of Claude Code with any choices, or of another agent as its screen was recorded: it notes the first key
that it gets, and shows an empty box then.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.support.machines import Account, replace
from tests.support.waiting import until

RULE = "─" * 60

PROGRAM = """\
#!/bin/sh
stty raw -echo
printf '\\033[?25l\\033[H\\033[2J'
sed 's/$/\\r/' "$HOME/asked"
dd bs=1 count=1 of="$HOME/taken" 2>/dev/null
printf '\\033[H\\033[2J'
sed 's/$/\\r/' "$HOME/box"
sleep 1000
:
"""


def asks(account: Account, choices: Sequence[str], above: str = "", session: str = "api", rows: int = 60) -> Path:
    """Start it in a session, with text `above` the question; return the file of the key that it gets. Lines of a
    choice behind its first one are its description.
    """
    lines = [f"{'❯' if n == 1 else ' '} {n}. {choice}" for n, choice in enumerate(choices, 1)]
    foot = "Enter to select · ↑/↓ to navigate · Esc to cancel"
    asked = "\n".join([RULE, " ☐ Choice ", "", *([above, ""] if above else []), "Which one?", "", *lines, "", foot, ""])
    shown = ("Esc to cancel", f"{len(choices)}. ")
    box = f"{RULE}\n❯\u00a0\n{RULE}\n  ? for shortcuts\n"
    return asks_as(account, "claude", asked, box, shown, session, ("100", str(rows)))


def asks_as(
    account: Account, agent: str, asked: str, box: str, shown: Sequence[str], session: str = "api",
    size: tuple[str, str] = ("110", "36"),
) -> Path:  # fmt: skip
    """Start an agent that shows the screen `asked`, and `box` after a key; return the file of the key that it gets."""
    replace(account.home / "asked", asked)
    replace(account.home / "box", box)
    replace(account.bin / agent, PROGRAM, mode=0o700)
    account.tmux("new-session", "-d", "-s", session, "-x", size[0], "-y", size[1], f"{account.bin / agent}; :")
    until(lambda: all(one in account.tmux("capture-pane", "-p", "-t", f"={session}:") for one in shown), what="it asks")
    return account.home / "taken"

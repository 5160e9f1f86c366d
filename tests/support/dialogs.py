"""A question of Claude Code with any choices: it notes the first key that it gets, and shows an empty box then."""

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
    replace(account.home / "asked", asked)
    replace(account.home / "box", f"{RULE}\n❯\u00a0\n{RULE}\n  ? for shortcuts\n")
    replace(account.bin / "claude", PROGRAM, mode=0o700)
    account.tmux("new-session", "-d", "-s", session, "-x", "100", "-y", str(rows), f"{account.bin / 'claude'}; :")
    shown = ("Esc to cancel", f"{len(choices)}. ")
    until(lambda: all(one in account.tmux("capture-pane", "-p", "-t", f"={session}:") for one in shown), what="it asks")
    return account.home / "taken"

"""Which choice of a row is marked: by its background alone, as OpenCode draws it."""

from __future__ import annotations

import os
import subprocess

import pytest

from navi.core.agents import AGENTS
from tests.agents.test_screens import ROOT
from tests.support.awks import awk_command, every_awk
from tests.support.machines import program

SCRIPT = ROOT / "navi/sh/pane/marked.awk"

LABELS = next(dialog.labels for kind in AGENTS for dialog in kind.dialogs if dialog.labels)

START, END = "  \x1b[38;5;215m┃\x1b[38;5;15m\x1b[{}m  ", "   \x1b[38;5;255mctrl+f \x1b[38;5;8mfullscreen"


def row(*labels: str, marked: int, on: str = "48;5;215", off: str = "48;5;234") -> str:
    """Return a line with these labels, one of them with another background."""
    parts = [
        f"\x1b[{on}m \x1b[30m{label}\x1b[38;5;15m \x1b[{off}m" if at == marked else f" \x1b[38;5;8m{label}\x1b[39m "
        for at, label in enumerate(labels, 1)
    ]
    return START.format(off) + " ".join(parts) + END


THREE = ("Allow once", "Allow always", "Reject")

ROWS = {
    "the first": (row(*THREE, marked=1), "1"),
    "the second": (row(*THREE, marked=2), "2"),
    "the last": (row(*THREE, marked=3), "3"),
    "of two": (row("Confirm", "Cancel", marked=2), "2"),
    "none": (row(*THREE, marked=0), "0"),
    "full colours": (row(*THREE, marked=2, on="48;2;250;178;131", off="48;2;30;30;30"), "2"),
    "reverse": (row(*THREE, marked=2, on="7", off="0"), "2"),
    "no row": ("Reject what I said", "0"),
}


@every_awk
@pytest.mark.parametrize(("line", "number"), ROWS.values(), ids=ROWS)
def test_the_marked_choice_has_another_background(line: str, number: str, awk: str) -> None:
    variables = os.environ | {"LC_ALL": "C", "navi_labels": LABELS}
    command = [*awk_command(awk, program(awk)), "-f", str(SCRIPT)]
    done = subprocess.run(command, input=f"above\n{line}\n".encode(), capture_output=True, env=variables, check=True)
    assert (done.stdout.decode().strip(), done.stderr) == (number, b"")

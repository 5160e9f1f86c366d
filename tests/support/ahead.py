"""Clocks that are ahead: what happens now looks old to navi, and looks the same for a while.

put_ahead(account, 2 * DAY)                      # what date(1) tells there
Terminal(navi_ahead(2 * DAY), environment)       # what navi takes for the time here

tmux, agents and files have the real time, as if everything had happened so long ago and nothing since.
"""

from __future__ import annotations

import sys

from tests.support.machines import Account, program, replace

DATE = '#!/bin/sh\nexec {date} -d "{seconds} seconds" "$@"\n'
"""A replacement for date, of GNU's. A later -d of the caller's counts instead."""

BASH = '#!/bin/sh\nBASH_ENV={folder}/asks_date exec {bash} "$@"\n'
"""A replacement for bash, which knows the time without date unless that variable is unset."""

NAVI = """\
import sys, time
real, ahead = time.time, float(sys.argv.pop(1))
time.time = lambda: real() + ahead
from navi.cli import program
program()
"""
"""Runs navi's command line in a process whose clock is ahead."""


def put_ahead(account: Account, seconds: int) -> None:
    """Set the clock of an account ahead, as far as scripts see it. `sh` is one that asks date for the time."""
    replace(account.bin / "date", DATE.format(date=program("date"), seconds=seconds), mode=0o755)
    replace(account.bin / "asks_date", "unset EPOCHSECONDS\n")
    replace(account.bin / "bash", BASH.format(folder=account.bin, bash=program("bash")), mode=0o755)
    shell = account.bin / "sh"
    if not shell.exists():
        shell.symlink_to(program("dash"))


def navi_ahead(seconds: int) -> list[str]:
    """Return the words that run navi in a process whose clock is ahead; arguments may follow."""
    return [sys.executable, "-c", NAVI, str(seconds)]

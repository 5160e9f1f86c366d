"""A gate: a FIFO in an account's home, at which its shells wait until a test lets one of them go on."""

from __future__ import annotations

import errno
import os

from tests.support.machines import Account
from tests.support.waiting import until

WAITS = "until read -r _ <~/gate; do :; done"
"""What a shell runs to wait. It tries again if it opened the gate while the test had not closed it yet."""


def build_gate(account: Account) -> None:
    """Put the gate there."""
    os.mkfifo(account.home / "gate")


def open_gate(account: Account) -> None:
    """Let the shell that waits at the gate go on. Raise AssertionError if none comes there."""

    def opened() -> bool:
        try:
            gate = os.open(account.home / "gate", os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == errno.ENXIO:  # no shell waits there
                return False
            raise
        os.write(gate, b"go\n")
        os.close(gate)
        return True

    until(opened, what="a shell waits at the gate")

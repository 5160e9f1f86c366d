"""A hub that runs, with its relay: `navi serve` in a lab."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.support.machines import Lab
from tests.support.waiting import until


@contextmanager
def serving(lab: Lab, variables: Mapping[str, str] | None = None, port: int = 0) -> Iterator[subprocess.Popen[str]]:
    """Run `navi serve` until the context is left, and wait until its relay is connected. `variables` are added to its
    environment, and so to that of agents on this machine. Its page is at `port`, or any free one.
    """
    hub = subprocess.Popen(
        [sys.executable, "-m", "navi", "serve", "--port", str(port)], env=lab.environment() | dict(variables or {}),
        text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until(lambda: status(lab) == 0, what="the relay is connected")
        yield hub
    finally:
        hub.terminate()
        hub.communicate(timeout=30)
        words = [sys.executable, "-m", "navi", "daemon", "stop"]
        subprocess.run(words, env=lab.environment(), capture_output=True, check=False)


def status(lab: Lab) -> int:
    """Return the exit status of `navi daemon status`."""
    words = [sys.executable, "-m", "navi", "daemon", "status"]
    return subprocess.run(words, env=lab.environment(), capture_output=True, check=False).returncode

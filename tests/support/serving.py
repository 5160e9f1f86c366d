"""A hub that runs, with its relay: `navi serve` in a lab."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

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
        daemon(lab, "stop")


def daemon(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `navi daemon` in a lab."""
    command = [sys.executable, "-m", "navi", "daemon", *words]
    return subprocess.run(command, env=lab.environment(), capture_output=True, text=True, check=False)


def status(lab: Lab) -> int:
    """Return the exit status of `navi daemon status`."""
    return daemon(lab, "status").returncode


def process_of_relay(lab: Lab) -> int:
    """Return the relay's process."""
    done = daemon(lab, "status")
    assert done.returncode == 0, done.stderr
    return int(done.stdout.partition("(process ")[2].partition(")")[0])


@contextmanager
def without_relay(lab: Lab) -> Iterator[None]:
    """Kill the relay, and keep another one from starting: this process waits for its lock before it ends."""
    path = Path(lab.environment()["XDG_STATE_HOME"]) / "navi" / "daemon.lock"
    with path.open() as lock, ThreadPoolExecutor(1) as pool:
        taken = pool.submit(fcntl.flock, lock, fcntl.LOCK_EX)
        until(lambda: is_awaited(lock), what="this process waits for the lock")
        os.kill(process_of_relay(lab), signal.SIGKILL)
        taken.result(60)
        yield


def is_awaited(lock: TextIO) -> bool:
    """Return whether a process waits for the lock of a file."""
    waiting = re.compile(rf"-> FLOCK .*:{os.fstat(lock.fileno()).st_ino} ")
    return any(map(waiting.search, Path("/proc/locks").read_text().splitlines()))

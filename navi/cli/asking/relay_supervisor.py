"""Keeping a relay beside the hub: it is started again when it ends, and one of another version is replaced."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import trio

from navi.cli.verbs.daemon import RELAY
from navi.core.log import Log
from navi.headless.only_one import holder

STARTS_AGAIN = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds after which a relay that has ended is started again."""

STEADY_AFTER = 60.0
"""Seconds after which a relay counts as one that works."""


class RelaySupervisor:
    """Runs a relay in a process of its own. Another one that runs is left alone, as long as it is of this version.

    It may outlive this process, so that it has nothing of its terminal. `lock` is the file that a relay locks.
    """

    def __init__(self, environment: Mapping[str, str], lock: Path, log: Log) -> None:
        self._environment = environment
        self._lock = lock
        self._log = log
        self._own = 0
        self._replaced = 0
        self._attempt = 0
        self._wanted = trio.Event()

    async def run(self) -> None:
        """Keep a relay until cancelled."""
        while True:
            began = trio.current_time()
            status = await self._relay()
            self._attempt = 0 if trio.current_time() - began > STEADY_AFTER else self._attempt + 1
            self._log.warning("the relay ended with status %d", status)
            self._wanted = trio.Event()
            with trio.move_on_after(STARTS_AGAIN[min(self._attempt, len(STARTS_AGAIN) - 1)]):
                await self._wanted.wait()

    async def _relay(self) -> int:
        """Run a relay until it ends; return its exit status."""
        work = partial(
            trio.run_process, RELAY, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False, env=self._environment, start_new_session=True, deliver_cancel=_terminate,
        )  # fmt: skip
        try:
            async with trio.open_nursery() as nursery:
                process = await nursery.start(work)
                self._own = process.pid
        finally:
            self._own = 0
        return int(process.returncode)

    def replace(self, process: int) -> None:
        """End a relay of another version, so that one of this version takes its place. A relay that was started here
        stays: it is of the version that is installed now, and so would be its successor.
        """
        if process in (0, self._own, self._replaced) or process != holder(self._lock):
            return
        self._log.warning("the relay (process %d) is of another version; it is replaced", process)
        self._replaced, self._attempt = process, 0
        with suppress(OSError):  # it may end meanwhile
            os.kill(process, signal.SIGTERM)
        self._wanted.set()


async def _terminate(process: trio.Process) -> None:
    """End the relay with the hub: it closes its connections first."""
    process.terminate()
    with trio.move_on_after(5):
        await process.wait()
        return
    process.kill()

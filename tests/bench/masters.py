"""masters: a verb whose master hangs, and the one after it. The floor is the same verb over a master that answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import trio

from navi.config.remote import Remote
from navi.hosts.exchange import connect_limit
from tests.bench.laboratory import ROOT, Run, laboratory
from tests.bench.report import Row
from tests.support.hosts import master
from tests.support.machines import Lab


async def measure(run: Run) -> list[Row]:
    """Stop the master of a host again and again, and time two verbs each time."""
    before, first, second = [], [], []
    async with run.turn:
        with laboratory() as lab:
            lab.remotes_yaml([lab.machine("box")])
            await _verb(lab)
            for _ in range(run.pick(10, 3)):
                before.append(await _verb(lab))
                os.kill(master(lab), signal.SIGSTOP)
                first.append(await _verb(lab))
                second.append(await _verb(lab))
    limit = 1000 * (connect_limit(Remote("box", "box")) + 5)
    return [
        Row("masters: ls, the master hangs", "ms", first, before, {"max": limit}),
        Row("masters: ls, the next one", "ms", second, before),
    ]


async def _verb(lab: Lab) -> float:
    """Run `navi ls` of the host; return the milliseconds that it took."""
    words = [sys.executable, "-m", "navi", "ls", "--host", "box"]
    began = time.perf_counter()
    await trio.run_process(words, env=lab.environment(), cwd=ROOT, stdin=subprocess.DEVNULL, capture_stdout=True)
    return 1000 * (time.perf_counter() - began)

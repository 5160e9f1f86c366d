"""headless: the time from a line that an agent writes until navi has it, with 20 agents that write 50 lines a second.

All of them come through one stream of their host. The floor is the same line through `tail -f`, of one more agent, with
nothing else: over ssh for a remote.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import aclosing

import trio

from navi.hosts import Host
from navi.hosts.trio_local import LocalHost
from navi.ops.headless import runs as headless
from navi.ops.headless.runs import RunId
from navi.ops.headless.tail import LogLines, Position, tail
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.support.headless import folder
from tests.support.hosts import host, opened
from tests.support.machines import Account, Lab
from tests.support.scripts import settings_of

SESSIONS, RATE, LENGTH = 20, 50, 500

SETTLING = 5.0
"""Seconds after which all agents write."""

WRITER = f"""
import random, sys, time
time.sleep(random.random())
while True:
    sys.stdout.write(("%.6f " % time.time()).ljust({LENGTH - 1}, "x") + "\\n")
    sys.stdout.flush()
    time.sleep({1 / RATE})
"""
"""An agent that writes when it writes."""

FLOOR = RunId("floor")


async def measure(run: Run) -> list[Row]:
    """Return the rows of this machine and of one on loopback."""
    async with run.turn:
        with laboratory() as lab:
            here = LocalHost(settings_of(lab.local), lab.environment())
            rows = [await _measure(run, lab.local, here, ("sh", "-c"), lab, "here")]
            machine = lab.machine("near")
            async with opened(host(lab, machine)) as there:
                ssh = (str(lab.folder / "bin" / "ssh"), machine.name)
                return [*rows, await _measure(run, machine, there, ssh, lab, "loopback")]


async def _measure(run: Run, account: Account, place: Host, shell: Sequence[str], lab: Lab, where: str) -> Row:
    ids = [RunId(f"bench_{number}") for number in range(SESSIONS)]
    for id in (FLOOR, *ids):
        await place.run(headless.start_run(id, (sys.executable, "-c", WRITER), ""))
    await trio.sleep(SETTLING)
    seconds = run.pick(20, 6)
    floor = await _through_tail([*shell, f"tail -c 0 -f '{folder(account, FLOOR)}/log'"], lab, seconds)
    delays = await _through_navi(place, ids, seconds)
    for id in (FLOOR, *ids):
        await place.run(headless.end_run(id, 0))
    return Row(f"headless: a line of 20 agents, {where}", "ms", delays, floor, limits={"median": 20, "p95": 60})


async def _through_navi(place: Host, ids: Sequence[RunId], seconds: float) -> list[float]:
    """Follow all agents, and return the milliseconds of each line."""
    runs = {one.id: one for one in (await place.run(headless.look_at_runs())).runs}
    found: list[float] = []
    with trio.move_on_after(seconds):
        async with place.watch(tail([Position(id, runs[id].size // LENGTH * LENGTH) for id in ids])) as watch:
            async for news in watch:
                now = time.time()
                for one in news:
                    if isinstance(one, LogLines):
                        found += delays_of(one.data, now)
    return found[len(found) // 5 :]  # the first ones waited for the stream


async def _through_tail(words: Sequence[str], lab: Lab, seconds: float) -> list[float]:
    """Follow one agent with tail alone, and return the milliseconds of each line."""
    found: list[float] = []
    with trio.move_on_after(seconds):
        async with trio.open_nursery() as nursery:
            started = await nursery.start(lambda task_status: trio.run_process(
                words, env=lab.environment(), capture_stdout=False, stdout=-1, check=False, task_status=task_status
            ))  # fmt: skip
            async with aclosing(started.stdout) as stream:
                async for data in stream:
                    found += delays_of(data, time.time())
    return found


def delays_of(data: bytes, now: float) -> Iterator[float]:
    """Yield the milliseconds since each whole line was written."""
    for line in data.split(b"\n")[:-1]:
        if len(line) == LENGTH - 1:
            yield (now - float(line.split(b" ")[0])) * 1000

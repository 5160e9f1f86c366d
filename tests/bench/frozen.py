"""frozen: how much a frozen machine delays the others. The floor is their freshness before it froze."""

from __future__ import annotations

from contextlib import AsyncExitStack
from statistics import median

import trio

from tests.bench.display import Display
from tests.bench.laboratory import Run, Write, laboratory, navi, noticed, noticed_often, replacing
from tests.bench.report import Row
from tests.support.machines import Lab, Machine

EVERY = 0.8
"""Seconds between two changes on a machine, about."""


async def measure(run: Run) -> list[Row]:
    """Measure two machines while a third one responds, and while it is frozen long enough for navi to give up on it."""
    async with run.turn, AsyncExitStack() as stage:
        lab = stage.enter_context(laboratory())
        machines = [_machine(lab, name) for name in ("first", "second", "third")]
        lab.remotes_yaml(machines)
        dashboard = await stage.enter_async_context(navi(lab))
        writers = [replacing(machine, "work") for machine in machines]
        for write in writers:
            await noticed(write, dashboard)
        before = await delays(dashboard, writers[:2], run.pick(30, 10))
        machines[2].freeze()
        during = await delays(dashboard, writers[:2], run.pick(30, 10))
        machines[2].thaw()
    return [Row("frozen: freshness of the others", "ms", during, before, {"median": median(before) + 50})]


def _machine(lab: Lab, name: str) -> Machine:
    machine = lab.machine(name)
    machine.new_session("work", "sleep 10000")
    machine.write_status("work")
    return machine


async def delays(dashboard: Display, writers: list[Write], times: int) -> list[float]:
    """Change a message on each of several machines; return the milliseconds until each was shown."""
    measured: list[float] = []

    async def change(write: Write) -> None:
        for found in await noticed_often(write, [dashboard], times, EVERY):
            measured.extend(found)

    async with trio.open_nursery() as nursery:
        for write in writers:
            nursery.start_soon(change, write)
    return measured

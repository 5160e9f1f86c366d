"""isolation: what a host that never stops talking costs the others. The floors are the same figures without it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from statistics import median

import trio

from tests.bench.display import Screen
from tests.bench.frozen import delays
from tests.bench.keys import memory, press, replay
from tests.bench.laboratory import Run, Write, laboratory, navi, noticed
from tests.bench.report import Row
from tests.support import hostile
from tests.support.machines import Lab, Machine

KINDS = ("heartbeats", "frames", "errors")

SESSIONS = 11
"""Sessions on each of the good hosts, so that the cursor has a way to go. No two have the same name."""

PEACE = 4.0
"""Seconds after which a host that talks is at it."""

Figures = tuple[list[float], list[float], float]
"""Freshness of the others and time of a key in milliseconds, and megabytes of memory."""


async def measure(run: Run) -> list[Row]:
    """Measure two hosts alone, and then with a third one that talks without end, in each way."""
    async with run.turn:
        fresh, keys, _ = await _measure(run, "")
        rows = []
        for kind in KINDS:
            disturbed, pressed, size = await _measure(run, kind)
            rows += [
                Row(f"isolation: freshness beside {kind}", "ms", disturbed, fresh, {"median": 1.2 * median(fresh)}),
                Row(f"isolation: a key beside {kind}", "ms", pressed, keys, {"p95": 16}),
                Row(f"isolation: memory beside {kind}", "MB", [size], limits={"max": 80}),
            ]
    return rows


async def _measure(run: Run, kind: str) -> Figures:
    async with AsyncExitStack() as stack:
        lab = stack.enter_context(laboratory())
        machines = [_machine(lab, name) for name in ("first", "second")]
        lab.remotes_yaml([*machines, *([talker(lab, kind)] if kind else [])])
        dashboard = await stack.enter_async_context(navi(lab))
        writers = [_asking(machine) for machine in machines]
        for write in writers:
            await noticed(write, dashboard)
        await trio.sleep(PEACE)
        found = await delays(dashboard, writers, run.pick(30, 10))
        return found, await _keys(dashboard, run), memory(dashboard.pid)[1]


def _machine(lab: Lab, name: str) -> Machine:
    machine = lab.machine(name)
    for number in range(SESSIONS):
        machine.new_session(f"{name}-{number:02}", "exec -a claude sleep 10000")
    return machine


def _asking(machine: Machine) -> Write:
    """Return what writes a message of a session that needs a person, and so is above all those of the talker."""
    return lambda message: machine.write_status(f"{machine.name}-00", status="permission", message=message)


async def _keys(dashboard: Screen, run: Run) -> list[float]:
    times = await press(dashboard, "j" * 10 + "jk" * run.pick(100, 20), slowly=4)
    return replay(dashboard.log, times)


def talker(lab: Lab, kind: str) -> dict[str, object]:
    """Make a machine whose login shell talks without end, and return its entry in remotes.yaml."""
    shell = hostile.install(lab.folder, kind)
    return lab.machine("talker", shell=str(shell)).remote()

"""freshness: the time from a write of a remote status file until its message is on the screen.

The writer knows nothing of navi. The floor is the time until a fleet without a screen has the same change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from statistics import median

import trio

from tests.bench.display import Display, bare_fleet
from tests.bench.laboratory import Run, Write, in_place, laboratory, navi, noticed, noticed_often, replacing
from tests.bench.report import Row
from tests.support.machines import Lab
from tests.support.relay import Relay

DELAY = 0.05
"""Seconds of delay to the distant machine, one way."""

EVERY = 1.3
"""Approximate seconds between two changes on a machine."""

QUIET = 60.0
"""Seconds without any change before the last one."""


async def measure(run: Run) -> list[Row]:
    """Change the files on three machines often, then once more after a quiet minute."""
    async with AsyncExitStack() as stage:
        async with run.turn:
            writers = _furnish(stage, lab := stage.enter_context(laboratory()))
            screens = (navi(lab), bare_fleet(lab.environment()))
            displays = [await stage.enter_async_context(opened) for opened in screens]
            rows = await _active(writers, displays, run.pick(30, 10))
        names = ("near", "still", "near")[: run.pick(3, 1)]
        later = [await _after_quiet(run, writers[name], displays) for name in names]
    return [*rows, _row("after a quiet minute", list(zip(*later, strict=True)), {"max": 1200})]


def _furnish(stage: AsyncExitStack, lab: Lab) -> dict[str, Write]:
    """Make three machines, one of them distant, each with a session and a writer of its status."""
    near, still, far = lab.machine("near"), lab.machine("still"), lab.machine("distant")
    relay = stage.enter_context(Relay(far.port, DELAY))
    lab.alias("far", relay.port)
    for machine in (near, still, far):
        machine.new_session("work", "sleep 10000")
        machine.write_status("work")
    lab.remotes_yaml([near, still, {"name": "far", "host": "far"}])
    return {"near": replacing(near, "work"), "still": in_place(still, "work"), "far": replacing(far, "work")}


async def _active(writers: Mapping[str, Write], displays: list[Display], times: int) -> list[Row]:
    delays: dict[str, list[list[float]]] = {}

    async def change(name: str, write: Write) -> None:
        await noticed(write, *displays)
        delays[name] = await noticed_often(write, displays, times, EVERY)

    async with trio.open_nursery() as nursery:
        for name, write in writers.items():
            nursery.start_soon(change, name, write)
    soon = {"median": 300.0, "p95": 600.0}
    far = {"median": median(delays["near"][0]) + 50}
    return [
        _row("loopback, file replaced", delays["near"], soon),
        _row("loopback, file written in place", delays["still"], soon),
        _row("100 ms round trip", delays["far"], far),
    ]


def _row(name: str, delays: Sequence[Sequence[float]], limits: Mapping[str, float]) -> Row:
    screen, fleet = delays
    return Row(f"freshness: {name}", "ms", screen, fleet, limits)


async def _after_quiet(run: Run, write: Write, displays: list[Display]) -> list[float]:
    await trio.sleep(QUIET)
    async with run.turn:
        return await noticed(write, *displays)

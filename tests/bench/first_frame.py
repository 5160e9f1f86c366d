"""first-frame: how soon the dashboard stands, beside Python that only imports the libraries."""

from __future__ import annotations

from statistics import median

import trio

from tests.bench.laboratory import Run, laboratory, navi, python
from tests.bench.report import Row
from tests.support.machines import Lab

HEADER = "navi"
SESSIONS = ("alpha", "beta", "gamma")
FLOOR = ("-c", "import urwid, trio, yaml; print('imported')")


async def measure(run: Run) -> list[Row]:
    """Start navi and the floor in turn, so that whatever else the machine does falls on both."""
    floor, header, sessions = [], [], []
    async with run.turn:
        with laboratory() as lab:
            _furnish(lab)
            for _ in range(run.pick(20, 6)):
                floor.append(await _start_floor(lab))
                first, all_of_them = await _start_navi(lab)
                header.append(first)
                sessions.append(all_of_them)
    limit = {"median": median(floor) + 100}
    return [
        Row("first frame: header", "ms", header, floor, limit),
        Row("first frame: local sessions", "ms", sessions, floor),
    ]


def _furnish(lab: Lab) -> None:
    """Three local sessions, and a remote that is being connected meanwhile."""
    for name in SESSIONS:
        lab.local.new_session(name)
        lab.local.write_status(name)
    lab.remotes_yaml([lab.machine("atlas")])


async def _start_floor(lab: Lab) -> float:
    begin = trio.current_time()
    async with python(lab, *FLOOR) as floor:
        return (await floor.expect("imported").time() - begin) * 1000


async def _start_navi(lab: Lab) -> tuple[float, float]:
    begin = trio.current_time()
    async with navi(lab) as dashboard:
        header = dashboard.expect(HEADER)
        sessions = [dashboard.expect(name) for name in SESSIONS]
        ready = [await one.time() for one in sessions]
        return (await header.time() - begin) * 1000, (max(ready) - begin) * 1000

"""keys: from a key to the terminal, while fifty hosts with twenty sessions each tell twenty changes a second, with one,
two and three lines for a session.

Fifty real sshd are too many for a small machine: here, and only here, `ssh` is a stand-in (scripted_ssh.py).
"""

from __future__ import annotations

import random
import re
import shlex
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import pyte
import trio

from navi.tui.list.density import DENSITIES
from tests.bench import scripted_ssh
from tests.bench.display import SIZE, Screen
from tests.bench.idle import alone, used
from tests.bench.laboratory import Run, laboratory, navi
from tests.bench.report import Row
from tests.support.dashboard import configure
from tests.support.machines import Lab

HOSTS = 50
CURSOR = "❯"

Chunk = tuple[float, bytes]


async def measure(run: Run) -> list[Row]:
    """Measure with each density; the figures that are no times are those of the last one."""
    rows = [await measure_density(run, density) for density in DENSITIES[1:]]
    return [*(first for first, *_ in rows), *rows[-1][1:]]


async def measure_density(run: Run, density: str) -> list[Row]:
    """Press keys, and look through what was written for the moment when the cursor stood elsewhere."""
    async with run.turn:
        with laboratory() as lab:
            furnish(lab)
            configure(lab, density=density)
            async with navi(lab) as dashboard:
                await dashboard.expect(f"✔ {HOSTS} ").time()
                await trio.sleep(5)
                (quiet,) = await used(run.pick(10, 3), lambda: alone(dashboard.pid))
                times = await press(dashboard, "j" * 20 + "jk" * run.pick(100, 20) + "k" * 20)
                resident, shared = memory(dashboard.pid)
                log = dashboard.log
    delays = replay(log, times)
    return [
        Row(f"keys: to the cursor's new place, density {density}", "ms", delays, limits={"median": 5, "p95": 16}),
        Row("keys: navi meanwhile, without a key", "% of a core", [quiet]),
        Row("keys: memory, proportional share", "MB", [shared], limits={"max": 80}),
        Row("keys: memory, resident", "MB", [resident], limits={"max": 80}),
    ]


def furnish(lab: Lab) -> None:
    """Put the stand-in in front of ssh, and write down fifty remotes."""
    stand_in = lab.local.bin / "ssh"
    stand_in.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -IS {scripted_ssh.__file__} "$@"\n')
    stand_in.chmod(0o755)
    lab.remotes_yaml([{"name": f"h{number:02}", "host": f"h{number:02}"} for number in range(HOSTS)])


async def press(dashboard: Screen, keys: str, slowly: float = 1.0) -> list[float]:
    """Press keys one by one, as fast as a person at most, or so many times slower; return when (trio's clock).

    The next key waits until the cursor has been drawn: two that are drawn at once can't be told apart. That the row at
    the cursor is drawn for another reason is no answer, but happens rarely within the time of one.
    """
    times = []
    for key in keys:
        await trio.sleep(slowly * random.uniform(0.05, 0.15))
        drawn = dashboard.expect(CURSOR)
        times.append(trio.current_time())
        await dashboard.press(key)
        await drawn.time()
    await trio.sleep(1)
    return times


def replay(log: Sequence[Chunk], pressed: Sequence[float]) -> list[float]:
    """Return for each key the milliseconds until the terminal showed the cursor at another session than before."""
    lines, columns = SIZE
    screen = pyte.Screen(columns, lines)
    stream = pyte.ByteStream(screen)
    coming = deque(pressed)
    answered, stood, delays = True, "", []
    for time, data in log:
        while coming and coming[0] <= time:
            key, stood, answered = coming.popleft(), selected(screen), False
        stream.feed(data)
        if not answered and selected(screen) not in ("", stood):
            delays.append((time - key) * 1000)
            answered = True
    if len(delays) < len(pressed):
        raise RuntimeError(f"{len(pressed) - len(delays)} of {len(pressed)} keys moved nothing before the next one")
    return delays


def selected(screen: pyte.Screen) -> str:
    """Return the name of the session at the cursor, "" where none can be seen. In a frame all is a column further."""
    for line in range(screen.lines):
        for column in (1, 2):
            if screen.buffer[line][column].data == CURSOR:
                return "".join(screen.buffer[line][place].data for place in range(column + 4, 60)).split()[0]
    return ""


def memory(pid: int) -> tuple[float, float]:
    """Return a process's memory in MB: resident, and its proportional share (proc(5), smaps_rollup)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = {name: int(size) * 1024 / 1e6 for name, size in re.findall(r"^(\w+): +(\d+) kB$", text, re.MULTILINE)}
    return found["Rss"], found["Pss"]

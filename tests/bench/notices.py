"""notices: three programs follow the same sessions, which begin to ask again and again; each notice comes once.

The user's command writes a line for each notice. The delay runs from the write of a status file to the start of the
command, which also holds the freshness of the frame; the floor is that freshness, seen by a fleet without a screen.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import trio
import yaml

from tests.bench.display import Display, bare_fleet
from tests.bench.laboratory import Run, laboratory, navi, python
from tests.bench.report import Row
from tests.support.machines import Account, Lab

TRANSITIONS, QUICK, SESSIONS = 10_000, 200, 50
"""Changes of status, of which every second one is a notice, spread over so many sessions."""

EVERY = 2.5
"""Seconds between two changes of all sessions: more than the second that a clock of frames has."""

COMMAND = 'printf "%s %s\\n" "$(date +%s.%N)" "$NAVI_MESSAGE" >>'


async def measure(run: Run) -> list[Row]:
    """Return how many notices were missing, how many came more than once, and how late they came."""
    async with run.turn, AsyncExitStack() as stage:
        lab = stage.enter_context(laboratory())
        notes = _configure(lab)
        box = lab.machine("box")
        lab.remotes_yaml([box])
        names = [f"s{number}" for number in range(SESSIONS)]
        for name in names:
            box.new_session(name, "exec sleep 100000")
            box.write_status(name)
        for opened in (navi(lab), navi(lab), python(lab, "-m", "navi", "notify")):
            await stage.enter_async_context(opened)
        fleet = await stage.enter_async_context(bare_fleet(lab.environment()))
        await trio.sleep(10)
        rounds = run.pick(TRANSITIONS, QUICK) // SESSIONS
        written, floor = await _change(box, names, rounds, fleet)
        await trio.sleep(5)
        return _rows(written, list(_lines(notes)), floor)


def _configure(lab: Lab) -> Path:
    notes = lab.local.home / "notes"
    notes.touch()
    settings = Path(lab.environment()["XDG_CONFIG_HOME"]) / "navi" / "config.yaml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(yaml.safe_dump({"notify": f"{COMMAND}{notes}"}))
    return notes


async def _change(box: Account, names: list[str], rounds: int, fleet: Display) -> tuple[dict[str, float], list[float]]:
    """Let all sessions ask and go on in turn. Return when each question was written, and some delays of the fleet."""
    written: dict[str, float] = {}
    floor: list[float] = []
    for number in range(rounds):
        status = "working" if number % 2 else "permission"
        for name in names:
            message = f"q{number}-{name};"
            expected = fleet.expect(message)
            began, written[message] = trio.current_time(), time.time()
            box.write_status(name, status=status, message=message)
        floor.append((await expected.time() - began) * 1000)
        await trio.sleep(EVERY)
    asked = {message: at for message, at in written.items() if int(message[1:].partition("-")[0]) % 2 == 0}
    return asked, floor


def _lines(notes: Path) -> Iterator[tuple[float, str]]:
    for line in notes.read_text().splitlines():
        at, _, message = line.partition(" ")
        yield float(at), message


def _rows(written: dict[str, float], lines: list[tuple[float, str]], floor: list[float]) -> list[Row]:
    often = Counter(message for _, message in lines)
    missing = [message for message in written if not often[message]]
    doubled = [message for message, times in often.items() if times > 1 or message not in written]
    delays = [(at - written[message]) * 1000 for at, message in lines if message in written]
    of = f"of {len(written)}"
    return [
        Row("notices: missing", of, [len(missing)], (), {"max": 0}),
        Row("notices: given more than once", of, [len(doubled)], (), {"max": 0}),
        Row("notices: delay", "ms", delays or [0.0], floor, {"p95": 1000}),
    ]

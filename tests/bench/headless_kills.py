"""headless-kills: hub and relay are killed with SIGKILL before each line of their code that a session needs.

First the session is carried out undisturbed, and once with both killed twice. Meanwhile the lines are noted that they
run. Then it is carried out again and again. Each time both are killed several times, each time just before a line at
which that had not happened yet; they are started again, and the client goes on. In the end the store, the client and
the agent's own notes must agree: every line and every input once and in order. Nothing may be left of processes and
files. A later execution of each line, at random, comes after the first one. `--only` takes points by their numbers.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Sequence
from itertools import count

import trio

from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.support.kill_points import MOST, KillPoints, Point, groups
from tests.support.kill_story import await_nothing_left, kill_at, note_lines, prepare
from tests.support.machines import Lab

QUICK = 24
"""Points of a quick run."""

TRIES = (MOST, {"hub": 1, "relay": 1}, {"hub": 1, "relay": 1})
"""How often each is killed in one session, at each try of a point: a kill can change the way so that the next point is
not reached.
"""


async def measure(run: Run) -> list[Row]:
    """Return all rows."""
    async with run.turn:
        return await trio.to_thread.run_sync(_measure, run)


def _measure(run: Run) -> list[Row]:
    chance = random.Random(run.seed)
    with laboratory() as lab:
        prepare(lab)
        kills = Kills(lab, chance)
        noted = note_lines(lab, lab.folder, kills.points, chance)
        chosen = noted[:: len(noted) // QUICK][:QUICK] if run.quick else noted
        if run.only:
            chosen = noted[run.only.start : run.only.stop]
        kills.carry_out(chosen)
        await_nothing_left(lab)
    return kills.rows()


class Kills:
    """Stories with kills, until all points have been reached, or tried often enough."""

    def __init__(self, lab: Lab, chance: random.Random) -> None:
        self.points = KillPoints(lab.folder / "kills")
        self._lab = lab
        self._chance = chance
        self._numbers = count()
        self._reached = dict.fromkeys(("hub", "relay"), 0)
        self._missed = 0
        self._wrong = 0
        self._took: list[float] = []

    def carry_out(self, chosen: Sequence[Point]) -> None:
        """Kill at each of the points."""
        for most in TRIES:
            left: list[Point] = []
            for group in groups(chosen, self._chance, most):
                left += self._story(group)
            chosen = left
        self._missed = len(chosen)

    def _story(self, group: Sequence[Point]) -> Sequence[Point]:
        """Carry out one story; return the points that it did not reach."""
        folder = self._lab.folder / f"story-{next(self._numbers)}"
        began = time.monotonic()
        try:
            reached = kill_at(self._lab, folder, self.points, group)
        except AssertionError as error:
            print("; ".join(map(str, group)), error, sep="\n", file=sys.stderr)
            self._wrong += 1
            return ()
        self._took.append(time.monotonic() - began)
        shutil.rmtree(folder)
        for one in reached:
            self._reached[one.role] += 1
        return [one for one in group if one not in reached]

    def rows(self) -> list[Row]:
        """Return what has happened."""
        what = f"headless kills: {self._reached['hub']} of hub, {self._reached['relay']} of relay"
        return [
            Row(f"{what}: wrong in the end", "sessions", [self._wrong], limits={"max": 0}),
            Row(f"{what}: points not reached", "points", [self._missed]),
            Row(f"{what}: a session took", "s", self._took or [0.0]),
        ]

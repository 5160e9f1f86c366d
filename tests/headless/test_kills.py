"""Hub and relay are killed with SIGKILL just before lines of their code, and lose, double and leave nothing."""

from __future__ import annotations

import random

from tests.support.kill_points import KillPoints, groups
from tests.support.kill_story import await_nothing_left, kill_at, note_lines, prepare
from tests.support.machines import Lab

POINTS = 24
"""Of all lines, about so many are chosen; contrib/bench headless-kills takes all of them."""


def test_nothing_is_lost_doubled_or_left_wherever_hub_and_relay_are_killed(lab: Lab) -> None:
    """Each story has some of the points. A few of them are not reached, because a kill before them changed the way."""
    prepare(lab)
    points, chance = KillPoints(lab.folder / "kills"), random.Random(0)
    noted = note_lines(lab, lab.folder, points, chance)
    chosen = noted[:: len(noted) // POINTS][:POINTS]
    reached = 0
    for number, group in enumerate(groups(chosen, chance)):
        reached += len(kill_at(lab, lab.folder / f"story-{number}", points, group))
    assert reached >= POINTS * 2 / 3, f"{reached} of {len(chosen)} points were reached"
    await_nothing_left(lab)

"""Time that passes while the machine sleeps."""

from __future__ import annotations

import time

from navi.core.stopwatch import Stopwatch


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_sleep_is_what_the_clock_for_waiting_leaves_out() -> None:
    awake, always = Clock(), Clock()
    stopwatch = Stopwatch(awake, always)
    awake.now += 5
    always.now += 5
    assert stopwatch.asleep() == 0.0
    always.now += 3600
    assert stopwatch.asleep() == 3600.0
    always.now -= 9000
    assert stopwatch.asleep() == 0.0, "only the clock was set back"


def test_a_machine_that_is_awake_has_not_slept() -> None:
    stopwatch = Stopwatch()
    time.sleep(0.05)
    assert stopwatch.asleep() < 0.05

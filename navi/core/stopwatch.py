"""How much time has passed, including the time that this machine slept, which time.monotonic leaves out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

Clock = Callable[[], float]


def _with_sleep() -> float:
    """Return the time of a clock that goes on while the machine sleeps: the wall clock, except on Linux."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.time()


class Stopwatch:
    """A stopwatch that starts when it is made."""

    def __init__(self, awake: Clock = time.monotonic, always: Clock = _with_sleep) -> None:
        self._awake = awake
        self._always = always
        self._began = (self._awake(), self._always())

    def asleep(self) -> float:
        """Return the seconds for which the machine has slept since."""
        awake, always = self._began
        return max(0.0, (self._always() - always) - (self._awake() - awake))

"""When a host is tried again after a failure."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from navi.core.failure import Retry

LONGEST_PAUSE = 60.0
"""The most seconds between two attempts at a host."""

SLOW_PAUSE = 120.0
LONGEST_SLOW_PAUSE = 1800.0
"""Seconds before a slow retry, at first and at most. Programs that lock out whoever can't log in allow five failures in
ten minutes; this makes three.
"""

LOSSES_AT_ONCE = 6
LOSSES_SECONDS = 30.0
"""If a host drops more than this many working connections within this many seconds, navi waits ever longer."""


def pause_before(attempt: int, retry: Retry, chance: float) -> float:
    """Return the seconds to wait before an attempt (counted from 1), or infinity. `chance` is a number from 0 to 1.

    The jitter keeps many hosts behind one bastion from being tried in step.
    """
    doubled = 2.0 ** min(attempt - 1, 10)
    if retry is Retry.ON_REQUEST:
        return float("inf")
    if retry is Retry.SLOWLY:
        return min(LONGEST_SLOW_PAUSE, SLOW_PAUSE * doubled) * (1 + chance / 4)
    if retry is Retry.AT_ONCE and attempt <= 1:
        return 0.2 * chance
    return min(LONGEST_PAUSE, doubled) * (0.5 + chance / 2)


class Retries:
    """Counts the failures of a host: each makes the next pause longer.

    The loss of a working connection does not count against the host: counting begins anew, unless that happens often.
    """

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        self.attempt = 0
        """The number of the next attempt; 0 before the first failure."""
        self._chance = chance
        self._losses: deque[float] = deque(maxlen=LOSSES_AT_ONCE)

    def pause(self, retry: Retry, worked: bool, now: float) -> float:
        """Count a failure at the time `now` (seconds of any clock), and return the seconds until the next attempt, or
        infinity. `worked` says that something was heard from the host since the last one.
        """
        often = len(self._losses) == LOSSES_AT_ONCE and now - self._losses[0] <= LOSSES_SECONDS
        if worked:
            self._losses.append(now)
        self.attempt = 1 if worked and not often else self.attempt + 1
        return pause_before(self.attempt, retry, self._chance())

"""Tells soon after the beginning of a run how long all tests will take."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import pytest

AFTER = (20.0, 120.0)
"""Seconds after the first result at which that is told: soon, and when it is known better."""

FEWEST = 30.0
"""Seconds left that are worth a line."""


class Estimate:
    """A plugin of pytest, for the process that prints."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._total = self._done = 0
        self._began = 0.0
        self._left = list(AFTER)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the tests of a run in one process."""
        self._total = len(session.items) or self._total

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Count the tests of a run in several processes, which all find the same ones."""
        self._total = len(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that has ended."""
        now = self._clock()
        self._began = self._began or now
        self._done += report.when == "teardown"
        if self._left and now - self._began > self._left[0] and self._done:
            del self._left[0]
            self._say(now - self._began)

    def _say(self, seconds: float) -> None:
        left = seconds * (self._total - self._done) / self._done
        if left >= FEWEST:
            done = f"{self._done} of {self._total} tests after {seconds:.0f} s"
            self._tell(f"{done}; the others take about {max(1, round(left / 60))} min")

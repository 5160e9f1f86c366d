"""How long a run will take is told soon, once more when it is known better, and not where little is left."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.estimate import Estimate

CASES = [
    ("a long run", 1000, [(0, 1), (10, 20), (21, 39), (60, 100), (121, 240), (300, 999)], [
        "60 of 1000 tests after 21 s; the others take about 5 min",
        "400 of 1000 tests after 121 s; the others take about 3 min",
    ]),
    ("a short run", 50, [(0, 1), (21, 48)], []),
    ("few results yet", 500, [(0, 1), (25, 1)], ["2 of 500 tests after 25 s; the others take about 104 min"]),
]  # fmt: skip


@pytest.mark.parametrize(("total", "results", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_how_long_a_run_takes_is_printed(total: int, results: list[tuple[float, int]], wanted: list[str]) -> None:
    told: list[str] = []
    now = 100.0
    estimate = Estimate(told.append, lambda: now)
    estimate.pytest_xdist_node_collection_finished(["test"] * total)
    report: Any = SimpleNamespace(when="teardown")
    for seconds, number in results:
        for place in range(number):
            now = 100.0 + seconds if place == number - 1 or not seconds else now
            estimate.pytest_runtest_logreport(report)
    assert told == wanted

"""How long to wait before something that failed is asked for again."""

from __future__ import annotations

import pytest

from navi.headless.pauses import LONGEST_PAUSE, REPEATS_EVERY, pause_before


@pytest.mark.parametrize(
    ("repeat", "seconds"), [(0, REPEATS_EVERY), (1, 2 * REPEATS_EVERY), (6, 64 * REPEATS_EVERY), (7, LONGEST_PAUSE)]
)
def test_each_pause_is_twice_as_long_up_to_a_limit(repeat: int, seconds: float) -> None:
    assert pause_before(repeat) == seconds


def test_a_host_that_fails_for_years_is_still_asked() -> None:
    assert pause_before(100_000) == LONGEST_PAUSE

"""Ages and round trips are short words, and ages are read as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.core.ages import age, age_lasts, exact_age, latency, seconds_of

AGES = [
    (-5, "now", "0s"),
    (0, "now", "0s"),
    (9.9, "now", "9s"),
    (10, "10s", "10s"),
    (59.9, "50s", "59s"),
    (60, "1m", "1m 0s"),
    (200, "3m", "3m 20s"),
    (3599, "59m", "59m 59s"),
    (3600, "1h", "1h 0m"),
    (7500, "2h", "2h 5m"),
    (86399, "23h", "23h 59m"),
    (86400, "1d", "1d 0h"),
    (273600, "3d", "3d 4h"),
    (1e9, "11574d", "11574d 1h"),
]


@pytest.mark.parametrize(("seconds", "short", "exact"), AGES)
def test_an_age_is_one_word_or_exact(seconds: float, short: str, exact: str) -> None:
    assert (age(seconds), exact_age(seconds)) == (short, exact)


@given(st.floats(-1e4, 1e7))
def test_an_age_stays_the_same_for_as_long_as_age_lasts_says(seconds: float) -> None:
    lasts = age_lasts(seconds)
    assert lasts > 0
    assert age(seconds + lasts * 0.999) == age(seconds)
    assert age(seconds + lasts + 0.001) != age(seconds)


ROUND_TRIPS = [(0, "<1ms"), (0.0009, "<1ms"), (0.001, "1ms"), (0.0424, "42ms"), (0.9994, "999ms"), (0.9996, "1.0s")]


@pytest.mark.parametrize(("seconds", "expected"), [*ROUND_TRIPS, (1.23, "1.2s")])
def test_a_round_trip_time_is_short(seconds: float, expected: str) -> None:
    assert latency(seconds) == expected


WRITTEN_AGES = (("0s", 0), ("90s", 90), ("30m", 1800), ("12h", 43200), ("7d", 604800), ("08h", 28800))


@pytest.mark.parametrize(("text", "seconds"), WRITTEN_AGES)
def test_an_age_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "-1h", "1.5h", "1w", "1h ", "1h30m", "1 h", "９h", "1234567890s"])
def test_an_invalid_age_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write 90s, 30m, 12h or 7d"):
        seconds_of(text)

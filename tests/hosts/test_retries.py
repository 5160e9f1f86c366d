"""When a host is tried again: at once where a connection was lost, and ever later where it fails."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from navi.core.failure import Retry
from navi.hosts.retries import (
    LONGEST_PAUSE,
    LONGEST_SLOW_PAUSE,
    LOSSES_AT_ONCE,
    LOSSES_SECONDS,
    SLOW_PAUSE,
    Retries,
    pause_before,
)


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_the_pause_grows_up_to_a_limit_and_is_never_in_step(attempt: int, chance: float) -> None:
    pause = pause_before(attempt, Retry.LATER, chance)
    assert min(LONGEST_PAUSE, 2.0 ** min(attempt - 1, 10)) / 2 <= pause <= LONGEST_PAUSE
    assert pause <= pause_before(attempt + 1, Retry.LATER, chance)
    assert pause_before(attempt, Retry.LATER, 0) < pause_before(attempt, Retry.LATER, 1)


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_a_lost_connection_is_retried_at_once_and_then_ever_later(attempt: int, chance: float) -> None:
    assert pause_before(1, Retry.AT_ONCE, chance) <= 0.2
    assert pause_before(attempt + 1, Retry.AT_ONCE, chance) == pause_before(attempt + 1, Retry.LATER, chance)
    assert pause_before(attempt, Retry.ON_REQUEST, chance) == float("inf")


@given(pauses=st.lists(st.floats(6.1, 100), min_size=1, max_size=30))
def test_a_connection_that_worked_and_is_rarely_lost_is_retried_at_once(pauses: list[float]) -> None:
    retries, now = Retries(), 0.0
    for pause in pauses:
        now += pause
        assert retries.pause(Retry.AT_ONCE, True, now) <= 0.2
        assert retries.attempt == 1


@given(works=st.floats(0.1, 2), chance=st.floats(0, 1))
def test_a_host_that_drops_every_connection_is_tried_ever_later(works: float, chance: float) -> None:
    retries, now, tried = Retries(lambda: chance), 0.0, 0
    while now < 600:
        now += works
        now += retries.pause(Retry.AT_ONCE, True, now)
        tried += 1
    assert tried < 600 / LOSSES_SECONDS * 2 * LOSSES_AT_ONCE


@given(worked=st.lists(st.booleans(), max_size=20), now=st.floats(0, 1e6))
def test_failures_before_anything_was_heard_are_counted_one_by_one(worked: list[bool], now: float) -> None:
    retries = Retries()
    for one in [*worked, False]:
        retries.pause(Retry.LATER, one, now)
    for number in range(retries.attempt + 1, retries.attempt + 4):
        retries.pause(Retry.LATER, False, now)
        assert retries.attempt == number


@given(attempt=st.integers(1, 10_000), chances=st.tuples(*[st.floats(0, 1)] * 3))
def test_slow_retries_are_fewer_than_what_locks_a_user_out(attempt: int, chances: tuple[float, float, float]) -> None:
    pauses = [pause_before(attempt + number, Retry.SLOWLY, chance) for number, chance in enumerate(chances)]
    assert sum(pauses) > 600  # fail2ban: five failures in ten minutes
    assert all(SLOW_PAUSE <= pause <= 1.25 * LONGEST_SLOW_PAUSE for pause in pauses)

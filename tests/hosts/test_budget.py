"""The budget of a host: how many answers, how much work and how many errors are taken, by a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navi.hosts.budget import (
    ANSWER_BURST,
    ANSWER_RATE,
    ERROR_BURST,
    ERROR_RATE,
    KEPT_ERRORS,
    UNANSWERED_ERRORS,
    WORK_RATE,
    WORK_SHARE,
    Budget,
    Errors,
    Overrun,
    WorkTime,
)


def test_a_host_that_answers_at_the_limit_is_never_dropped() -> None:
    budget = Budget()
    for second in range(1000):
        budget.count(second, int(ANSWER_RATE))


def test_answers_that_waited_while_navi_was_suspended_are_taken_at_once() -> None:
    budget = Budget()
    budget.count(0, 1)
    budget.count(3600, int(ANSWER_BURST))


@given(rate=st.integers(int(1.1 * ANSWER_RATE), 10**6))
def test_a_host_that_answers_faster_for_long_is_dropped_with_its_rate(rate: int) -> None:
    budget = Budget()

    def flood() -> None:
        for second in range(1000):
            budget.count(second, rate)

    with pytest.raises(Overrun, match=r"sends \d+ answers a second, more than 50") as caught:
        flood()
    told = int(str(caught.value).split()[1])
    assert told > ANSWER_RATE


@given(seconds=st.floats(0.002, 0.5))
def test_work_on_one_host_leaves_most_of_the_time_to_others(seconds: float) -> None:
    budget = Budget()
    now = worked = 0.0

    def flood() -> None:
        nonlocal now, worked
        while worked < 50:
            now += seconds
            pause = budget.work(now, WorkTime(seconds, seconds))
            worked += seconds
            now += pause
            assert pause == 0 if seconds <= 0.005 else now > worked / WORK_SHARE * 0.99

    with pytest.raises(Overrun, match=r"sends answers that take \d+ % of a processor, more than 7 %"):
        flood()


@given(seconds=st.floats(0.002, 0.5))
def test_work_within_the_limit_goes_on_for_ever(seconds: float) -> None:
    budget = Budget()
    for number in range(500):
        budget.work(number * seconds / WORK_RATE, WorkTime(seconds, seconds))


def test_a_busy_machine_makes_navi_pause_longer_and_drops_nobody_sooner() -> None:
    budget = Budget()
    for number in range(1000):
        assert budget.work(number, WorkTime(0.01, 0.5)) == pytest.approx(4.5)


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=20), st.integers(0, 3 * KEPT_ERRORS))
def test_the_beginning_and_the_end_of_errors_are_kept(parts: list[bytes], size: int) -> None:
    errors = Errors()
    whole = b"".join(parts) + b"x" * size + b"".join(parts)
    for at in range(0, len(whole), 1000):
        errors.take(0, whole[at : at + 1000])
    assert len(errors.data) <= 2 * KEPT_ERRORS + 1
    assert errors.data[:KEPT_ERRORS] == whole[:KEPT_ERRORS]
    if len(whole) <= 2 * KEPT_ERRORS - 1:
        assert errors.data == whole
    else:
        assert errors.data.endswith(whole[-KEPT_ERRORS:])


def test_errors_are_read_at_a_steady_rate() -> None:
    errors, now, taken = Errors(), 0.0, 0
    while now < 4:
        now += errors.take(now, b"x" * 65536)
        taken += 65536
    assert taken <= ERROR_BURST + 4 * ERROR_RATE + 65536


def test_a_shell_that_writes_errors_only_is_found_and_one_that_answers_is_not() -> None:
    mute, answering = Errors(), Errors()
    for number in range(UNANSWERED_ERRORS // 65536 + 1):
        mute.take(number, b"x" * 65536)
        answering.take(number, b"x" * 65536)
        answering.answered()
    assert mute.excessive
    assert not answering.excessive

"""A nursery that a signal cancels."""

from __future__ import annotations

import signal

import pytest
import trio

from navi.cli.until_signal import ENDS, nursery_until_signal


@pytest.mark.parametrize("number", ENDS)
async def test_a_signal_cancels_all_tasks(number: signal.Signals) -> None:
    with trio.fail_after(30):
        async with nursery_until_signal() as nursery:
            nursery.start_soon(trio.sleep_forever)
            signal.raise_signal(number)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "the next one has its usual effect"


async def test_it_goes_on_when_all_tasks_have_ended() -> None:
    with trio.move_on_after(1) as limit:
        async with nursery_until_signal() as nursery:
            nursery.start_soon(trio.lowlevel.checkpoint)
    assert limit.cancelled_caught


async def test_a_signal_ends_the_beginning_as_well() -> None:
    with trio.fail_after(30):
        async with nursery_until_signal():
            signal.raise_signal(signal.SIGTERM)
            await trio.sleep_forever()


async def test_what_a_task_raises_ends_it() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ExceptionGroup) as raised:
        async with nursery_until_signal() as nursery:
            nursery.start_soon(fail)
    assert raised.group_contains(ValueError)

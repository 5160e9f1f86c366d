"""A channel that ends: everybody who has to do with it is told why, however many find out at the same time."""

from __future__ import annotations

import trio

from navi.core.failure import Failure, HostState
from navi.hosts import HostError
from navi.hosts.trio_channel import Channel


def explain(status: int | None, words: str) -> Failure:
    """Say what ended a shell."""
    return Failure(HostState.ERROR, f"{status}: {words}", "")


async def test_who_reads_and_who_writes_are_both_told_why_it_ended() -> None:
    # Somebody else holds its standard error open, so that its last words take a while.
    channel = await Channel.start(("sh", "-c", "sleep 5 >&- <&- & echo gone >&2; exit 7"), explain)
    told: list[str] = []

    async def use(receive: bool) -> None:
        try:
            while True:
                if receive:
                    await channel.receive()
                else:
                    await channel.send(b"poll\n" * 1000)
        except HostError as error:
            told.append(error.failure.cause)

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            for receive in (True, False):
                nursery.start_soon(use, receive)
        await channel.close()
    assert told == ["7: gone", "7: gone"]


async def test_one_that_is_closed_while_somebody_reads_its_last_words_is_an_end_like_any_other() -> None:
    channel = await Channel.start(("sh", "-c", "sleep 5 >&- <&- & exit 7"), explain)
    told: list[str] = []

    async def read() -> None:
        try:
            await channel.receive()
        except HostError as error:
            told.append(error.failure.cause)

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.sleep(0.1)
            await channel.close()
    assert told == ["7: "]

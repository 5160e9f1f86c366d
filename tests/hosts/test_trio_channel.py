"""A channel that ends: everybody who has to do with it is told why, however many find out at the same time."""

from __future__ import annotations

import trio

from navi.hosts.trio_channel import Channel, ChannelEnded


async def test_who_reads_and_who_writes_are_both_told_why_it_ended() -> None:
    # Somebody else holds its standard error open, so that its last words take a while.
    channel = await Channel.start(("sh", "-c", "sleep 5 >&- <&- & echo gone >&2; exit 7"))
    told: list[str] = []

    async def use(receive: bool) -> None:
        try:
            while True:
                if receive:
                    await channel.receive()
                else:
                    await channel.send(b"poll\n" * 1000)
        except ChannelEnded as end:
            told.append(f"{end.status}: {end.errors}")

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            for receive in (True, False):
                nursery.start_soon(use, receive)
        await channel.close()
    assert told == ["7: gone", "7: gone"]


async def test_one_that_is_closed_while_somebody_reads_its_last_words_is_an_end_like_any_other() -> None:
    channel = await Channel.start(("sh", "-c", "sleep 5 >&- <&- & exit 7"))
    told: list[str] = []

    async def read() -> None:
        try:
            await channel.receive()
        except ChannelEnded as end:
            told.append(f"{end.status}: {end.errors}")

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.sleep(0.1)
            await channel.close()
    assert told == ["7: "]

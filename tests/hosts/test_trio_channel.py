"""A channel that ends: readers and writers all get its exit status and errors, even at the same time."""

from __future__ import annotations

import trio

from navi.hosts.trio_channel import Channel, ChannelEnded


async def test_a_reader_and_a_writer_both_get_the_exit_status_and_errors() -> None:
    # Somebody else holds its standard error open, so that its errors take a while.
    channel = await Channel.start(("sh", "-c", "sleep 5 >&- <&- & echo gone >&2; exit 7"))
    ends: list[str] = []

    async def use(receive: bool) -> None:
        try:
            while True:
                if receive:
                    await channel.receive()
                else:
                    await channel.send(b"poll\n" * 1000)
        except ChannelEnded as ended:
            ends.append(f"{ended.end.status}: {ended.end.errors}")

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            for receive in (True, False):
                nursery.start_soon(use, receive)
        await channel.close()
    assert ends == ["7: gone", "7: gone"]


async def test_a_channel_closed_while_its_errors_are_read_ends_like_any_other() -> None:
    channel = await Channel.start(("sh", "-c", "sleep 5 >&- <&- & exit 7"))
    ends: list[str] = []

    async def read() -> None:
        try:
            await channel.receive()
        except ChannelEnded as ended:
            ends.append(f"{ended.end.status}: {ended.end.errors}")

    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.sleep(0.1)
            await channel.close()
    assert ends == ["7: "]

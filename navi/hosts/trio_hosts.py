"""Several hosts of the trio engine at once."""

from __future__ import annotations

from collections.abc import Iterable

import trio

from navi.hosts.base import Host


async def close_all(hosts: Iterable[Host]) -> None:
    """Close every connection of these hosts, also when cancelled. Never raises."""
    with trio.CancelScope(shield=True):
        async with trio.open_nursery() as nursery:
            for host in hosts:
                nursery.start_soon(host.close)

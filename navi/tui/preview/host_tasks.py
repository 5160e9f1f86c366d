"""A task for each host whose sessions are followed, so that a host that does not answer delays no other.

A key wakes only the tasks of the hosts that the cursor leaves and reaches: to wake those of fifty hosts takes longer
than to draw what the key has changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio


class HostTasks:
    """`follow` is run with the name of a host as soon as that is woken for the first time."""

    def __init__(self, follow: Callable[[str], Awaitable[None]]) -> None:
        self._follow = follow
        self._wakes: dict[str, trio.Event] = {}
        self._nursery: trio.Nursery | None = None

    async def run(self) -> None:
        """Run the tasks until cancelled."""
        async with trio.open_nursery() as self._nursery:
            for host in self._wakes:
                self._nursery.start_soon(self._follow, host)
            await trio.sleep_forever()

    def wake(self, host: str) -> None:
        """Wake the task of a host, or start it."""
        before, self._wakes[host] = self._wakes.get(host), trio.Event()
        if before is not None:
            before.set()
        elif self._nursery:
            self._nursery.start_soon(self._follow, host)

    def next_wake(self, host: str) -> trio.Event:
        """Return the event of the next time that a host is woken. Take it before looking what there is to do."""
        return self._wakes[host]

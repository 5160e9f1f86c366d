"""The files of runs that are over: their hosts are asked to remove them until they have done so, or have none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import trio

from navi.headless.store.removals import Removal
from navi.headless.store.writer import Writer

Message = Mapping[str, Any]

ABOUT_FILES = frozenset({"removed", "remove_failed", "host_reached"})
"""Messages of the relay that say something of files to remove."""

REPEATS_EVERY, LONGEST_PAUSE = 15.0, 1800.0
"""Seconds until a host that has not removed files is asked again: each time after twice as long, but no longer."""

MOST_AT_ONCE = 20
"""Runs whose files hosts are asked to remove in one round: what people want comes in between."""


class Removals:
    """Asks for them, over restarts of hub and relay. What is to be removed is stored with the end of its run."""

    def __init__(self, writer: Writer, to_relay: Callable[[Message], Awaitable[bool]]) -> None:
        self._writer = writer
        self._to_relay = to_relay
        self._left: dict[tuple[str, int], Removal] = {}
        self._times: dict[tuple[str, int], int] = {}
        self._due: dict[tuple[str, int], float] = {}

    async def begin(self) -> None:
        """Take up what is stored."""
        for one in await self._writer.do(lambda store: store.removals()):
            self._left[one.session_id, one.generation] = one

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that have files to remove."""
        return frozenset(one.host for one in self._left.values())

    async def add(self, one: Removal) -> None:
        """Ask for the removal of what was just stored as one."""
        self._left[one.session_id, one.generation] = one
        await self._ask(one)

    async def ask_again(self) -> None:
        """Ask for what is due."""
        now = trio.current_time()
        due = [one for key, one in self._left.items() if self._due.get(key, 0.0) <= now]
        for one in due[:MOST_AT_ONCE]:
            await self._ask(one)

    async def _ask(self, one: Removal) -> None:
        key = (one.session_id, one.generation)
        self._due[key] = trio.current_time() + min(REPEATS_EVERY * 2 ** self._times.get(key, 0), LONGEST_PAUSE)
        await self._to_relay({"type": "remove", **one._asdict()})

    async def hear(self, message: Message) -> None:
        """Take a message of the relay: files are gone, could not be removed, or their host is reached."""
        if message["type"] == "host_reached":
            for key in [key for key, one in self._left.items() if one.host == message["host"]]:
                self._times.pop(key, None)
                self._due.pop(key, None)
            await self.ask_again()
            return
        key = (message["session_id"], message["generation"])
        if message["type"] == "remove_failed":
            self._times[key] = self._times.get(key, 0) + 1
            return
        await self._writer.do(lambda store: store.drop_removal(*key))
        for known in (self._left, self._times, self._due):
            known.pop(key, None)

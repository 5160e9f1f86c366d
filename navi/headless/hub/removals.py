"""The files of runs that are over: their hosts are asked to remove them until they have done so, or have none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import trio

from navi.headless.harness.base import Harness
from navi.headless.hub.late_output import keep_late_output
from navi.headless.messages import Message
from navi.headless.pauses import pause_before
from navi.headless.store.removals import Removal
from navi.headless.store.store import Store
from navi.headless.store.writer import Writer

ABOUT_FILES = frozenset({"removed", "remove_failed", "host_reached"})
"""Messages of the relay that say something of files to remove."""

MOST_AT_ONCE = 20
"""Runs whose files hosts are asked to remove in one round: what people want comes in between."""


@dataclass
class _WantedRemoval:
    """What is to be removed, how often that has failed, and when it is asked for again (`trio.current_time`)."""

    removal: Removal
    failures: int = 0
    due: float = 0.0


class Removals:
    """Asks for them, over restarts of hub and relay. What is to be removed is stored with the end of its run."""

    def __init__(
        self, writer: Writer, to_relay: Callable[[Message], Awaitable[bool]], harnesses: Mapping[str, Harness]
    ) -> None:
        self._writer = writer
        self._to_relay = to_relay
        self._harnesses = harnesses
        self._left: dict[tuple[str, int], _WantedRemoval] = {}

    async def begin(self) -> None:
        """Read what is stored."""
        for one in await self._writer.do(lambda store: store.removals()):
            self._add(one)

    def _add(self, one: Removal) -> _WantedRemoval:
        """Note what is to be removed; failures of before still count."""
        wanted = self._left.setdefault((one.session_id, one.generation), _WantedRemoval(one))
        wanted.removal = one
        return wanted

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that have files to remove."""
        return frozenset(one.removal.host for one in self._left.values())

    async def add(self, one: Removal) -> None:
        """Ask for the removal of what was just stored as one."""
        await self._ask(self._add(one))

    async def ask_again(self) -> None:
        """Ask for what is due."""
        now = trio.current_time()
        due = [one for one in self._left.values() if one.due <= now]
        for one in due[:MOST_AT_ONCE]:
            await self._ask(one)

    async def _ask(self, one: _WantedRemoval) -> None:
        one.due = trio.current_time() + pause_before(one.failures)
        await self._to_relay({"type": "remove", **one.removal._asdict()})

    async def hear(self, message: Message) -> None:
        """Take a message of the relay: files are gone, could not be removed, or their host is reached."""
        if message["type"] == "host_reached":
            for one in self._left.values():
                if one.removal.host == message["host"]:
                    one.failures, one.due = 0, 0.0
            await self.ask_again()
            return
        key = (message["session_id"], message["generation"])
        if message["type"] == "remove_failed":
            if key in self._left:
                self._left[key].failures += 1
            return
        await self._writer.do(lambda store: store.drop_removal(*key))
        self._left.pop(key, None)

    async def hear_output(self, message: Message) -> None:
        """Take output of a run that is over and that no session is held for: its files go once all of it is stored."""
        wanted = self._left.get((message["session_id"], message["generation"]))
        if wanted is None:
            return

        def keep(store: Store) -> Removal | None:
            harness = self._harnesses[store.needed(message["session_id"]).harness]
            return keep_late_output(store, harness, wanted.removal, message)

        files = await self._writer.do(keep)
        about = {"session_id": message["session_id"], "generation": message["generation"]}
        await self._to_relay({"type": "ack", **about, "offset": (files or wanted.removal).received})
        if files:
            await self.add(files)

"""Looking something up on demand: asked in the background, one question at a time for each subject, and remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Generic, TypeVar

import trio

from navi.hosts import HostError
from navi.ops import OperationError

Subject = TypeVar("Subject", bound=Hashable)
Found = TypeVar("Found")

Look = Callable[[Subject, Callable[[Found], None]], Awaitable[None]]
"""Looks a subject up, and gives what is found to the function, as often as there is news."""


class Lookups(Generic[Subject, Found]):
    """What was found by subject. `changed` is called with each news."""

    def __init__(self, look: Look[Subject, Found], changed: Callable[[], None]) -> None:
        self._look = look
        self._changed = changed
        self._found: dict[Subject, Found] = {}
        self._under_way: set[Subject] = set()
        self._send, self._orders = trio.open_memory_channel[Subject](100)

    async def run(self) -> None:
        """Look up what is asked for, until cancelled."""
        async with trio.open_nursery() as nursery:
            async for subject in self._orders:
                nursery.start_soon(self._carry_out, subject)

    def found(self, subject: Subject) -> Found | None:
        """Return what was found last, None before that."""
        return self._found.get(subject)

    def look(self, subject: Subject) -> bool:
        """Look it up anew, unless that is under way; does not wait. Return whether it will be."""
        if subject in self._under_way:
            return False
        self._under_way.add(subject)
        self._send.send_nowait(subject)
        return True

    async def _carry_out(self, subject: Subject) -> None:
        try:
            await self._look(subject, partial(self._put, subject))
        finally:
            self._under_way.discard(subject)
        self._changed()

    def _put(self, subject: Subject, found: Found) -> None:
        self._found[subject] = found
        self._changed()


def in_words(error: HostError | OperationError) -> str:
    """Say why something was not found, and what to do."""
    if isinstance(error, HostError):
        return f"{error.failure.cause}; {error.failure.remedy}"
    return str(error)

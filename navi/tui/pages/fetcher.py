"""What pages fetch on demand, in the background: one request at a time for each subject, and its result remembered."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from typing import Generic, TypeVar

import trio

from navi.hosts import HostError
from navi.ops import OperationError
from navi.tui.keys.keymap import Keymap

Subject = TypeVar("Subject", bound=Hashable)
Found = TypeVar("Found")

Fetch = Callable[[Subject, Callable[[Found], None]], Awaitable[None]]
"""Fetches what there is about a subject, and gives it to the function, as often as there is news."""


class PageTasks:
    """Runs the tasks of pages."""

    def __init__(self) -> None:
        self._send, self._tasks = trio.open_memory_channel[Callable[[], Awaitable[None]]](math.inf)

    async def run(self) -> None:
        """Run every task that is started, until cancelled."""
        async with trio.open_nursery() as nursery:
            async for task in self._tasks:
                nursery.start_soon(task)

    def start(self, task: Callable[[], Awaitable[None]]) -> None:
        """Start a task; does not wait."""
        self._send.send_nowait(task)


class Fetcher(Generic[Subject, Found]):
    """Results by subject. `changed` is called with each new one."""

    def __init__(self, background: PageTasks, fetch: Fetch[Subject, Found], changed: Callable[[], None]) -> None:
        self._background = background
        self._fetch = fetch
        self._changed = changed
        self._found: dict[Subject, Found] = {}
        self._under_way: set[Subject] = set()

    def found(self, subject: Subject) -> Found | None:
        """Return the last result, or None before the first."""
        return self._found.get(subject)

    def fetch(self, subject: Subject) -> bool:
        """Fetch it again unless that is under way; does not wait. Return whether a request is started."""
        if subject in self._under_way:
            return False
        self._under_way.add(subject)
        self._background.start(partial(self._run, subject))
        return True

    async def _run(self, subject: Subject) -> None:
        try:
            await self._fetch(subject, partial(self._put, subject))
        finally:
            self._under_way.discard(subject)
        self._changed()

    def _put(self, subject: Subject, found: Found) -> None:
        self._found[subject] = found
        self._changed()


def in_words(error: HostError | OperationError, keymap: Keymap) -> str:
    """Say why something could not be fetched, and what to do."""
    if isinstance(error, HostError):
        return f"{error.failure.cause}; {keymap.remedy(error.failure)}"
    return str(error)

"""One writer for the store: whatever is asked for meanwhile becomes one transaction, in a thread beside the screen.

Its callers go on only after the commit, so whoever hears of a change can rely on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import trio

from navi.headless.store.store import Store

T = TypeVar("T")

Work = Callable[[Store], Any]

MOST = 500
"""Pieces of work in one transaction, so that none waits for long."""


class Writer:
    """Carries out work on a store, in the order in which it was asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._send, self._receive = trio.open_memory_channel[tuple[Work, "_Result"]](MOST)

    async def do(self, work: Callable[[Store], T]) -> T:
        """Carry out work, and return what it returns, after the commit. Raise what it raises; then nothing of it is
        stored. Cancelled, it may be stored or not.
        """
        result = _Result()
        await self._send.send((work, result))
        return await result.wait()  # type: ignore[no-any-return]

    async def run(self) -> None:
        """Carry out what is asked for, until cancelled. What has begun is finished."""
        async for first in self._receive:
            work = [first, *self._waiting()]
            with trio.CancelScope(shield=True):
                outcomes = await trio.to_thread.run_sync(self._carry_out, [one for one, _ in work])
            for (_, result), outcome in zip(work, outcomes, strict=True):
                result.set(outcome)

    def _waiting(self) -> list[tuple[Work, _Result]]:
        """Return what else waits now."""
        found: list[tuple[Work, _Result]] = []
        while len(found) < MOST - 1:
            try:
                found.append(self._receive.receive_nowait())
            except trio.WouldBlock:
                break
        return found

    def _carry_out(self, work: list[Work]) -> list[_Outcome]:
        """Carry out work in one transaction. A piece that fails is undone alone; a commit that fails undoes all, and so
        does SQLite where it ends the transaction by itself. While another process writes, what only reads is done.
        """
        outcomes: list[_Outcome] = []
        for reading in (False, True):
            try:
                with self._store.together(reading):
                    for one in work:
                        outcomes.append(self._one(one))
                        self._check(outcomes[-1])
                return outcomes
            except Exception as error:
                if outcomes or reading:
                    return [_Outcome(error=error)] * len(work)
        return outcomes

    def _check(self, last: _Outcome) -> None:
        """Raise what ended the transaction: another one would store the rest, as if nothing had happened."""
        if not self._store.is_open:
            raise last.error or sqlite3.OperationalError("the transaction was undone")

    def _one(self, work: Work) -> _Outcome:
        try:
            with self._store.together():
                return _Outcome(work(self._store))
        except Exception as error:
            return _Outcome(error=error)


class _Outcome(NamedTuple):
    """What a piece of work returned, or raised."""

    value: Any = None
    error: Exception | None = None


class _Result:
    """Where the caller waits for the outcome of its work."""

    def __init__(self) -> None:
        self._done = trio.Event()
        self._outcome = _Outcome()

    def set(self, outcome: _Outcome) -> None:
        self._outcome = outcome
        self._done.set()

    async def wait(self) -> Any:
        await self._done.wait()
        if self._outcome.error:
            raise self._outcome.error
        return self._outcome.value

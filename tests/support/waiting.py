"""Wait for a condition, and name it if it never becomes true."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import trio

Value = TypeVar("Value")

INTERVAL = 0.01
"""Default seconds between two checks."""

SHARE = 3
"""Of the time that is waited, checks take this part at most: a screen or all processes take long to read."""


def until(predicate: Callable[[], Value], timeout: float = 30, what: str = "", interval: float = INTERVAL) -> Value:
    """Call `predicate` until its answer is true, and return that answer.

    Raise AssertionError that names `what` after `timeout` seconds.
    `interval` is the pause between two calls, in seconds; after a call that takes long it is longer.
    """
    began = time.monotonic()
    limit = began + timeout
    while not (value := predicate()):
        now = time.monotonic()
        if now > limit:
            raise AssertionError(never(predicate, timeout, what))
        time.sleep(max(interval, (now - began) * (SHARE - 1)))
        began = time.monotonic()
    return value


async def until_async(predicate: Callable[[], Value], timeout: float = 30, what: str = "") -> Value:
    """Do as `until`, and let other trio tasks run between two checks.

    `timeout` is in seconds of trio's clock. A cancellation from outside passes through.
    """
    with trio.move_on_after(timeout):
        while not (value := predicate()):
            await trio.sleep(INTERVAL)
        return value
    raise AssertionError(never(predicate, timeout, what))


def never(predicate: Callable[[], object], timeout: float, what: str) -> str:
    """Return a message that `what` (or else the predicate's name) did not become true within `timeout` seconds."""
    return f"not within {timeout:g} s: {what or getattr(predicate, '__qualname__', predicate)}"

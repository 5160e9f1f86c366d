"""Waiting for something on a host, whose connection may be lost meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from navi.core.failure import Retry
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.retries import Retries

T = TypeVar("T")

LONGEST_PAUSE = 10.0
"""Seconds between two attempts to reach a host while a person waits, at most."""


def reconnecting(
    host: BlockingHost, seconds: float, warn: Callable[[HostError], None], ask: Callable[[float], T]
) -> T:
    """Call `ask` with the seconds that are left, and return what it returns. If the connection to the host is lost
    meanwhile, open it again and ask again, until so many `seconds` are over. `warn` gets the first failure of each
    kind.

    Raise HostError if the host can't be reached at first or at the end, and at once where a person is needed. Raise
    Cancelled.
    """
    retries, causes = Retries(), set[str]()
    limit, left = time.monotonic() + seconds, seconds
    while True:
        try:
            return ask(left)
        except HostError as error:
            worked = error.failure.retry is Retry.AT_ONCE
            left = limit - time.monotonic()
            if left <= 0 or not (worked or (causes and error.failure.retry is Retry.LATER)):
                raise
            if error.failure.cause not in causes:
                warn(error)
            causes.add(error.failure.cause)
            pause = retries.pause(error.failure.retry, worked, time.monotonic())
            host.pause(min(pause, LONGEST_PAUSE, left))
            left = max(0.0, limit - time.monotonic())

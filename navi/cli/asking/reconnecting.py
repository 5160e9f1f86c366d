"""Waiting for something on a host, or following it, across lost connections."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from navi.core.failure import Retry
from navi.hosts.base import HostError
from navi.hosts.blocking_host import BlockingHost
from navi.hosts.retries import Retries

T = TypeVar("T")

Warn = Callable[[HostError], None]

LONGEST_PAUSE = 10.0
"""The most seconds between two attempts to reach a host while a person waits."""

AWAY = 600.0
"""Seconds that a followed host may stay away before following it ends."""


def reconnecting(host: BlockingHost, seconds: float, warn: Warn, ask: Callable[[float], T]) -> T:
    """Call `ask` with the seconds that are left, and return what it returns. If the connection to the host is lost
    meanwhile, open it again and ask again, until `seconds` have passed. `warn` gets the first failure of each kind.

    Raise HostError if the host can't be reached at first or at the end, and at once where a person is needed. Raise
    Cancelled.
    """
    again = _Attempts(host, warn)
    limit, left = time.monotonic() + seconds, seconds
    while True:
        try:
            return ask(left)
        except HostError as error:
            again.pause(error, limit)
            left = max(0.0, limit - time.monotonic())


def follow_reconnecting(
    host: BlockingHost, seconds: float, warn: Warn, follow: Callable[[], Iterator[T]]
) -> Iterator[T]:
    """Yield what `follow` yields. If the connection to the host is lost, open it again and follow again, until the host
    has stayed away for `seconds`; `warn` gets the first failure of each kind in each absence.

    Raise HostError as `reconnecting` does. Raise Cancelled.
    """
    again, limit = _Attempts(host, warn), None
    while True:
        try:
            for one in follow():
                limit = None
                again.heard()
                yield one
            return
        except HostError as error:
            limit = limit or time.monotonic() + seconds
            again.pause(error, limit)


class _Attempts:
    """The attempts at a host whose connection was lost."""

    def __init__(self, host: BlockingHost, warn: Warn) -> None:
        self._host = host
        self._warn = warn
        self._retries = Retries()
        self._causes = set[str]()

    def heard(self) -> None:
        """Note that the host has answered."""
        self._causes.clear()

    def pause(self, error: HostError, limit: float) -> None:
        """Wait before the next attempt. Raise the error if there is none: the time `limit` (of time.monotonic) has
        come, a person is needed, or the host was never reached.
        """
        retry, left = error.failure.retry, limit - time.monotonic()
        worked = retry is Retry.AT_ONCE
        if left <= 0 or not (worked or (self._causes and retry is Retry.LATER)):
            raise error
        if error.failure.cause not in self._causes:
            self._warn(error)
        self._causes.add(error.failure.cause)
        pause = self._retries.pause(retry, worked, time.monotonic())
        self._host.pause(min(pause, LONGEST_PAUSE, left))

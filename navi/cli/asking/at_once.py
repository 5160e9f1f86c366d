"""Asking several hosts at once. Ctrl-C ends the requests under way, and no others begin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
Answer = TypeVar("Answer")

AT_ONCE = 32
"""Requests under way at the same time."""

GRACE = 2.0
"""Seconds that cancelled requests have to end what they have started."""


def at_once(ask: Callable[[T], Answer], things: Iterable[T], cancel: Callable[[], None]) -> Iterator[Answer]:
    """Call `ask` for each thing, in threads, and yield the answers in the order of the things. Once all requests have
    ended, raise what one of them raised.

    On an interrupt, call `cancel`, which must end the requests under way, and leave behind those that still run after
    GRACE seconds.
    """
    pool = ThreadPoolExecutor(AT_ONCE)
    futures: list[Future[Answer]] = []
    try:
        futures += [pool.submit(ask, thing) for thing in things]
        for future in futures:
            yield future.result()
    except Exception:
        pool.shutdown()
        raise
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        cancel()
        wait(futures, GRACE)
        raise
    pool.shutdown()

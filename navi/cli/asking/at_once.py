"""Asking several hosts at once, so that Ctrl-C ends the requests under way and no others begin."""

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
    """Yield the answers in the order of the things. `ask` is called in threads; what it raises is raised here, when the
    others have answered.

    Where this is interrupted, `cancel` must end the requests under way; those that go on all the same are left behind.
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

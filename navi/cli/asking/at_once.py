"""Asking several at once, so that Ctrl-C ends what is under way and nothing begins after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")
Answer = TypeVar("Answer")

AT_ONCE = 32
"""Requests under way at the same time."""

GRACE = 2.0
"""Seconds for requests that are cancelled, in which they end what they have started."""


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

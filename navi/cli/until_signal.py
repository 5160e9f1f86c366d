"""Runs a verb's tasks until somebody ends the verb."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@asynccontextmanager
async def nursery_until_signal() -> AsyncIterator[trio.Nursery]:
    """Open a nursery that one of the signals ENDS cancels; without one it goes on, even if all its tasks have ended."""
    async with trio.open_nursery() as nursery:
        await nursery.start(_cancel_at_signal, nursery.cancel_scope)
        yield nursery


async def _cancel_at_signal(scope: trio.CancelScope, task_status: trio.TaskStatus[None]) -> None:
    with trio.open_signal_receiver(*ENDS) as signals:
        task_status.started()
        async for _ in signals:
            # A second signal ends the process in its usual way.
            break
    scope.cancel()

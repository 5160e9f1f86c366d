"""Trimming the audit while the hub runs: a small piece at a time, between the messages."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from functools import partial

import trio

from navi.headless.store.store import Store
from navi.headless.store.writer import Writer

EVERY = 3600.0
"""Seconds between two rounds; the first one comes so long after the start, too, when the hub has much else to do."""

PAUSE = 0.05
"""Seconds between two pieces of a round."""


async def trim_audit_hourly(writer: Writer) -> None:
    """Trim the audit now and then, until cancelled. A round that fails, as on a full disk, is left to the next one."""
    while True:
        await trio.sleep(EVERY)
        with suppress(sqlite3.Error):
            await _trim_audit(writer)


async def _trim_audit(writer: Writer) -> None:
    after: str | None = ""
    while after is not None:
        after = await writer.do(partial(Store.trim_audit, after=after))
        await trio.sleep(PAUSE)

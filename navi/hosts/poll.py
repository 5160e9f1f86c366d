"""Waiting for files with any numbers: select(2) accepts none from 1024 on, and many hosts need more."""

from __future__ import annotations

import math
import select
from collections.abc import Sequence

LONGEST = 2**31 - 1
"""Milliseconds for which poll(2) can wait."""


def wait_for_files(readable: Sequence[int], writable: Sequence[int], seconds: float) -> list[int]:
    """Wait until some of the files can be read or written to, or have ended; return them, none if the time is up."""
    poll = select.poll()
    for file in readable:
        poll.register(file, select.POLLIN)
    for file in writable:
        poll.register(file, select.POLLOUT)
    limit = math.ceil(1000 * max(0.0, seconds)) if seconds < math.inf else None
    return [file for file, _ in poll.poll(limit if limit is None else min(limit, LONGEST))]

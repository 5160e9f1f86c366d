"""The limit of open files of this process. Each connected host takes about a dozen."""

from __future__ import annotations

import resource
from contextlib import suppress

ENOUGH = 4096
"""Open files for some hundred hosts."""

AS_BEFORE = 'ulimit -S -n "$1"; exec sh -s'
"""The script by which sh becomes a shell with another limit."""


def raise_file_limit() -> int | None:
    """Raise this process's limit to ENOUGH, or as far as the system allows; return the old limit, None if unchanged.

    Programs that it starts inherit the limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return soft
    return None


def shell_with(limit: int | None) -> tuple[str, ...]:
    """Return the command line of a shell that, with all that it starts, may have this many files open; None keeps our
    limit.
    """
    return ("sh", "-s") if limit is None else ("sh", "-c", AS_BEFORE, "sh", str(limit))

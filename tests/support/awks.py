"""The awks that hosts have: each script must do the same with all of them."""

from __future__ import annotations

import pytest

AWKS = ("mawk", "gawk", "original-awk", "busybox")
"""Their programs."""

every_awk = pytest.mark.parametrize("awk", AWKS)


def awk_command(awk: str, path: str = "") -> tuple[str, ...]:
    """Return the command line of an awk, whose program may be at a path."""
    return (path or awk, *(["awk"] if awk == "busybox" else []))

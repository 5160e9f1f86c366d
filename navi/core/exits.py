"""Exit statuses: those of sysexits(3), as navi(1) lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from navi.core.failure import Failure

OK = 0
NO = 1
"""The verb's answer is "no", or the verb failed."""
WRONG_USAGE = 64
WRONG_DATA = 65
"""A file does not have the contents that the verb needs."""
NO_SESSION = 66
UNAVAILABLE = 69
"""The host can't be reached, or it lacks a program."""
EXISTS = 73
TIMED_OUT = 75
REFUSED = 77
"""Not permitted: authentication, host key, file permissions."""
CONFIGURATION = 78
"""A file that navi keeps, or that the user wrote, can't be used as it is."""


def of_failure(failure: Failure) -> int:
    """Return the exit status for a host's failure."""
    return REFUSED if failure.state in ("auth", "hostkey") else UNAVAILABLE

"""Which version of OpenSSH's client is installed: an option that it does not know would end every call."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from functools import cache

from navi.hosts.blocking_process import Process

TIME_LIMIT = 5.0
"""Seconds that `ssh -V` may take."""


def ssh_version(environment: Mapping[str, str]) -> tuple[int, int]:
    """Return the version of the ssh on PATH, such as (9, 2); (0, 0) if it is missing or does not report one."""
    try:
        return _ask(environment.get("PATH", os.defpath))
    except OSError:  # it may start the next time
        return 0, 0


@cache
def _ask(path: str) -> tuple[int, int]:
    ssh = Process(("ssh", "-V"), {"PATH": path})
    try:
        ssh.read(time.monotonic() + TIME_LIMIT)
        found = re.match(r"OpenSSH_(\d+)\.(\d+)", ssh.end().errors)
    except TimeoutError:
        found = None
    finally:
        ssh.close()
    return (int(found[1]), int(found[2])) if found else (0, 0)

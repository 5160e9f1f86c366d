"""Another user of the machine: files that belong to somebody else, and programs that somebody else runs.

Only root can make either. Other users get links in place of files, which navi does not follow, and no programs.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

STRANGER = 65534
"""The number of another user, `nobody` on most systems."""

HAS_STRANGERS = os.getuid() == 0


def give_away(path: Path) -> None:
    """Let a path belong to the stranger."""
    if HAS_STRANGERS:
        os.chown(path, STRANGER, STRANGER, follow_symlinks=False)
    else:
        path.rename(path.with_name(f"{path.name}.real"))
        path.symlink_to(path.with_name(f"{path.name}.real"))


def as_stranger(*command: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run a program as the stranger, whose login shell would end at once, with a shell that goes on; return its output.

    Raises AssertionError for an exit status other than 0.
    """
    done = subprocess.run(
        command, text=True, capture_output=True, timeout=60, user=STRANGER, group=STRANGER, extra_groups=[],
        env=how.pop("env", os.environ) | {"SHELL": "/bin/sh"}, **how,
    )  # fmt: skip
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done

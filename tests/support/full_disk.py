"""A small disk of its own, for what happens when it is full. Only root can mount one.

def test_it(lab, small_disk):
    fill(small_disk)
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def disk(options: str) -> Iterator[Path]:
    """Mount a tmpfs with these options for as long as the context lasts; its folder is below /tmp."""
    with tempfile.TemporaryDirectory(prefix="navi-full-", dir="/tmp") as folder:
        if os.getuid() == 0:
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            if os.getuid() == 0:
                subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    """Write a file until not a byte fits any more."""
    with (folder / "filler").open("ab", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(4096))


def free(folder: Path) -> None:
    """Remove what `fill` has written."""
    (folder / "filler").unlink()


def make_read_only(folder: Path, on: bool = True) -> None:
    """Mount a disk anew, so that nobody can write to it, or everybody can again."""
    subprocess.run(["mount", "-o", f"remount,{'ro' if on else 'rw'}", str(folder)], check=True)

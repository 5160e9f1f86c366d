"""What navi has offered on this machine, so that it offers nothing twice.

A file in the state folder has a line for each answered offer: `hosts`, `hooks HOST`, or `hooks` for all hosts, and
`lost HOST NOTE` for a lost session that the user has seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FILE = "offers"

HOSTS, HOOKS, LOST = "hosts", "hooks", "lost"

LARGEST = 100_000
"""Bytes that are read."""


def was_answered(state: Path, offer: str, host: str = "") -> bool:
    """Return whether an offer was answered, for one host (or what else it was about) or for all."""
    lines = _lines(state)
    return offer in lines or f"{offer} {host}" in lines


def note_answered(state: Path, offer: str, hosts: Iterable[str] = ("",)) -> None:
    """Note that an offer was answered. If the folder can't be written to, it comes again at the next start."""
    new = [f"{offer} {host}".rstrip() for host in hosts if not was_answered(state, offer, host)]
    with suppress(OSError):
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(state / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("".join(f"{line}\n" for line in new))


def _lines(state: Path) -> list[str]:
    with suppress(OSError), (state / FILE).open("rb") as file:
        return file.read(LARGEST).decode("utf-8", "surrogateescape").split("\n")
    return []

"""Ages, latencies and times as people read and write them."""

from __future__ import annotations

import time


def utc(clock: float) -> str:
    """Format an epoch time as the registry does: `2026-01-31T12:00:00Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock))


def age(seconds: float) -> str:
    """Format an age as one short word: `now`, `20s`, `3m`, `2h`, `5d`.

    It is coarse on purpose: a word that changed every second would keep the terminal busy.
    """
    if seconds < 10:
        return "now"
    if seconds < 60:
        return f"{int(seconds) // 10 * 10}s"
    if seconds < 3600:
        return f"{int(seconds) // 60}m"
    if seconds < 86400:
        return f"{int(seconds) // 3600}h"
    return f"{int(seconds) // 86400}d"


def ago(seconds: float) -> str:
    """Say how long ago something was, as coarse as `age`: `just now`, `3m ago`."""
    words = age(seconds)
    return "just now" if words == "now" else f"{words} ago"


def age_lasts(seconds: float) -> float:
    """Return for how many more seconds `age(seconds)` stays the same."""
    step = 10 if seconds < 60 else 60 if seconds < 3600 else 3600 if seconds < 86400 else 86400
    return step - seconds % step if seconds >= 0 else 10 - seconds


def exact_age(seconds: float) -> str:
    """Format an age to the second: `4s`, `3m 20s`, `2h 5m`, `3d 4h`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60}m"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
"""The units of ages that people write, in seconds."""


def seconds_of(text: str) -> int:
    """Read an age such as 90s, 30m, 12h or 7d. Raise ValueError with a message for people."""
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS or not (number.isascii() and number.isdigit() and len(number) <= 9):
        raise ValueError(f"invalid age `{text}`; write 90s, 30m, 12h or 7d")
    return int(number) * UNITS[unit]


def latency(seconds: float) -> str:
    """Format a round-trip time: `<1ms`, `42ms`, `1.2s`."""
    if seconds < 0.00095:
        return "<1ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f}ms"
    return f"{seconds:.1f}s"

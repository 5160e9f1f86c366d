"""How long to wait before something that failed is asked for again."""

REPEATS_EVERY, LONGEST_PAUSE = 15.0, 1800.0
"""Seconds before the first repeat, and at most before a later one."""


def pause_before(repeat: int) -> float:
    """Return the seconds to wait before a repeat, counted from 0: each pause is twice as long as the one before."""
    return min(REPEATS_EVERY * 2.0 ** min(repeat, 20), LONGEST_PAUSE)

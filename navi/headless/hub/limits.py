"""How much a session may be sent: a program that went wrong sends without end. What is too much is not stored.

A restart of the hub, or another run of the session, gives nobody a fresh minute: the count goes on from the store.
Answers, interrupts and ends have no limit: with these a person stops what went wrong.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from navi.headless.store.store import Store
from navi.headless.store.stored import Limited

NOUNS: Mapping[str, str] = {"user": "messages", "mode": "changes of its permission mode"}
"""The kinds of inputs that are limited, each of its own, so that a flood of one leaves room for the other."""

NOT_STORED = "this one was not stored"

TAKEN_UP = "try again when it has taken some up"

MINUTE = 60.0


class Limits(NamedTuple):
    """How many inputs of a kind a session takes within a minute, and how many may wait for its agent; 0: any number."""

    a_minute: int = 60
    waiting: int = 200


LIMITS = Limits()


class Limiter:
    """Counts what sessions are sent. Only the writer's work uses it, which is carried out one after the other."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._admitted: dict[tuple[str, str], deque[float]] = {}

    def admit(self, store: Store, session_id: str, kind: str, now: float, then: str = TAKEN_UP) -> None:
        """Count an input that is to be stored; `now` never goes back. Raise Limited for one too many; `then` says what
        helps where too many wait.
        """
        if kind not in NOUNS:
            return
        check_waiting(store, session_id, kind, self._limits.waiting, then)
        before, most = self._before(store, session_id, kind, now), self._limits.a_minute
        wait = before[0] + MINUTE - now if 0 < most == len(before) else 0.0
        if wait > 0:
            words = f"it got {most} {NOUNS[kind]} within a minute (prompts_a_minute); {NOT_STORED}"
            raise Limited(f"{words}; try again in {math.ceil(wait)} s", wait)
        before.append(now)

    def _before(self, store: Store, session_id: str, kind: str, now: float) -> deque[float]:
        """Return when the session was sent what counts; what this hub has not counted yet, the store has."""
        known = self._admitted.get((session_id, kind))
        if known is None:
            most = self._limits.a_minute
            stored = store.sent_since(session_id, kind, time.time() - MINUTE, most)
            known = self._admitted[session_id, kind] = deque(on_clock(stored, now), most)
        return known


def on_clock(times: Iterable[float], now: float) -> list[float]:
    """Return epoch times by another clock, which is at `now`. One that is still to come, as where the system's clock
    was set back, is now: nobody waits for longer than a limit says.
    """
    epoch = time.time()
    return [now - max(0.0, epoch - one) for one in times]


def check_waiting(store: Store, session_id: str, kind: str, most: int, then: str) -> None:
    """Raise Limited where so many inputs of a kind wait for an agent that there is no place for another; `then` says
    what helps.
    """
    if most and store.count_waiting(session_id, kind) >= most:
        raise Limited(f"{most} {NOUNS[kind]} wait for its agent (prompts_waiting); {NOT_STORED}; {then}")

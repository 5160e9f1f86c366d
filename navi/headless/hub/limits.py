"""How much a session may be sent: a program that went wrong sends without end. What is too much is not stored.

Answers, interrupts and ends have no limit: with these a person stops what went wrong.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from navi.headless.store.store import Store
from navi.headless.store.stored import Input, Limited

NOUNS: Mapping[str, str] = {"user": "messages", "mode": "changes of its permission mode"}
"""The kinds of inputs that are limited, each of its own, so that a flood of one leaves room for the other."""

NOT_STORED = "this one was not stored"

MINUTE = 60.0


class Limits(NamedTuple):
    """How many inputs of a kind a session takes within a minute, and how many may wait for its agent; 0: any number."""

    a_minute: int = 60
    waiting: int = 200


LIMITS = Limits()


class Limiter:
    """Counts what one session is sent. Only the writer's work uses it, which is carried out one after the other."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._admitted = {kind: deque[float](maxlen=limits.a_minute) for kind in NOUNS}

    def admit(self, store: Store, session_id: str, one: Input, now: float) -> None:
        """Count an input, unless it is known already; `now` never goes back. Raise Limited for one too many."""
        if one.kind not in NOUNS or store.knows_input(one.uuid):
            return
        check_waiting(store, session_id, one.kind, self._limits.waiting)
        before, most = self._admitted[one.kind], self._limits.a_minute
        wait = before[0] + MINUTE - now if 0 < most == len(before) else 0.0
        if wait > 0:
            words = f"it got {most} {NOUNS[one.kind]} within a minute (prompts_a_minute); {NOT_STORED}"
            raise Limited(f"{words}; try again in {math.ceil(wait)} s", wait)
        before.append(now)


def check_waiting(
    store: Store, session_id: str, kind: str, most: int, then: str = "try again when it has taken some up"
) -> None:
    """Raise Limited where so many inputs of a kind wait for an agent that there is no place for another; `then` says
    what helps.
    """
    if most and store.count_waiting(session_id, kind) >= most:
        raise Limited(f"{most} {NOUNS[kind]} wait for its agent (prompts_waiting); {NOT_STORED}; {then}")

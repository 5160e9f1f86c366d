"""How much a session may be sent: a program that went wrong sends without end. What is too much is not stored.

A restart of the hub, or another run of the session, gives nobody a fresh minute: the count goes on from the store.
A prompt that comes with a start counts as a start, of which a hub takes fewer still.
Answers have no limit, since a question is answered once, and ends have none: with these a person stops what went wrong.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from navi.core.headless import InputState
from navi.headless.refused import Limited
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredInput

NOUNS: Mapping[str, str] = {"user": "messages", "mode": "changes of its permission mode", "interrupt": "interrupts"}
"""The kinds of inputs that are limited, each of its own, so that a flood of one leaves room for the other."""

INTERRUPTS = 60
"""Interrupts that a session takes within a minute. No setting changes that: a low one must not keep a person from
stopping an agent.
"""

NOT_STORED = "this one was not stored"

WAITS_ALREADY = "an interrupt waits already until it can be handed over to its agent"

TAKEN_UP = "try again when it has taken some up"

MINUTE = 60.0


class InputLimits(NamedTuple):
    """How many inputs of a kind a session takes within a minute, and how many may wait for its agent; 0: any number."""

    a_minute: int = 60
    waiting: int = 200


LIMITS = InputLimits()


class Limiter:
    """Counts what sessions are sent. Only the writer's work uses it, which is carried out one after the other."""

    def __init__(self, limits: InputLimits) -> None:
        self._limits = limits
        self._admitted: dict[tuple[str, str], deque[float]] = {}

    def admit(self, store: Store, session_id: str, several: Sequence[StoredInput], now: float) -> None:
        """Count an input, with others that belong to it, unless it is known already; `now` never goes back. Raise
        Limited for one too many, and for an interrupt that adds nothing.
        """
        first, *others = several
        if first.kind not in NOUNS or store.knows_input(first.uuid):
            return
        if first.kind == "interrupt":
            check_adds(store, session_id, [one.body for one in others])
            self._count(store, session_id, first.kind, now, INTERRUPTS, "")
        else:
            self.check_place(store, session_id, first.kind)
            self._count(store, session_id, first.kind, now, self._limits.a_minute, " (prompts_a_minute)")

    def check_place(self, store: Store, session_id: str, kind: str, then: str = TAKEN_UP) -> None:
        """Raise Limited where too many inputs of a kind wait already; `then` says what helps."""
        check_waiting(store, session_id, kind, self._limits.waiting, then)

    def _count(self, store: Store, session_id: str, kind: str, now: float, most: int, setting: str) -> None:
        before = self._before(store, session_id, kind, now, most)
        wait = before[0] + MINUTE - now if 0 < most == len(before) else 0.0
        if wait > 0:
            words = f"it got {most} {NOUNS[kind]} within a minute{setting}; {NOT_STORED}"
            raise Limited(f"{words}; try again in {math.ceil(wait)} s", wait)
        before.append(now)

    def _before(self, store: Store, session_id: str, kind: str, now: float, most: int) -> deque[float]:
        """Return when the session was sent what counts; what this hub has not counted yet, the store has."""
        known = self._admitted.get((session_id, kind))
        if known is None:
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


def check_adds(store: Store, session_id: str, answers: Sequence[str]) -> None:
    """Raise Limited for an interrupt that adds nothing to one that is not at the agent's host yet: no message was sent
    behind that, and these answers, which end what the agent asks, go with it.
    """
    last = list(takewhile(lambda one: one.kind != "user", reversed(store.inputs(session_id, InputState.QUEUED))))
    if any(one.kind == "interrupt" for one in last) and {one.body for one in last}.issuperset(answers):
        raise Limited(f"{WAITS_ALREADY}; another one adds nothing, and was not stored")

"""The words of the hub: what a session without a terminal is, in the list and in the store, and how far an input is."""

from __future__ import annotations

from enum import StrEnum


class HeadlessStatus(StrEnum):
    """What a session without a terminal is shown as. DISCONNECTED: no relay reaches its host, so that nobody knows."""

    STARTING = "starting"
    RUNNING = "running"
    PERMISSION = "permission"
    QUESTION = "question"
    WAITING = "waiting"
    ENDING = "ending"
    COMPLETE = "complete"
    FAILED = "failed"
    ARCHIVED = "archived"
    DISCONNECTED = "disconnected"

    @property
    def live(self) -> bool:
        """Whether it has an agent, as far as it is known."""
        return self not in OVER


OVER = frozenset({HeadlessStatus.COMPLETE, HeadlessStatus.FAILED, HeadlessStatus.ARCHIVED})
"""The statuses of a session whose agent has ended."""

BUSY = frozenset({HeadlessStatus.RUNNING, HeadlessStatus.PERMISSION, HeadlessStatus.QUESTION})
"""Statuses in which a turn can be interrupted."""

NOT_BEGUN = frozenset({HeadlessStatus.STARTING, HeadlessStatus.DISCONNECTED})
"""Statuses that do not say yet whether an agent has started."""


class StoredStatus(StrEnum):
    """What the store has of a session: whether it has an agent, without or in a terminal."""

    LIVE = "live"
    COMPLETE = "complete"
    FAILED = "failed"
    ARCHIVED = "archived"


class InputState(StrEnum):
    """How far an input is: the hub keeps it, its host has it, or its agent has taken it up, or never will."""

    QUEUED = "queued"
    HANDED = "handed"
    TAKEN = "taken"
    EXPIRED = "expired"


ON_THE_WAY = (InputState.QUEUED, InputState.HANDED)
"""States of an input that its agent has not taken up."""

"""The hub's documents, and its words for the statuses of sessions without a terminal and for the states of inputs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]
"""A JSON document of the hub: a session, a question, a message, an entry of its audit."""


class HeadlessStatus(StrEnum):
    """The status of a session without a terminal in lists. DISCONNECTED: no relay reaches its host, so nobody can tell
    what its agent does.
    """

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

INTERRUPTIBLE = frozenset({HeadlessStatus.RUNNING, HeadlessStatus.PERMISSION, HeadlessStatus.QUESTION})
"""Statuses in which the agent is in a turn, which a person can interrupt."""

NOT_BEGUN = frozenset({HeadlessStatus.STARTING, HeadlessStatus.DISCONNECTED})
"""Statuses that do not say yet whether an agent has started."""


class StoredStatus(StrEnum):
    """The status of a session in the store. LIVE: it has an agent, in a terminal or without one."""

    LIVE = "live"
    COMPLETE = "complete"
    FAILED = "failed"
    ARCHIVED = "archived"


class InputState(StrEnum):
    """How far an input has got: it is QUEUED in the hub, its host has it (HANDED), or its agent has TAKEN it up. Its
    agent never gets an EXPIRED one.
    """

    QUEUED = "queued"
    HANDED = "handed"
    TAKEN = "taken"
    EXPIRED = "expired"


ON_THE_WAY = (InputState.QUEUED, InputState.HANDED)
"""States of an input that its agent has not taken up."""

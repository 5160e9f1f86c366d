"""Which statuses of agents belong together."""

from __future__ import annotations

ASKING = ("permission", "waiting")
"""Statuses in which the agent asks a person for something, the more urgent one first."""

NEEDS_YOU = (*ASKING, "error")
"""Statuses in which an agent does not go on without a person."""

BUSY = frozenset({*ASKING, "working"})
"""Statuses that only a running agent can have."""

RESTING = frozenset({"idle", "done"})
"""Statuses of an agent that waits for its next prompt."""

TURN_ENDED = RESTING | {"error"}
"""Statuses of an agent whose turn has ended, well or not."""

ENDED = frozenset({"offline", "stopped"})
"""Statuses that a running agent can't have, unless it is suspended."""

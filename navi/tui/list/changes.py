"""Which sessions have changed a moment ago: their rows are highlighted. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from navi.core.listing import Key, group_of
from navi.core.model import Session

MOMENT = 1.0
"""Seconds for which a row is highlighted."""


class Changes:
    """Compares the sessions with those before. What appears or ends, and what gets known, is no change."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[str, str]] = {}
        self._until: dict[Key, float] = {}

    def note(self, sessions: Iterable[Session], now: float) -> None:
        """Compare. `now` is of a clock that only counts seconds."""
        known, self._known = self._known, {session.key: _state(session) for session in sessions}
        self._until = {key: until for key, until in self._until.items() if until > now and key in self._known}
        for key, state in self._known.items():
            before = known.get(key, state)
            if before != state and "unknown" not in (before[0], state[0]):
                self._until[key] = now + MOMENT

    def has(self, key: Key) -> bool:
        """Return whether a session has changed a moment ago."""
        return key in self._until

    def last(self, now: float) -> float:
        """Return for how many seconds no highlight ends."""
        return max(0.0, min(self._until.values(), default=float("inf")) - now)


def _state(session: Session) -> tuple[str, str]:
    """Return the session's status, and its group, which may be because of its team."""
    return session.status.word, group_of(session)

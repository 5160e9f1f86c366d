"""Which sessions have changed a moment ago: their rows are highlighted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from navi.core.listing import SessionKey, group_of
from navi.core.model import HostView
from navi.tui.per_host import PerHost

MOMENT = 1.0
"""Seconds for which a row is highlighted."""


States = Mapping[SessionKey, tuple[str, str]]
"""The status of each session, and its group, which may be because of its team."""


class Changes:
    """Compares the sessions with those before. A session that appears, ends or becomes known has not changed."""

    def __init__(self) -> None:
        self._states = PerHost(_states)
        self._known: dict[str, States] = {}
        self._until: dict[SessionKey, float] = {}

    def note(self, views: Iterable[HostView], now: float) -> None:
        """Compare. `now` is of a clock that only counts seconds."""
        self._until = {key: until for key, until in self._until.items() if until > now}
        for view in views:
            states = self._states.of(view)
            before, self._known[view.name] = self._known.get(view.name, states), states
            if states is not before:
                self._compare(before, states, now)

    def _compare(self, before: States, states: States, now: float) -> None:
        for key in before.keys() - states.keys():
            self._until.pop(key, None)
        for key in before.keys() & states.keys():
            if before[key] != states[key] and "unknown" not in (before[key][0], states[key][0]):
                self._until[key] = now + MOMENT

    def has(self, key: SessionKey) -> bool:
        """Return whether a session has changed a moment ago."""
        return key in self._until

    def last(self, now: float) -> float:
        """Return for how many seconds no highlight ends."""
        return max(0.0, min(self._until.values(), default=float("inf")) - now)


def _states(view: HostView) -> States:
    return {session.key: (session.status.word, group_of(session)) for session in view.sessions}

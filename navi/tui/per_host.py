"""A value for each host, computed from its sessions, and again only when they have changed.

A few of a thousand sessions change at a time, and a key waits while the list is arranged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, Generic, ParamSpec, TypeVar

from navi.core.model import HostView

P = ParamSpec("P")
T = TypeVar("T")


class PerHost(Generic[P, T]):
    """Remembers what `compute` returns, which may read only the name and the sessions of a view."""

    def __init__(self, compute: Callable[Concatenate[HostView, P], T]) -> None:
        self._compute = compute
        self._known: dict[str, tuple[object, object, T]] = {}

    def of(self, view: HostView, *given: P.args, **named: P.kwargs) -> T:
        """Return the value for a host: the same object as before if sessions and arguments are the same."""
        known = self._known.get(view.name)
        if known is None or known[0] is not view.sessions or known[1] != (given, named):
            known = self._known[view.name] = (view.sessions, (given, named), self._compute(view, *given, **named))
        return known[2]

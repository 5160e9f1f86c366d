"""The sessions that hosts have lost: which, and in words."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.model import HostView, HowLost, LostSession
from navi.core.text import plural


def lost_sessions(views: Sequence[HostView]) -> list[tuple[str, LostSession]]:
    """Return the lost sessions of the hosts that answer, with the host; those noted last come first.

    Two hosts that are one machine have the same ones.
    """
    found: dict[str, tuple[str, LostSession]] = {}
    for view in views:
        if view.frame and view.fresh:
            for one in view.frame.lost_sessions:
                found.setdefault(one.key, (view.name, one))
    return sorted(found.values(), key=lambda pair: -pair[1].time)


def words_for(lost: Sequence[LostSession]) -> str:
    """Return how many sessions were lost, and by what."""
    why = "by a reboot" if all(one.how == HowLost.REBOOT for one in lost) else "with a tmux server"
    return f"{plural(len(lost), 'session')} lost {why}"


def was_unasked(one: LostSession, lost: Sequence[LostSession]) -> bool:
    """Return whether nobody can have ended a lost session of a host by closing it, the last one of its tmux server:
    that ends the server, too. `lost` are all lost sessions of the host.
    """
    return one.how == HowLost.REBOOT or sum(other.how == HowLost.SERVER for other in lost) > 1

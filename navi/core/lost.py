"""The sessions that hosts have lost: which, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from navi.core.model import HostView, HowLost, LostSession
from navi.core.text import plural


def lost_sessions(views: Sequence[HostView]) -> list[tuple[str, LostSession]]:
    """Return the lost sessions of the hosts that answer, each with its host, those noted last first.

    Two hosts that are the same machine have the same lost sessions, which are returned once.
    """
    found: dict[str, tuple[str, LostSession]] = {}
    for view in views:
        if view.frame and view.fresh:
            for one in view.frame.lost_sessions:
                found.setdefault(one.key, (view.name, one))
    return sorted(found.values(), key=lambda pair: -pair[1].time)


def words_for(lost: Sequence[LostSession]) -> str:
    """Return how many sessions were lost, and by what."""
    hows = {one.how for one in lost}
    ways = [("by a reboot", HowLost.REBOOT in hows), ("with a tmux server", bool(hows - {HowLost.REBOOT}))]
    return f"{plural(len(lost), 'session')} lost {' or '.join(words for words, is_so in ways if is_so)}"


def surely_lost(lost: Sequence[tuple[str, LostSession]]) -> list[tuple[str, LostSession]]:
    """Return the lost sessions, with their hosts, that nobody can have closed.

    Closing the last session of a tmux server ends the server, too, which looks the same as its loss.
    """
    with_servers = Counter(host for host, one in lost if one.how == HowLost.SERVER)
    return [(host, one) for host, one in lost if one.how == HowLost.REBOOT or with_servers[host] > 1]

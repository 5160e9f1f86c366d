"""Waiting until a session has a status, by following the watch of its host."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from navi.core import exits
from navi.core.address import Named
from navi.core.agents import AgentKind
from navi.core.model import Frame
from navi.core.status import session_named, sessions_of
from navi.core.text import clean
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.look import Unwatchable, look, watch

LOOK_EVERY = 1.0
"""Seconds between two snapshots of a host that can't be watched."""


def wait_for_status(
    host: BlockingHost, pane: Named, wanted: Sequence[str], kinds: Sequence[AgentKind], limit: float
) -> str:
    """Return the status as soon as it is a wanted one. `limit` is of time.monotonic.

    Raises OperationError when time is up or the session is gone, and HostError.
    """
    last = ""
    for frame in _frames(host, limit):
        session = session_named(sessions_of(host.name, frame, kinds), pane.name)
        if session and session.status.word in wanted:
            return session.status.word
        if frame.proven and (session is None or session.tmux is None):
            raise OperationError(f"there is no session {clean(pane.name)}", exits.NO_SESSION)
        last = session.status.word if session else "unknown"
    words = f"its status is still {clean(last)}" if last else "timed out waiting for its status"
    raise OperationError(words, exits.TIMED_OUT)


def _frames(host: BlockingHost, limit: float) -> Iterator[Frame]:
    """Yield the frames of the host's watch until the limit. Each heartbeat yields the last frame again: a status may
    change because nothing happens.
    """
    frame = None
    try:
        for found in host.follow(watch(), limit):
            frame = found if isinstance(found, Frame) else frame
            if frame is not None:
                yield frame
    except Unwatchable:
        while True:
            yield host.run(look())
            if time.monotonic() >= limit:
                return
            time.sleep(max(0.0, min(LOOK_EVERY, limit - time.monotonic())))

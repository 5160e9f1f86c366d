"""Waiting until a session has a status, by following the watch of its host."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from navi.cli.other_sessions import no_session
from navi.core import exits
from navi.core.address import Address, Named
from navi.core.agents import AgentKind
from navi.core.failure import HostState
from navi.core.model import Frame, Session
from navi.core.status import session_named, sessions_of
from navi.core.text import clean
from navi.core.unlisted import unlisted
from navi.hosts.blocking_host import BlockingHost
from navi.ops import OperationError
from navi.ops.look.frames import Unwatchable, look, watch
from navi.ops.outcome import answered as has_listed
from navi.ops.pane.find import find_pane

LOOK_EVERY = 1.0
"""Seconds between two snapshots of a host that can't be watched."""


def wait_for_status(
    host: BlockingHost, pane: Named, wanted: Sequence[str], kinds: Sequence[AgentKind], limit: float
) -> str:
    """Return the status as soon as it is a wanted one. `limit` is of time.monotonic.

    Of several sessions of that name on the host, it is the one that `send` would type into. A status that no tmux
    server confirms does not count. Raise OperationError when time is up, the session is gone, several are meant, or
    tmux can't be asked there, and HostError.
    """
    last = "timed out waiting for its status"
    socket = None
    for frame in _frames(host, limit):
        sessions = sessions_of(host.name, frame, kinds)
        named = [one for one in sessions if one.name == pane.name and one.tmux]
        if socket is None and (pane.socket or len(named) > 1):
            socket = _socket_of(host, pane, named)
        session = _session_on(socket, named) if socket is not None else session_named(sessions, pane.name)
        socket = session.tmux.socket if session and session.tmux else socket
        found = unlisted(frame, host.name)
        if session and ((session.tmux and has_listed(frame, session.tmux.socket)) or not found):
            if session.status.word in wanted:
                return session.status.word
            last = f"its status is still {clean(session.status.word)}"
        if found:
            last = f"{found.failure.cause}; {found.failure.remedy_in_verbs}"
            if found.failure.state is HostState.NO_TMUX:
                raise OperationError(last, found.status)
        elif session is None or session.tmux is None:
            raise no_session(Address(host.name, pane.name))
    raise OperationError(last, exits.TIMED_OUT)


def _socket_of(host: BlockingHost, pane: Named, named: Sequence[Session]) -> str:
    """Return the socket of the session that is meant, as a frame writes it. Raise OperationError if there is none, or
    more than one, or its tmux server is not among those that are listed; and HostError.
    """
    found = host.run(find_pane(pane))
    for one in named:
        if one.tmux and found.is_in(one.tmux):
            return one.tmux.socket
    words = f"navi does not list the tmux server {clean(found.socket)}, so it does not know statuses there"
    raise OperationError(f"{words}; wait for a line with --pattern", exits.UNAVAILABLE)


def _session_on(socket: str, named: Sequence[Session]) -> Session | None:
    return next((one for one in named if one.tmux and one.tmux.socket == socket), None)


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

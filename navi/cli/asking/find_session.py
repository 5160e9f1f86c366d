"""Looking for the one session that a verb is about."""

from __future__ import annotations

from typing import NamedTuple

from navi.cli.context import Context
from navi.cli.other_sessions import no_session, suggesting, with_suggestion
from navi.core import exits
from navi.core.address import Address, Named
from navi.core.model import Frame, Session
from navi.core.status import session_named, sessions_of
from navi.ops import OperationError
from navi.ops.look.frames import look
from navi.ops.look.snapshot import snapshot
from navi.ops.outcome import unanswered
from navi.ops.pane.find import FoundPane, find_pane


class LookBefore(NamedTuple):
    """A look before a change: the session of an address, and the whole frame.

    `session` is None if the look did not find it, although a tmux server that did not answer may have it.
    """

    session: Session | None
    frame: Frame


def look_before(context: Context, address: Address, socket: str = "") -> LookBefore:
    """Look for a session before a change, as `look_for` does.

    Raise OperationError also if every server has answered and none has the session.
    """
    session, frame = look_for(context, address, socket)
    if session is None and frame.proven:
        raise with_suggestion(context, address, no_session(address))
    return LookBefore(session, frame)


def look_for(context: Context, address: Address, socket: str = "") -> LookBefore:
    """Look for a session on all tmux servers, including those that only the registry names, or on that of a socket.

    Of several sessions with the name, return the one that `send` would type into. Raise HostError, and OperationError
    if the address is ambiguous, or if no server has the session and the registry is unusable.
    """
    host = context.host(address.host)
    frame = host.run(look())
    if socket or _on_several_servers(frame, address.name):
        with suggesting(context, address):
            return _look_for_meant(context, address, frame, host.run(find_pane(Named(address.name, socket))))
    session = _named(context, address, frame)
    if session and (session.tmux or session.background):
        return LookBefore(session, frame)
    found = host.run(snapshot())
    if session is None and not found.registry.usable:
        raise OperationError(found.registry.complaint, exits.REFUSED)
    registered = _named(context, address, found.frame)
    return LookBefore(session, frame) if session and not registered else LookBefore(registered, found.frame)


def _on_several_servers(frame: Frame, name: str) -> bool:
    return sum(one.name == name for one in frame.sessions) > 1


def _look_for_meant(context: Context, address: Address, frame: Frame, meant: FoundPane) -> LookBefore:
    """Return the session of a pane that was found, from the frame or else from a look that asks its server, too."""
    session = _session_of(context, address, frame, meant)
    if session is None:
        frame = context.host(address.host).run(snapshot(sockets=[meant.socket])).frame
        session = _session_of(context, address, frame, meant)
    if session is None:
        raise no_session(address)
    return LookBefore(session, frame)


def _session_of(context: Context, address: Address, frame: Frame, meant: FoundPane) -> Session | None:
    sessions = sessions_of(address.host, frame, context.agents)
    return next((one for one in sessions if one.tmux and meant.is_in(one.tmux)), None)


def _named(context: Context, address: Address, frame: Frame) -> Session | None:
    return session_named(sessions_of(address.host, frame, context.agents), address.name)


def find(context: Context, address: Address, socket: str = "") -> Session:
    """Return the session that an address means now, as `look_for` does. Raise OperationError, HostError."""
    session, frame = look_before(context, address, socket)
    if session is None:
        outcome = unanswered(frame)
        raise OperationError(outcome.reason, outcome.status)
    return session

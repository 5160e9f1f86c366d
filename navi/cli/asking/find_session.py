"""Looking for the one session that a verb is about."""

from __future__ import annotations

from typing import NamedTuple

from navi.cli.context import Context
from navi.cli.other_sessions import no_session, with_suggestion
from navi.core import exits
from navi.core.address import Address
from navi.core.model import Frame, Session
from navi.core.status import session_named, sessions_of
from navi.ops import OperationError
from navi.ops.look.frames import look
from navi.ops.look.snapshot import snapshot
from navi.ops.outcome import unanswered


class Before(NamedTuple):
    """A look before a change: the session of an address, and the whole frame.

    `session` is None if it was not found and a tmux server did not list its sessions.
    """

    session: Session | None
    frame: Frame


def look_before(context: Context, address: Address) -> Before:
    """Look for a session that is to be changed: on the default tmux server, or else on another.

    Raise OperationError if there is no such session, and HostError.
    """
    session, frame = look_for(context, address)
    if session is None and frame.proven:
        raise with_suggestion(context, address, no_session(address))
    return Before(session, frame)


def look_for(context: Context, address: Address) -> Before:
    """Look for a session, also on the tmux servers that only the registry names. Raise HostError, and OperationError if
    no server has the session and the registry can't be used.
    """
    host = context.host(address.host)
    frame = host.run(look())
    session = _named(context, address, frame)
    if session and (session.tmux or session.background):
        return Before(session, frame)
    found = host.run(snapshot())
    if session is None and not found.registry.usable:
        raise OperationError(found.registry.complaint, exits.REFUSED)
    registered = _named(context, address, found.frame)
    return Before(session, frame) if session and not registered else Before(registered, found.frame)


def _named(context: Context, address: Address, frame: Frame) -> Session | None:
    return session_named(sessions_of(address.host, frame, context.agents), address.name)


def find(context: Context, address: Address) -> Session:
    """Return the session that has an address now. Raise OperationError, HostError."""
    session, frame = look_before(context, address)
    if session is None:
        outcome = unanswered(frame)
        raise OperationError(outcome.reason, outcome.status)
    return session

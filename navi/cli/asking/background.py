"""Sessions that agents run without a terminal, for verbs that ask tmux first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from navi.core import exits
from navi.core.status import session_named, sessions_of
from navi.core.text import clean
from navi.hosts.base import HostError
from navi.ops import OperationError
from navi.ops.look.frames import look

if TYPE_CHECKING:
    from navi.cli.arguments import Options
    from navi.cli.context import Context
    from navi.core.model import Session


def in_background(context: Context, options: Options) -> Session | None:
    """Return the background session with the address of a command line. Return None if there is none, or if the command
    line names a tmux server. Raise HostError.
    """
    if getattr(options, "socket", ""):
        return None
    address = context.address(options.address)
    frame = context.host(address.host).run(look())
    session = session_named(sessions_of(address.host, frame, context.agents), address.name)
    return session if session and session.background else None


def why_missing(context: Context, options: Options, error: OperationError) -> OperationError:
    """Return why a verb found no session: that the address is a background session, or else `error` unchanged."""
    if error.status != exits.NO_SESSION or not getattr(options, "address", None):
        return error
    try:
        session = in_background(context, options)
    except (HostError, OperationError):
        return error
    if session is None:
        return error
    address = clean(session.address)
    words = f"{address} runs in the background of {session.agent} and has no pane; `navi attach {address}` opens it"
    return OperationError(words, exits.NO_SESSION)

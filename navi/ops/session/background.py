"""What can be done with a session that an agent runs without a terminal. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from navi.core.agents import AGENTS, AgentKind
from navi.core.agents.kind import BackgroundSessions
from navi.core.model import BackgroundAgent, Session
from navi.core.text import clean
from navi.ops.operation import OperationError


def attach_command(session: Session) -> tuple[str, str, str]:
    """Return the command that opens a session in a terminal: the agent's program, and its arguments."""
    one, how = background_of(session, AGENTS)
    return one.kind, how.attach, one.id


def background_of(session: Session, kinds: Sequence[AgentKind]) -> tuple[BackgroundAgent, BackgroundSessions]:
    """Return what runs in the background, and how to ask its agent about it. Raise OperationError if nothing runs
    there.
    """
    one = session.background
    how = next((kind.background for kind in kinds if one and kind.name == one.kind), None)
    if one is None or how is None:
        raise OperationError(f"{clean(session.name)} does not run in the background")
    return one, how

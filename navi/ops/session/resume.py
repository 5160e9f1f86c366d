"""How to start an agent again in its conversation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from navi.core.agents import REPORT_AS_SESSION, AgentKind
from navi.core.conversations import CONVERSATION_ID, conversation_in_state
from navi.core.launch import program_of
from navi.core.model import AgentProcess, LostSession, Session

ID = "{session_id}"
"""The placeholder for a conversation's id in the arguments that resume it."""


class Relaunch(NamedTuple):
    """The `line` that starts an agent, what is added to it once (`more`), and its `program`, "" if that is unknown."""

    line: str
    more: str = ""
    program: str = ""


def kind_named(name: str, kinds: Sequence[AgentKind]) -> AgentKind | None:
    """Return the kind of agent with a name, or None."""
    return next((kind for kind in kinds if kind.name == name), None)


def conversation_id(session: Session) -> str:
    """Return the agent's own id of the conversation of a session, or "" if a look does not show it.

    The agent's state file comes first, then what its hook reported.
    """
    found: list[object] = [conversation_in_state(one) for one in agents_of(session) if one.name == session.agent]
    if session.conversation and session.conversation.agent == session.agent:
        found.append(session.conversation.id)
    if session.file and session.agent in REPORT_AS_SESSION:
        found.append(session.file.fields.get("session_id"))
    return next((one for one in found if isinstance(one, str) and CONVERSATION_ID.fullmatch(one)), "")


def pane_of_conversation(session: Session, id: str) -> str:
    """Return the pane in which the agent with that conversation runs, "" if a look does not show it."""
    panes = session.tmux.panes if session.tmux else ()
    named = (pane.id for pane in panes for agent in pane.agents if id and conversation_in_state(agent) == id)
    reported = session.conversation.pane if session.conversation and session.conversation.id == id else ""
    return next(named, reported)


def agents_of(session: Session) -> tuple[AgentProcess, ...]:
    """Return the agents that run in a session and in no tool of another; those of the pane that is shown come first."""
    if session.tmux is None:
        return ()
    shown = session.tmux.pane.id
    panes = sorted(session.tmux.panes, key=lambda pane: pane.id != shown)
    return tuple(agent for pane in panes for agent in pane.agents if not agent.parent)


def relaunch(session: Session, kinds: Sequence[AgentKind]) -> tuple[str, str]:
    """Return the line that starts a session's agent again, and what to add to resume its conversation.

    That has {session_id} in it if only the host may know the id.
    """
    kind = kind_named(session.agent, kinds)
    if kind is None:
        return "", ""
    known = conversation_id(session)
    return kind.start or kind.name, kind.resume.replace(ID, known) if known else kind.resume


def relaunch_lost(lost: LostSession, kinds: Sequence[AgentKind], anew: bool = False) -> Relaunch:
    """Return how to start a lost session again: in its conversation, or anew if that is wanted or there is none."""
    kind = kind_named(lost.agent, kinds)
    if kind is None:
        return Relaunch(lost.line, "", program_of(lost.line) if lost.type == "agent" else "")
    line = lost.line if lost.type == "agent" and lost.line else f"{kind.start or kind.name} {lost.options}".rstrip()
    more = "" if anew else kind.resume.replace(ID, lost.conversation)
    return Relaunch(line, more, program_of(line))

"""The conversations in a status file, and which of them an agent in a pane has. Pure.

A hook writes a record for each conversation. It learns of the end of most, but not of all: a process can be killed and
a pane closed. So a record counts only while its pane runs its agent, as far as the host can tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from navi.core.agents import REPORT_AS_SESSION
from navi.core.evidence import Agent, time_in_state
from navi.core.model import AgentProcess, Conversation, Evidence, Pane, Session, Source, StatusFile, TmuxSession
from navi.core.text import clean

MOST_CONVERSATIONS = 64
"""Conversations of a file that are read; hooks keep fewer."""

LONGEST_ID = 100
"""Characters of an agent's own id."""

CONVERSATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
"""An agent's own id, where it names a folder or goes into a command line: it can't be an option."""

STARTS_WITHIN = 2.0
"""Seconds by which the first event of a process may precede the start that its state file gives."""


# ---- reading


def read_conversations(value: object) -> Iterator[Conversation]:
    """Yield the conversations of a status file, without records that no hook would write."""
    entries = value.items() if isinstance(value, dict) else ()
    for key, entry in list(entries)[:MOST_CONVERSATIONS]:
        if isinstance(key, str) and isinstance(entry, dict) and len(key) <= LONGEST_ID:
            yield _conversation(key, entry)


def _conversation(key: str, entry: dict[str, object]) -> Conversation:
    """Return a conversation. The key of one without an id has a colon."""
    texts = {name: text_in(entry.get(name)) for name in ("agent", "status", "message", "cwd", "pane", "host", "boot")}
    parent = entry.get("parent")
    return Conversation(
        "" if ":" in key else clean(key),
        **texts,
        timestamp=time_in(entry.get("timestamp")),
        started=time_in(entry.get("started")),
        parent=clean(parent[:LONGEST_ID]) if isinstance(parent, str) else "",
        server=process_in(entry.get("server")),
    )


def text_in(value: object) -> str:
    """Return a text of a status file, cleaned; "" for anything else."""
    return clean(value[:4096]) if isinstance(value, str) else ""


def time_in(value: object) -> float | None:
    """Return a time of a status file: a plausible epoch time, or None: also for 0 and for JSON's NaN and Infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e11 else None


def process_in(value: object) -> int:
    """Return the number of a process in a status file, 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


# ---- matching


def conversation_in_state(process: AgentProcess) -> str:
    """Return the id of the conversation that the state file of an agent's process names, or ""."""
    id = process.file.get("sessionId") if process.file else None
    return id if isinstance(id, str) and CONVERSATION_ID.fullmatch(id) else ""


def conversations_in(file: StatusFile, tmux: TmuxSession) -> tuple[Conversation, ...]:
    """Return the conversations that a session can have: those of its tmux server, and those that name none."""
    origin = file.origin
    if origin is None:
        return file.conversations
    here = (origin.host, origin.boot, tmux.server)
    return tuple(one for one in file.conversations if not one.server or (one.host, one.boot, one.server) == here)


def conversation_of(agent: Agent, conversations: Sequence[Conversation]) -> Conversation | None:
    """Return the conversation that an agent has, or None if no hook reported it.

    The agent's own state file names it. Otherwise it is the newest one in the agent's pane that does not run in a tool
    of another and that has had an event since the agent's process started.
    """
    same = [one for one in conversations if one.agent == agent.kind.name]
    named = conversation_in_state(agent.process) if agent.process else ""
    found = next((one for one in same if named and one.id == named), None)
    if found:
        return found
    state = agent.process.file if agent.process and agent.process.file else {}
    started = time_in_state(state.get("startedAt")) or (agent.process.began if agent.process else None)
    began = (started or 0.0) - STARTS_WITHIN
    rest = [one for one in same if not one.parent and one.pane in ("", agent.pane.id) and (one.timestamp or 0) >= began]
    return max(rest, key=lambda one: one.timestamp or 0, default=None)


def unseen(
    conversations: Sequence[Conversation], seen: Collection[Conversation], agents: Sequence[Agent], tmux: TmuxSession
) -> Iterator[tuple[Conversation, tuple[Pane, ...]]]:
    """Yield the conversations whose agent may run unseen, for example below a program that navi does not know, each
    with the living panes that it can be in. `seen` are the conversations of visible agents.

    A conversation without such a pane has ended. So has one whose pane runs its agent in another conversation, or runs
    only other agents.
    """
    for one in conversations:
        panes = tuple(pane for pane in tmux.panes if one.pane in ("", pane.id) and not pane.dead)
        taken = any(pane.agents for pane in panes)
        taken = taken or any(agent.kind.name == one.agent and agent.pane in panes for agent in agents)
        if one not in seen and panes and not one.parent and not taken:
            yield one, panes


def reported(conversation: Conversation, where: str = "") -> Evidence:
    """Return what a hook reported of a conversation."""
    other = "" if conversation.agent in REPORT_AS_SESSION else conversation.agent
    text = "reported by its hook" + (f" for agent {other}" if other else "")
    return Evidence(
        Source.HOOK, conversation.status, conversation.timestamp, text, conversation.message, where, other
    )  # fmt: skip


# ---- with and without a terminal


def without_duplicates(sessions: Iterable[Session], headless: Iterable[Session]) -> Iterator[Session]:
    """Yield sessions without a terminal; leave out those whose agent has ended and whose conversation goes on in one of
    the other sessions.
    """
    going_on = {id for session in sessions for id in conversations_of(session)}
    for one in headless:
        if not (one.headless and one.headless.over and one.headless.conversation in going_on):
            yield one


def conversations_of(session: Session) -> Iterator[str]:
    """Yield the known ids of the conversations that are open in a session's panes."""
    if session.conversation:
        yield session.conversation.id
    for pane in session.tmux.panes if session.tmux else ():
        for agent in pane.agents:
            if id := conversation_in_state(agent):
                yield id

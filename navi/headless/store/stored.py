"""What the store keeps, as values: rows of sessions, messages, questions, inputs and feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from navi.core.headless import InputState, StoredStatus


class StoredSession(NamedTuple):
    """A row of sessions. `remote` says that it runs without a terminal; `host` is where ("" for this machine).

    `log_offset` is the byte up to which the log of `generation` is stored, `last_index` the number of the last message
    (-1: none). Times are epoch times. `conversation_from` is the generation that began the conversation; `lost` says
    that the agent could not go on with it. `end_asked` is when somebody asked for the end of its agent, None if nobody
    did, or it has ended. `reached_at` is when the host of its present run was reached first, 0 if it was not yet.
    """

    id: str
    title: str = ""
    harness: str = ""
    model: str = ""
    permission_mode: str = ""
    host: str = ""
    cwd: str = ""
    agent_session_id: str = ""
    remote: bool = False
    interactive: bool = False
    status: str = StoredStatus.ARCHIVED
    reason: str = ""
    exit_code: int | None = None
    client_id: str = ""
    tmux_name: str = ""
    generation: int = 1
    log_offset: int = 0
    last_index: int = -1
    cost_usd: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    created_at: float = 0.0
    updated_at: float = 0.0
    last_activity_at: float = 0.0
    ended_at: float | None = None
    conversation_from: int = 1
    lost: bool = False
    end_asked: float | None = None
    end_asked_by: str = ""
    reached_at: float = 0.0


class PrintedLine(NamedTuple):
    """One line that an agent printed: what it is, the line, and where it begins in the log of its generation."""

    kind: str
    body: bytes
    at_offset: int


class StoredMessage(NamedTuple):
    """A message with its number in the session."""

    idx: int
    kind: str
    body: bytes
    generation: int


class StoredQuestion(NamedTuple):
    """What an agent asks. `body` is JSON; `answer` and `by` are those of the person who answered first."""

    request_id: str
    kind: str
    body: str
    state: str = "open"
    answer: str = ""
    by: str = ""


class StoredInput(NamedTuple):
    """What a person sends: its number at the host, the id by which the agent confirms it, how far it has come, and when
    it was stored first (epoch).
    """

    seq: int
    uuid: str
    kind: str
    body: str
    by: str = ""
    state: str = InputState.QUEUED
    created_at: float = 0.0


WRITTEN = frozenset({"user", "mode"})
"""Kinds of inputs that people write: clients get their texts, and some agents take them only after the handshake."""


class By(NamedTuple):
    """Who does something: the name that a program gives, and where it came from, which no program can choose."""

    name: str = ""
    origin: str = ""


NOBODY = By()
HUB = By("navi", "hub")
RELAY = By("host", "relay")
AGENT = By("agent", "relay")


class AuditEntry(NamedTuple):
    """What somebody did to a session: when (epoch), who, what, more about it, and from where. It has no text of a
    prompt, of an answer or of a tool's input.
    """

    at: float
    who: str
    what: str
    detail: str = ""
    origin: str = ""


class Feedback(NamedTuple):
    """What a person sent to a session in a terminal. `body` is a JSON object with the fields of its kind."""

    id: int
    kind: str
    body: str
    by: str = ""


class Batch(NamedTuple):
    """What the log of a generation holds from one offset to another, and what follows from it.

    `changes` are columns of the session. `refused` are inputs that the agent did not take, by their uuids, with its
    reasons.
    """

    session_id: str
    generation: int
    offset: int
    end: int
    messages: Sequence[PrintedLine] = ()
    opened: Sequence[StoredQuestion] = ()
    withdrawn: Sequence[str] = ()
    taken: Sequence[str] = ()
    refused: Mapping[str, str] = {}
    changes: Mapping[str, Any] = {}

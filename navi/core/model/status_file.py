"""A status file, which an agent's hook wrote, and the conversations in it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class AgentStatus(NamedTuple):
    """The status of one of several agents in a session (`agents` and `team.agents` of a status file)."""

    name: str
    status: str
    timestamp: float | None = None


class Origin(NamedTuple):
    """Where a hook ran: machine, its start, the tmux server's socket and process, session and pane.

    `host` and `boot` are as in a Machine.
    """

    host: str = ""
    boot: str = ""
    socket: str = ""
    server: int = 0
    session: str = ""
    pane: str = ""


class Conversation(NamedTuple):
    """What a hook reported of one run of an agent that can be resumed: `id` is the agent's own, "" if it has none.

    `parent` is the id of the conversation in whose tool it runs, "" for one that a person started. `pane`, `server`,
    `host` and `boot` are those of its last event, as in an Origin. Times are of the host's clock (epoch).
    """

    id: str
    agent: str = ""
    status: str = ""
    message: str = ""
    timestamp: float | None = None
    cwd: str = ""
    pane: str = ""
    server: int = 0
    host: str = ""
    boot: str = ""
    parent: str = ""
    started: float | None = None


class StatusFile(NamedTuple):
    """A status file as an agent's hook wrote it, its texts cleaned. `problem` says why it can't be read, or is "".

    `timestamp` is an epoch time of the host's own clock. `fields` is the whole document, for display only. Files of
    older hooks have no `origin` (None) and no `conversations`. Status, message, cwd and timestamp are those of the most
    urgent conversation.
    """

    name: str
    problem: str = ""
    status: str = ""
    message: str = ""
    cwd: str = ""
    timestamp: float | None = None
    agents: tuple[AgentStatus, ...] = ()
    team: str = ""
    teammates: tuple[AgentStatus, ...] = ()
    fields: Mapping[str, object] = MappingProxyType({})
    origin: Origin | None = None
    conversations: tuple[Conversation, ...] = ()

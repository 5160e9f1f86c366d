"""A status, and the evidence behind it."""

from enum import StrEnum
from typing import NamedTuple


class Source(StrEnum):
    """Where a status comes from.

    HOOK is the status file of the agent's hook, STATE the file in which the agent itself writes its state, PROCESS what
    the host knows of the agent's process, PANE whether the pane is dead, shows a shell or prints, TMUX its sessions,
    HUB what navi's hub knows of an agent without a terminal.
    """

    HOOK = "hook"
    STATE = "state file"
    TITLE = "title"
    SCREEN = "screen"
    PROCESS = "process"
    PANE = "pane"
    TMUX = "tmux"
    HUB = "hub"


class Evidence(NamedTuple):
    """What one source says: the status that follows from it ("" if none does), since when (host's epoch time), and
    that in words, without an age.

    `message` is what the agent asks or reports there. `where` names the agent and its pane, "" for a whole session;
    `agent` the one of several agents that a hook speaks of. `decided` says whether the session has its status from
    here.
    """

    source: Source
    word: str
    since: float | None
    text: str
    message: str = ""
    where: str = ""
    agent: str = ""
    decided: bool = False


class Status(NamedTuple):
    """What an agent does: the status word, its source, since when (host's epoch time), and the reason.

    `agent` names the agent of the session that has this status, "" for the session's own. `evidence` has all pieces;
    one of them decided.
    """

    word: str
    source: Source
    since: float | None
    reason: str
    agent: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def inferred(self) -> bool:
        """Whether neither a hook nor the agent's own state file reports the status: navi derived it."""
        return self.source not in (Source.HOOK, Source.STATE, Source.HUB)

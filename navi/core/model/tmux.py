"""What tmux reports about a server: its sessions and their panes, or why it lists none."""

from enum import StrEnum
from typing import NamedTuple

from navi.core.model.agent import AgentProcess


class Tmux(StrEnum):
    """The result of listing a tmux server's sessions. Only OK, and NONE (no server runs), prove which sessions exist.

    MISSING: tmux is not installed. OLD: it is older than 2.6. HUNG: it did not answer in time. FOREIGN: the server
    belongs to another user, so navi does not ask it. LOST: the server runs, but its socket was moved or removed.
    """

    OK = "ok"
    NONE = "none"
    MISSING = "missing"
    OLD = "old"
    HUNG = "hung"
    FAILED = "failed"
    FOREIGN = "foreign"
    LOST = "lost"


PROOF = (Tmux.OK, Tmux.NONE)
"""The answers by which tmux itself says which sessions there are."""


class ScreenMatch(NamedTuple):
    """What the bottom of a pane shows, by the rule of the agent in it that holds: status, name of the rule, and the
    text that it found. All are empty if no rule holds.
    """

    status: str = ""
    rule: str = ""
    text: str = ""


class Pane(NamedTuple):
    """A pane as tmux lists it, its texts cleaned. `position` is `WINDOW.PANE`; `activity` is when its window last
    produced output (epoch).

    `children` names the processes below a pane that shows a shell ("?" if the host can't tell). `agents` are the agents
    that run in it. `screen` is None if no screen was read. `raw_path` is the path with the bytes that cleaning changed,
    "" if it changed none: for commands, never for a screen.
    """

    id: str
    position: str
    process: int
    command: str
    title: str
    path: str
    active: bool = True
    dead: bool = False
    exit_status: int | None = None
    exit_signal: str = ""
    activity: float = 0.0
    children: tuple[str, ...] = ()
    raw_path: str = ""
    agents: tuple[AgentProcess, ...] = ()
    screen: ScreenMatch | None = None


class TmuxSession(NamedTuple):
    """A session as tmux lists it. `socket` is "" for the user's default server, `server` the server's process,
    `created` an epoch time; `own` tells whether navi created it.
    """

    id: str
    name: str
    created: float
    attached: int
    panes: tuple[Pane, ...]
    socket: str = ""
    server: int = 0
    own: bool = False

    @property
    def pane(self) -> Pane:
        """The pane that a person sees after attaching."""
        return next((pane for pane in self.panes if pane.active), self.panes[0])

    @property
    def activity(self) -> float:
        """When any of its panes last produced output (epoch)."""
        return max(pane.activity for pane in self.panes)

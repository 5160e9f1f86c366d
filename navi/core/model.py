"""The nouns: what there is on a host and what is known about it. Frozen, and without I/O.

A `Frame` is what one look at a host saw: its tmux sessions and its status files as they are. A `Session` is what
people mean by the word: both put together and judged (`navi.core.status`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from navi.core.address import LOCAL, address_of
from navi.core.failure import Failure, HostState


class Pane(NamedTuple):
    """A pane as tmux lists it. Texts are cleaned. `position` is the index of its window and its own in that, `activity`
    when its window last put something out (epoch).

    `children` are the names of what runs below a pane that shows a shell ("?" where the host does not tell).
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


class TmuxSession(NamedTuple):
    """A session as tmux lists it. `socket` is "" for the user's default server; `created` is an epoch time, `own`
    tells whether navi created it.
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
        """The pane that a person sees on attaching."""
        return next((pane for pane in self.panes if pane.active), self.panes[0])

    @property
    def activity(self) -> float:
        """When any pane last put something out (epoch)."""
        return max(pane.activity for pane in self.panes)


class AgentStatus(NamedTuple):
    """What one of several agents in a session does (`agents` and `team.agents` of a status file)."""

    name: str
    status: str
    timestamp: float | None = None


class StatusFile(NamedTuple):
    """A status file as an agent's hook wrote it, texts cleaned. `problem` says why it can't be read, or "".

    `timestamp` is an epoch time of the host's own clock. `fields` is the whole document, for what is only shown.
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


class Marks(NamedTuple):
    """What people have noted of a session on its host: a bookmark, and tags."""

    bookmarked: bool = False
    tags: tuple[str, ...] = ()


class Tmux(StrEnum):
    """What an attempt to list a tmux server's sessions came to. Only OK and NONE prove anything."""

    OK = "ok"
    NONE = "none"
    MISSING = "missing"
    OLD = "old"
    HUNG = "hung"
    FAILED = "failed"


class Frame(NamedTuple):
    """What one look at a host saw. `clock` is the host's time (epoch) then, `cleaned` the sessions whose files went.

    `tmux` is how the default server answered; `proven` says that every server of the user told its sessions. `marks`
    are by the session's name.
    """

    clock: float
    boot: str
    tmux: Tmux
    proven: bool = False
    tmux_version: str = ""
    tmux_error: str = ""
    sessions: tuple[TmuxSession, ...] = ()
    files: tuple[StatusFile, ...] = ()
    cleaned: tuple[str, ...] = ()
    system: str = ""
    home: str = ""
    marks: Mapping[str, Marks] = MappingProxyType({})


class Source(StrEnum):
    """Where a status comes from."""

    HOOK = "hook"
    PANE = "pane"
    TMUX = "tmux"


class Status(NamedTuple):
    """What the agent in a session does, from where we know it, since when (epoch of the host), and why we say so.

    `agent` names the one of several agents whose status it is, "" for the session's own.
    """

    word: str
    source: Source
    since: float | None
    reason: str
    agent: str = ""

    @property
    def inferred(self) -> bool:
        """Whether no hook said so: it was read off the pane."""
        return self.source is not Source.HOOK


class Session(NamedTuple):
    """A session on a host: the identity is (host, name, socket)."""

    host: str
    name: str
    status: Status
    message: str = ""
    cwd: str = ""
    agent: str = ""
    tmux: TmuxSession | None = None
    file: StatusFile | None = None
    marks: Marks = Marks()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells this session from every other one."""
        return (self.host, self.name, self.tmux.socket if self.tmux else "")

    @property
    def address(self) -> str:
        """How a person writes it: `name` here, `host/name` elsewhere."""
        return address_of(self.host, self.name)

    @property
    def remote(self) -> str:
        """The host's name, "" for this machine (the key `remote` of the status JSON)."""
        return "" if self.host == LOCAL else self.host

    @property
    def teammates(self) -> tuple[AgentStatus, ...]:
        """The agents of its team."""
        return self.file.teammates if self.file else ()


class HostView(NamedTuple):
    """Everything known about a host at one moment; an immutable value that faces may keep.

    Times are of `time.monotonic` on this machine: `heard` when it last gave a sign of life, `framed` when the frame
    came, `retry_at` when it is tried next, `rebooted` when its boot id was first seen to be another. `skew` is how far
    its clock is ahead of ours, in seconds. `unwatched` says why it is only polled, "" when it is watched. `failure` is
    what is wrong now, `last_failure` stays for the record.
    """

    name: str
    destination: str = ""
    state: HostState = HostState.DISCONNECTED
    failure: Failure | None = None
    last_failure: Failure | None = None
    latency: float | None = None
    frame: Frame | None = None
    sessions: tuple[Session, ...] = ()
    heard: float | None = None
    framed: float | None = None
    retry_at: float | None = None
    attempts: int = 0
    skew: float = 0.0
    rebooted: float | None = None
    unwatched: str = ""

    @property
    def fresh(self) -> bool:
        """Whether what is shown of it is what it says now."""
        return self.state in (HostState.CONNECTED, HostState.NO_TMUX)

    def clock(self, now: float) -> float:
        """Return the host's time (epoch) at our time `now` (epoch)."""
        return now + self.skew

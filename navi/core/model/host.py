"""A host: which machine it is, one snapshot of it, and all that navi knows of it at one moment."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from navi.core.failure import Failure, HostState
from navi.core.model.agent import BackgroundAgent
from navi.core.model.notes import LostSession, Marks
from navi.core.model.session import Session
from navi.core.model.status_file import StatusFile
from navi.core.model.tmux import Tmux, TmuxSession


class Machine(NamedTuple):
    """Which machine a host is, since which start, and the socket of its user's default tmux server.

    `host` is NAME:ID and `boot` the start of the kernel and of the first process, because clones and containers share
    parts of these. All are "" if they are not known.
    """

    host: str = ""
    boot: str = ""
    socket: str = ""


class Frame(NamedTuple):
    """One snapshot of a host. `clock` is the host's time (epoch), `ticks` the time since its start in hundredths of a
    second, 0 if it does not tell; `cleaned` names the sessions whose status files were removed.

    `tmux` is how the default server answered; `proven` is true if every tmux server of the user listed its sessions.
    `silent` has the sockets of those that did not, empty if that is not known. `marks` has the marks by session name.

    `lost` has the processes of tmux servers that run but can't be reached. `doubt` says why navi can't judge a status
    file that does not name its origin, "" if it can. `background` has the sessions that agents run without a terminal,
    `lost_sessions` those that a reboot or the end of a tmux server ended.
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
    silent: frozenset[str] = frozenset()
    machine: Machine = Machine()
    lost: frozenset[int] = frozenset()
    doubt: str = ""
    background: tuple[BackgroundAgent, ...] = ()
    lost_sessions: tuple[LostSession, ...] = ()
    ticks: int = 0


class HostView(NamedTuple):
    """Everything known about a host at one moment: an immutable value that faces may keep.

    Times are from `time.monotonic` on this machine: `heard` is when the host last sent anything, `framed` when its last
    frame arrived, `retry_at` when navi connects next, `rebooted` when its boot id changed. `trying` says that navi is
    connecting now. `skew` is how many seconds its clock is ahead of ours. `unwatched` says why it is polled instead of
    watched, or is "". `failure` is the current failure; `last_failure` remains after a recovery.
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
    trying: bool = False

    @property
    def fresh(self) -> bool:
        """Whether the host's sessions are current."""
        return self.state in (HostState.CONNECTED, HostState.NO_TMUX)

    def clock(self, now: float) -> float:
        """Return the host's time (epoch) at our time `now` (epoch)."""
        return now + self.skew

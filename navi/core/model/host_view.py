"""What navi knows about a host at one moment."""

from typing import NamedTuple

from navi.core.failure import Failure, HostState
from navi.core.model.frame import Frame
from navi.core.model.session import Session


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

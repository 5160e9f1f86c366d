"""What a person is notified of: a session asks or fails, an agent's turn has ended, a host is lost. Pure.

Several processes (dashboards, `navi notify`) look at the same hosts, each in frames of its own. So that only one of
them reports a change, a notice carries two times of the host's clock: when its observer last saw the opposite, and
when it saw the change. A notice that began before another one was given is about the same change, unless the host's
clock was set meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from navi.core.address import address_of
from navi.core.failure import HostState
from navi.core.listing import SessionKey
from navi.core.model import HostView, Session, Source
from navi.core.statuses import ASKING, BUSY, RESTING

DONE, LOST, MORE = "done", "lost", "more"
"""The words for a turn that has ended, a host that can't be reached any more, and notices that were left out."""

MOST_GONE = 1000
"""Sessions of a host that are remembered though they are not listed, while not every tmux server there answers."""

CLOCK = 1.0
"""Seconds by which the clock of a frame may be ahead of what it shows."""

SAME_CLOCK = 60.0
"""Seconds by which a clock that nobody sets may drift, or seem to, because its time takes so long to arrive."""

TRIES = 2
"""Attempts to connect that must fail until a host counts as lost: most connections are back at once."""

EXACT = frozenset({Source.HOOK, Source.STATE, Source.HUB})
"""Sources that give every observer the same time for the same change."""


class Notice(NamedTuple):
    """One change to report. `host`, `name` and `socket` name the session; of a host, the last two are empty. A machine
    that is reached under several names is one `machine`, known by its present start: no other host can guess that.

    `word` is a status, DONE, LOST or MORE; `before` and `seen` are times of the host's clock (epoch): its observer last
    saw the opposite, and saw the change; `ahead` is how many seconds that clock is ahead of ours. `since` is when the
    change itself happened, None if observers may differ about it.
    """

    host: str
    name: str
    socket: str
    word: str
    message: str = ""
    cwd: str = ""
    before: float = 0.0
    seen: float = 0.0
    since: float | None = None
    machine: str = ""
    ahead: float = 0.0

    @property
    def kind(self) -> str:
        """The kind of the notice. A change from one word to another of the same kind is no news."""
        return "asks" if self.word in ASKING else self.word


class _Seen(NamedTuple):
    """The state of a session when it was last seen, and its host's time then. `turn` says that more than output of its
    pane showed a turn: an agent that starts, or paints anew in a window of another size, prints something, too.
    """

    word: str
    clock: float
    turn: bool
    headless: bool = False


class Observer:
    """Compares what hosts show with what they showed before."""

    def __init__(self) -> None:
        self._views: dict[str, HostView] = {}
        self._last: dict[str, dict[SessionKey, _Seen]] = {}
        self._reached: dict[str, float] = {}

    def notice(self, views: Iterable[HostView], now: float, epoch: float) -> list[Notice]:
        """Return what is new since the last call. `now` is the time of views (monotonic), `epoch` that of the clock.

        The first state of a session is not news, and neither is a host that was never reached.
        """
        others = [view for view in views if self._is_other(view)]
        return [one for view in others for one in (*self._of_host(view, now, epoch), *self._of_sessions(view, epoch))]

    def _is_other(self, view: HostView) -> bool:
        """Return whether a view may say more than the last one. For sessions without a terminal, time counts, too."""
        before, self._views[view.name] = self._views.get(view.name), view
        return view is not before or any(session.headless for session in view.sessions)

    def _of_host(self, view: HostView, now: float, epoch: float) -> Iterator[Notice]:
        if view.fresh:
            self._reached[view.name] = epoch
        elif is_lost(view) and view.name in self._reached:
            before = epoch - max(0.0, now - (now if view.heard is None else view.heard))
            del self._reached[view.name]
            cause = view.failure.cause if view.failure else ""
            yield Notice(view.name, "", "", LOST, cause, before=before, seen=epoch)

    def _of_sessions(self, view: HostView, epoch: float) -> Iterator[Notice]:
        """Sessions without a terminal are known by the hub, and by its clock. While the hub, or the relay, does not
        know about one, that is no change.
        """
        frame = view.frame if view.fresh else None
        last = self._last.setdefault(view.name, {})
        machine = f"{frame.machine.host} {frame.machine.boot}" if frame and frame.machine.boot else ""
        for session in view.sessions:
            if session.status.word == "unknown" if session.headless else frame is None:
                continue
            clock = frame.clock if frame and not session.headless else epoch
            before = last.get(session.key)
            now = last[session.key] = _seen(session, clock, before)
            news = news_of(before.word, now.word) if before else ""
            if before and news and not (news == DONE and _only_printed(before, session)):
                ahead = 0.0 if session.headless else view.skew
                notice = _notice(session, news, before.clock, clock)
                yield notice._replace(machine=machine or session.host, ahead=ahead)
        if frame and (frame.proven or len(last) > len(view.sessions) + MOST_GONE):
            self._forget(view)

    def _forget(self, view: HostView) -> None:
        """Forget the sessions that a host no longer has, apart from the hub's: they are missing while it restarts."""
        listed = {session.key for session in view.sessions}
        last = self._last[view.name]
        self._last[view.name] = {key: seen for key, seen in last.items() if key in listed or seen.headless}


def _seen(session: Session, clock: float, before: _Seen | None) -> _Seen:
    word, source = session.status.word, session.status.source
    goes_on = before is not None and before.turn and word in BUSY
    return _Seen(word, clock, word in BUSY and (source is not Source.PANE or goes_on), bool(session.headless))


def _only_printed(before: _Seen, session: Session) -> bool:
    """Return whether an agent has only printed something before it rested, although its turns show in other ways."""
    return not before.turn and session.status.source is not Source.PANE


def is_lost(view: HostView) -> bool:
    """Return whether a host does not answer, and did not when it was tried again."""
    return not view.fresh and view.failure is not None and view.state is not HostState.CONNECTING and (
        view.attempts >= TRIES or view.retry_at is None
    )


def news_of(before: str, word: str) -> str:
    """Return the word of the notice for a change of status, "" if there is none."""
    if word in ASKING:
        return "" if before in ASKING else word  # going from one question to another is no news
    if word == "error":
        return "" if before == "error" else word
    return DONE if word in RESTING and before in BUSY else ""


def _notice(session: Session, word: str, before: float, seen: float) -> Notice:
    since = session.status.since if session.status.source in EXACT else None
    host, name, socket = session.key
    return Notice(host, name, socket, word, session.message, session.cwd, before, seen, since)


def is_known(notice: Notice, seen: float, since: float | None, ahead: float = 0.0) -> bool:
    """Return whether a notice is about the same change as one of its kind that was given before; `seen`, `since` and
    `ahead` are of that one.

    Where the host's clock was set between the two, they can't be compared: twice is better than never. Otherwise the
    time of the change itself decides, where both have it. Clocks of hosts have whole seconds, and a frame may show the
    state of the second before it.
    """
    if abs(notice.ahead - ahead) > SAME_CLOCK:
        return False
    if notice.before < seen:
        return True
    if notice.since is not None and since is not None:
        return notice.since <= since
    return notice.before <= seen + CLOCK


def words_of(notice: Notice) -> str:
    """Return a notice as one line, uncleaned."""
    if notice.word == MORE:
        return f"{notice.host}: {notice.message} more notices at once; see its sessions"
    what = {DONE: "has finished", LOST: "is lost", "error": "has failed"}.get(notice.word, f"needs you: {notice.word}")
    address = address_of(notice.host, notice.name) if notice.name else notice.host
    return f"{address} {what}" + (f": {notice.message}" if notice.message else "")

"""The fleet: all hosts at once, with one supervised task for each.

A host that is slow or dead delays only itself: it has its own task, limits and retries. Its last frame stays, with its
age.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from statistics import median
from typing import TypeVar

import trio

from navi.core.agents import AgentKind
from navi.core.conversations import without_duplicates
from navi.core.failure import RECONNECT, Failure, HostState, Retry
from navi.core.log import SILENT, Log
from navi.core.model import Frame, HostView, Session
from navi.core.status import sessions_of
from navi.core.text import clean
from navi.core.unlisted import unlisted
from navi.hosts import Host, HostError
from navi.hosts.base import Watch
from navi.hosts.budget import WorkTime
from navi.hosts.retries import Retries
from navi.hosts.trio_channel import run_timed
from navi.hosts.trio_hosts import close_all
from navi.ops import Operation
from navi.ops.look.frames import Heartbeat, Unwatchable, look, watch
from navi.ops.session.resume import conversation_id

T = TypeVar("T")

POLL_EVERY = 2.0
"""Seconds between two looks at a host that can't be watched."""

PING_EVERY = 30.0
"""Seconds between two measurements of a host's latency."""

JUDGED_FOR = 1.0
"""Seconds for which heartbeats do not make navi judge the sessions again."""

MANY_SESSIONS = 200
"""Sessions and status files that take longer to judge than a key may wait."""


NOT_CONFIGURED = Failure(
    HostState.DISCONNECTED, "not a host in remotes.yaml", "add it there, and start navi again", Retry.ON_REQUEST
)
"""Why navi does not reach a host on which only the hub knows sessions."""


def steady_latency(shown: float | None, measured: float) -> float:
    """Return the latency (seconds) to show: the one that is shown, unless the new one clearly differs.

    A number that changes all the time would keep the terminal busy and help nobody.
    """
    if shown is not None and abs(measured - shown) < max(0.002, 0.3 * shown):
        return shown
    return measured


NO_FEEDBACK: Mapping[tuple[str, str], int] = {}


class Fleet:
    """All hosts. `changed` is called, in the trio run, with the name of a host whose view has changed."""

    def __init__(
        self,
        hosts: Sequence[Host],
        kinds: Iterable[AgentKind],
        changed: Callable[[str], None] = lambda _: None,
        log: Log = SILENT,
    ) -> None:
        self.changed = changed
        self._agents = tuple(kinds)
        self._log = log
        self._nursery: trio.Nursery | None = None
        self._machines: frozenset[str] = frozenset()
        self._headless: dict[str, tuple[Session, ...]] = {}
        self._feedback: Mapping[tuple[str, str], int] = {}
        self._merged: dict[str, tuple[HostView, HostView]] = {}
        self._tasks = {host.name: self._task(host) for host in hosts}

    @property
    def views(self) -> tuple[HostView, ...]:
        """What is known about each host now, in the configured order. Those that only the hub knows come last."""
        return (*self.configured, *(self.view(name) for name in self._headless if name not in self._tasks))

    @property
    def configured(self) -> tuple[HostView, ...]:
        """What is known about each host that can be reached, in the configured order."""
        return tuple(map(self.view, self._tasks))

    def put_headless(self, sessions: Iterable[Session], feedback: Mapping[tuple[str, str], int] = NO_FEEDBACK) -> None:
        """List these sessions without a terminal in place of those listed before. `feedback` counts the feedback that
        waits for agents in terminals, by host and conversation.
        """
        found: dict[str, tuple[Session, ...]] = {}
        for session in sessions:
            found[session.host] = (*found.get(session.host, ()), session)
        if (found, feedback) != (self._headless, self._feedback):
            self._headless, self._feedback, self._merged = found, feedback, {}
            self.changed("")

    def _merge(self, view: HostView) -> HostView:
        """Add a host's sessions without a terminal. A conversation that goes on in a terminal is not listed twice."""
        more = self._headless.get(view.name, ())
        takes_feedback = any(host == view.name for host, _ in self._feedback)
        if not more and not takes_feedback:
            return view
        known = self._merged.get(view.name)
        if known is None or known[0] is not view:
            marks = view.frame.marks if view.frame else {}
            new = without_duplicates(view.sessions, more)
            left = [one._replace(marks=marks.get(one.name, one.marks)) for one in new]
            own = map(self._with_feedback, view.sessions) if takes_feedback else view.sessions
            known = view, view._replace(sessions=(*own, *left))
            self._merged[view.name] = known
        return known[1]

    def _with_feedback(self, session: Session) -> Session:
        """Return a session with how much feedback waits for its agent."""
        waits = self._feedback.get((session.host, conversation_id(session))) if session.agent else None
        return session if waits is None else session._replace(feedback=waits)

    def _view_changed(self, name: str) -> None:
        """Report the change. If navi has learned of another machine, judge all hosts again, because a status file that
        one of these machines wrote is shown only there.
        """
        frames = [task.view.frame for task in self._tasks.values()]
        machines = frozenset(frame.machine.host for frame in frames if frame)
        if machines != self._machines:
            self._machines = machines
            for task in self._tasks.values():
                task.know(machines)
        self.changed(name)

    def view(self, name: str) -> HostView:
        """Return the present view of a host; for a host that is not in the fleet, a view that says so."""
        task = self._tasks.get(name)
        return self._merge(task.view if task else _not_configured(name))

    def host(self, name: str) -> Host:
        """Return a host. Raise KeyError for one that is not in the fleet."""
        return self._tasks[name].host

    async def run(self) -> None:
        """Run the tasks of all hosts until cancelled; then close every connection."""
        try:
            async with trio.open_nursery() as self._nursery:
                for task in self._tasks.values():
                    _start(self._nursery, task)
        finally:
            await close_all(task.host for task in self._tasks.values())

    def add(self, hosts: Iterable[Host]) -> None:
        """Add hosts to the fleet, apart from those whose names it has already. Does not wait."""
        for host in hosts:
            if host.name not in self._tasks:
                task = self._tasks[host.name] = self._task(host)
                task.know(self._machines)
                if self._nursery:
                    _start(self._nursery, task)
        self.changed("")

    def _task(self, host: Host) -> _HostTask:
        return _HostTask(host, self._agents, self._view_changed, self._log)

    def refresh(self, name: str | None = None) -> None:
        """Look at a host, or at all hosts, now; retry those that wait for their next attempt. Does not wait."""
        for task in self._tasks.values():
            if name in (None, task.host.name):
                task.refresh()

    async def ask(self, name: str, operation: Operation[T]) -> T:
        """Carry out an operation on a host. Raise HostError, also for a host that is not in the fleet, or what the
        operation's parser raises.
        """
        if name not in self._tasks:
            raise HostError(NOT_CONFIGURED)
        return await self._tasks[name].host.run(operation)


def _start(nursery: trio.Nursery, task: _HostTask) -> None:
    """Start the tasks of a host."""
    for work in (task.supervise, task.wake_on_refresh, task.measure_latency):
        nursery.start_soon(work)


@cache
def _not_configured(name: str) -> HostView:
    """Return the view of a host that only the hub knows, where a session without a terminal ran."""
    return HostView(name, name, HostState.DISCONNECTED, NOT_CONFIGURED)


class _HostTask:
    """Supervises one host: connects, follows or polls it, and retries."""

    def __init__(self, host: Host, kinds: tuple[AgentKind, ...], changed: Callable[[str], None], log: Log) -> None:
        self.host = host
        self.view = HostView(host.name, host.destination)
        self._kinds = kinds
        self._changed = changed
        self._log = log
        self._refresh = trio.Event()
        self._watch: Watch[Frame | Heartbeat] | None = None
        self._frame: Frame | None = None
        self._judged_at = -math.inf
        self._connected = False
        self._heard = False
        self._machines: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """End every pause, and wake the watch."""
        refresh, self._refresh = self._refresh, trio.Event()
        refresh.set()

    def _publish(self, view: HostView) -> None:
        """Replace the view, and report it as changed if anybody could see a difference."""
        before, self.view = self.view, view
        same = before._replace(heard=view.heard, framed=view.framed, frame=view.frame, skew=view.skew)
        if same != view or abs(before.skew - view.skew) > 2:
            self._changed(self.host.name)

    # ---- connecting

    async def supervise(self) -> None:
        """Connect and follow the host, again and again. The one place that catches any error: it may end an attempt,
        never the task.
        """
        retries = Retries()
        while True:
            self._connected = self._heard = False
            try:
                await self._connect_and_follow()
                failure = Failure(HostState.UNREACHABLE, "the watch ended", RECONNECT, Retry.AT_ONCE)
            except HostError as error:
                failure = error.failure
            except Exception as error:
                self._log.exception("%s: a fault in navi", self.host.name)
                cause = clean(f"{type(error).__name__}: {error}"[:200])
                failure = Failure(HostState.ERROR, cause, "a fault in navi: see its log, and please report it")
            if self._connected:
                self._log.warning("%s: lost: %s", self.host.name, failure.cause)
            seconds = retries.pause(failure.retry, self._heard, trio.current_time())
            await self._pause(seconds, retries.attempt, failure)

    async def _pause(self, seconds: float, attempt: int, failure: Failure) -> None:
        """Wait before that attempt, at most until a refresh."""
        waits = seconds == float("inf")
        when = "on request" if waits else f"in {seconds:.1f} s"
        self._log.info("%s: %s; retry %d %s", self.host.name, failure.cause, attempt, when)
        retry_at = None if waits else trio.current_time() + seconds
        self._publish(
            self.view._replace(state=failure.state, failure=failure, last_failure=failure, latency=None,
                attempts=attempt, retry_at=retry_at, trying=False,
            )
        )  # fmt: skip
        with trio.move_on_after(seconds):
            await self._refresh.wait()

    async def _connect_and_follow(self) -> None:
        """Connect, and follow the host until the connection is lost."""
        if self.view.failure is None or self.view.attempts <= 1:
            self._publish(self.view._replace(state=HostState.CONNECTING))
        self._publish(self.view._replace(retry_at=None, trying=True))
        await self.host.open()
        self._connected = True
        self._log.info("%s: connected", self.host.name)
        try:
            await self._follow()
        except Unwatchable as reason:
            self._log.info("%s: polled every %g s: %s", self.host.name, POLL_EVERY, reason)
            self._publish(self.view._replace(unwatched=str(reason)))
            await self._poll()

    # ---- following

    async def _follow(self) -> None:
        async with self.host.watch(watch(cleanup=True)) as self._watch:
            try:
                async for item in self._watch:
                    await self._watch.worked(await self._receive(item, self._watch.pending))
            finally:
                self._watch = None

    async def wake_on_refresh(self) -> None:
        """Wake the watch at every refresh. One that fails meanwhile is reported by the task that follows it."""
        while True:
            await self._refresh.wait()
            if self._watch:
                with suppress(HostError):
                    await self._watch.wake()

    async def _poll(self) -> None:
        while True:
            frame = await self.host.run(look(cleanup=True))
            await self._receive(frame)
            with trio.move_on_after(POLL_EVERY):
                await self._refresh.wait()

    async def _receive(self, item: Frame | Heartbeat, superseded: bool = False) -> WorkTime:
        """Put a frame or a heartbeat into the view, unless it is superseded already; return the work that it took."""
        self._heard = True
        if isinstance(item, Frame):
            self._frame = item
            if item.cleaned:
                names = ", ".join(item.cleaned)
                self._log.info("%s: removed the status files of ended sessions: %s", self.host.name, names)
        now = trio.current_time()
        if superseded or (self._frame is self.view.frame and now < self._judged_at + JUDGED_FOR):
            return WorkTime()
        frame, self._judged_at = self._frame, now
        sessions: tuple[Session, ...] = ()
        work = WorkTime()
        if frame:  # a status can change just because time passes
            long = len(frame.sessions) + len(frame.files) > MANY_SESSIONS
            sessions, work = await run_timed(self._judge, frame._replace(clock=item.clock), long)
        self._show(frame, sessions, now, item.clock + 0.5 - time.time())
        return work

    def _show(self, frame: Frame | None, sessions: tuple[Session, ...], heard: float, skew: float) -> None:
        view = self.view._replace(heard=heard, skew=skew if abs(skew) > 2 else 0.0)
        if frame and frame is not view.frame:
            view = _with_frame(view, frame, heard)._replace(attempts=0, retry_at=None, trying=False)
        self._publish(view._replace(sessions=sessions) if frame else view)

    def _judge(self, frame: Frame) -> tuple[Session, ...]:
        return sessions_of(self.host.name, frame, self._kinds, self._machines)

    def know(self, machines: frozenset[str]) -> None:
        """Judge the sessions again, because the hosts of the fleet are these machines now."""
        self._machines = machines
        if self.view.frame:
            self._publish(self.view._replace(sessions=self._judge(self.view.frame)))

    async def measure_latency(self) -> None:
        """Measure the latency now and then while the host is connected, and show the median of the last three."""
        measured: deque[float] = deque(maxlen=3)
        while True:
            pause = 1.0
            if self.view.fresh:
                try:
                    measured.append(await self.host.ping())
                    latency: float | None = steady_latency(self.view.latency, median(measured))
                except HostError:
                    latency = None
                if self.view.fresh:
                    self._publish(self.view._replace(latency=latency))
                pause = PING_EVERY
            await trio.sleep(pause)


def _with_frame(view: HostView, frame: Frame, now: float) -> HostView:
    """Return the view with what a frame says about the host itself."""
    failure = _tmux_failure(frame, view.name)
    before = view.frame
    rebooted = before is not None and before.boot not in ("", frame.boot)
    return view._replace(
        state=failure.state if failure else HostState.CONNECTED,
        failure=failure,
        last_failure=failure or view.last_failure,
        frame=frame,
        framed=now,
        rebooted=now if rebooted else view.rebooted,
    )


def _tmux_failure(frame: Frame, host: str) -> Failure | None:
    """Return why the default server did not list its sessions; without others the host is still of use."""
    found = unlisted(frame, host)
    return found.failure if found and found.failure.state is not HostState.CONNECTED else None

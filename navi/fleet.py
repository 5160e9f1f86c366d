"""The fleet: every host at once, one supervised task each.

A host that is slow or dead delays only itself: its task, its limit, its backoff. What it last told stays, with its age.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from statistics import median
from typing import TypeVar

import trio

from navi.core.agents import AgentKind
from navi.core.failure import Failure, HostState, Retry
from navi.core.model import Frame, HostView
from navi.core.status import sessions_of
from navi.core.text import clean
from navi.hosts import Host, HostError
from navi.hosts.base import Watch
from navi.hosts.failures import pause_before
from navi.ops import Operation
from navi.ops.look import TMUX_FAILURES, Beat, Unwatchable, look, watch

T = TypeVar("T")

log = logging.getLogger(__name__)

POLL_EVERY = 2.0
"""Seconds between two looks at a host that can't be watched."""

PING_EVERY = 30.0
"""Seconds between two measurements of a host's latency."""

STEADY_AFTER = 10.0
"""Seconds after which a connection counts as good, so that its loss is followed by an attempt at once."""


def steady(shown: float | None, measured: float) -> float:
    """Return the latency (seconds) to show: the one that is shown, unless the new one clearly differs.

    A number that trembles would keep the terminal busy and tells nobody anything.
    """
    if shown is not None and abs(measured - shown) < max(0.002, 0.3 * shown):
        return shown
    return measured


class Fleet:
    """All hosts. `changed` is called, in the trio run, with the name of a host whose view has become another."""

    def __init__(
        self, hosts: Sequence[Host], kinds: Iterable[AgentKind], changed: Callable[[str], None] = lambda _: None
    ) -> None:
        self.changed = changed
        self._keepers = {host.name: _Keeper(host, tuple(kinds), lambda name: self.changed(name)) for host in hosts}

    @property
    def views(self) -> tuple[HostView, ...]:
        """What is known of each host now, in the order of the configuration."""
        return tuple(keeper.view for keeper in self._keepers.values())

    def view(self, name: str) -> HostView:
        """What is known of one host now. Raises KeyError for a host that is not in the fleet."""
        return self._keepers[name].view

    def host(self, name: str) -> Host:
        """Return a host. Raises KeyError for one that is not in the fleet."""
        return self._keepers[name].host

    async def run(self) -> None:
        """Keep all hosts, until cancelled; then end every connection."""
        try:
            async with trio.open_nursery() as nursery:
                for keeper in self._keepers.values():
                    nursery.start_soon(keeper.keep)
                    nursery.start_soon(keeper.heed)
                    nursery.start_soon(keeper.measure)
        finally:
            with trio.CancelScope(shield=True):
                async with trio.open_nursery() as nursery:
                    for keeper in self._keepers.values():
                        nursery.start_soon(keeper.host.close)

    def refresh(self, name: str | None = None) -> None:
        """Look at a host, or at all, at once; those that wait for another attempt are tried now. Does not wait."""
        for keeper in self._keepers.values():
            if name in (None, keeper.host.name):
                keeper.hurry()

    async def ask(self, name: str, operation: Operation[T]) -> T:
        """Carry out an operation on a host. Raises HostError, or what the operation's parser raises."""
        return await self._keepers[name].host.run(operation)


class _Keeper:
    """Keeps one host: connects, watches, and begins again."""

    def __init__(self, host: Host, kinds: tuple[AgentKind, ...], changed: Callable[[str], None]) -> None:
        self.host = host
        self.view = HostView(host.name, host.destination)
        self._kinds = kinds
        self._changed = changed
        self._hurry = trio.Event()
        self._line: Watch[Frame | Beat] | None = None
        self._steady_since = math.inf

    def hurry(self) -> None:
        """End whatever is being waited for, and begin waiting anew."""
        hurry, self._hurry = self._hurry, trio.Event()
        hurry.set()

    def _show(self, view: HostView) -> None:
        """Keep a new view, and tell it if anyone could see a difference."""
        before, self.view = self.view, view
        same = before._replace(heard=view.heard, framed=view.framed, frame=view.frame, skew=view.skew)
        if same != view or abs(before.skew - view.skew) > 2:
            self._changed(self.host.name)

    # ---- connecting

    async def keep(self) -> None:
        """Go on for ever. The one place where any error is caught: it may end an attempt, never the task."""
        attempt = 0
        while True:
            self._steady_since = math.inf
            try:
                await self._attend()
                failure = Failure(HostState.UNREACHABLE, "the watch ended", "navi tries again by itself", Retry.AT_ONCE)
            except HostError as error:
                failure = error.failure
            except Exception as error:
                log.exception("host %s", self.host.name)
                cause = clean(f"{type(error).__name__}: {error}"[:200])
                failure = Failure(HostState.ERROR, cause, "a fault in navi: see its log, and please report it")
            attempt = 1 if trio.current_time() - self._steady_since > STEADY_AFTER else attempt + 1
            await self._pause(attempt, failure)

    async def _pause(self, attempt: int, failure: Failure) -> None:
        seconds = pause_before(attempt, failure.retry, random.random())
        retry_at = None if seconds == float("inf") else trio.current_time() + seconds
        self._show(
            self.view._replace(state=failure.state, failure=failure, last_failure=failure, latency=None,
                attempts=attempt, retry_at=retry_at,
            )
        )  # fmt: skip
        with trio.move_on_after(seconds):
            await self._hurry.wait()

    async def _attend(self) -> None:
        """Connect and follow the host until it is lost."""
        if self.view.failure is None or self.view.attempts <= 1:
            self._show(self.view._replace(state=HostState.CONNECTING, retry_at=None))
        await self.host.open()
        self._steady_since = trio.current_time()
        try:
            await self._watch()
        except Unwatchable as reason:
            self._show(self.view._replace(unwatched=str(reason)))
            await self._poll()

    # ---- following

    async def _watch(self) -> None:
        async with self.host.watch(watch(cleanup=True)) as line:
            self._line = line
            try:
                async for told in line:
                    self._take(told)
            finally:
                self._line = None

    async def heed(self) -> None:
        """Wake the watch whenever somebody is in a hurry. A line that breaks meanwhile is the watch's own affair."""
        while True:
            await self._hurry.wait()
            if self._line:
                with suppress(HostError):
                    await self._line.wake()

    async def _poll(self) -> None:
        while True:
            frame = await self.host.run(look(cleanup=True))
            self._take(frame)
            with trio.move_on_after(POLL_EVERY):
                await self._hurry.wait()

    def _take(self, told: Frame | Beat) -> None:
        """Put what the host told into the view."""
        now = trio.current_time()
        skew = told.clock + 0.5 - time.time()
        view = self.view._replace(heard=now, skew=skew if abs(skew) > 2 else 0.0)
        if isinstance(told, Frame):
            view = _with_frame(view, told, now)._replace(attempts=0, retry_at=None)
        if view.frame is not None:
            frame = view.frame._replace(clock=told.clock)  # silence tells something, too
            view = view._replace(sessions=sessions_of(self.host.name, frame, self._kinds))
        self._show(view)

    async def measure(self) -> None:
        """Measure the latency now and then, while the host is connected. One that is out of line is not shown."""
        measured: deque[float] = deque(maxlen=3)
        while True:
            pause = 1.0
            if self.view.fresh:
                try:
                    measured.append(await self.host.ping())
                    latency: float | None = steady(self.view.latency, median(measured))
                except HostError:
                    latency = None
                if self.view.fresh:
                    self._show(self.view._replace(latency=latency))
                pause = PING_EVERY
            await trio.sleep(pause)


def _with_frame(view: HostView, frame: Frame, now: float) -> HostView:
    """Return the view with what a frame says of the host itself."""
    failure = _tmux_failure(frame)
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


def _tmux_failure(frame: Frame) -> Failure | None:
    if frame.tmux not in TMUX_FAILURES:
        return None
    state, cause, remedy = TMUX_FAILURES[frame.tmux]
    return Failure(state, cause.replace("{0}", frame.tmux_error or "nothing"), remedy)

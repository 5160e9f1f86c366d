"""What the hub knows of one session: its row, the state that follows from its output, and who follows it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import trio

from navi.core.headless import HeadlessStatus
from navi.headless.harness.base import Harness
from navi.headless.hub.limits import on_clock
from navi.headless.hub.news import updated
from navi.headless.hub.refusals import IN_TERMINAL, NO_AGENT
from navi.headless.hub.run_state import RunSoFar, begin, happened
from navi.headless.hub.subscriber import Client
from navi.headless.hub.times import Times
from navi.headless.hub.troubles import Troubles
from navi.headless.messages import Message
from navi.headless.modes import modes_of
from navi.headless.refused import Refused
from navi.headless.state import Happening, State
from navi.headless.store.run_store import change_noted
from navi.headless.store.stored import By, StoredSession
from navi.headless.store.writer import Writer

SETTLES = 30.0
"""Seconds after which a host that was reached again has sent what agents printed meanwhile, or at least some of it."""


class SessionState:
    """Its stored row, the run of its agent, and its clients; inputs, output and end of a session share it.

    `reached` says that the relay has it, `lock` is held while the row or the run changes, and `troubles` are why the
    host does not take what it is sent. `changed` is called with the session's id whenever anything has changed.
    """

    def __init__(
        self, row: StoredSession, harness: Harness, writer: Writer, to_relay: Callable[[Message], Awaitable[bool]]
    ) -> None:
        self.row = row
        self.run = begin(harness, row)
        self.writer = writer
        self.to_relay = to_relay
        self.clients: set[Client] = set()
        self.reached = False
        self.lock = trio.Lock()
        self.troubles = Troubles()
        self.changed: Callable[[str], None] = lambda _: None
        self._times = Times(row.last_activity_at)
        (self._active,) = on_clock([row.last_activity_at], trio.current_time())
        self._reached_at = 0.0
        self._starts_since = on_clock([row.reached_at], trio.current_time())[0] if row.reached_at else None

    # ---- what it is

    @property
    def state(self) -> State:
        """What it does, as its output says."""
        return self.run.state

    @property
    def modes(self) -> tuple[str, ...]:
        """The permission modes that its agent has, none where that is not known."""
        return modes_of(self.run.harness, self.state)

    @property
    def trouble(self) -> str:
        """Why what somebody wants of its agent did not get there yet, "" if nothing is known to have failed."""
        return self.troubles.words(self.row.end_asked is not None) if self.state.status.live else ""

    @property
    def may_not_have_begun(self) -> bool:
        """Whether nothing came of its run yet: the relay may have ended before it started the agent."""
        return self.state.status is HeadlessStatus.STARTING and self.row.log_offset == 0

    def position(self) -> Message:
        """Return what a relay needs to go on: up to where the log is stored."""
        row = self.row
        return {"session_id": row.id, "host": row.host, "generation": row.generation, "offset": row.log_offset}

    def check_live(self) -> None:
        """Raise Refused unless it has an agent without a terminal."""
        if not self.row.remote:
            raise Refused(IN_TERMINAL)
        if not self.state.status.live:
            raise Refused(NO_AGENT)

    # ---- since when

    @property
    def since(self) -> float:
        """Since when it is what it is shown as (epoch): its status, or that no relay reaches it. After a start of the
        hub, that is the time when the agent was last heard of.
        """
        return self._times.changed if self.reached or not self.state.status.live else self._times.lost

    @property
    def starts_for(self) -> float:
        """Seconds for which its agent has not answered the handshake since its host was reached first, also before a
        restart of the hub; 0 if it has, or what it printed meanwhile may be still to come.
        """
        if self._starts_since is None or self.state.status is not HeadlessStatus.STARTING:
            return 0.0
        return trio.current_time() - self._starts_since if self._settled else 0.0

    @property
    def idle_for(self) -> float:
        """Seconds for which its agent has waited for a prompt, also before a restart of the hub; 0 if it does not, or
        what it printed meanwhile may be still to come.
        """
        waits = self.state.status is HeadlessStatus.WAITING and self._settled
        return trio.current_time() - self._active if waits else 0.0

    @property
    def _settled(self) -> bool:
        """Whether what its agent printed while its host was not reached has come."""
        return trio.current_time() - self._reached_at > SETTLES

    def note_activity(self) -> None:
        """Note that the agent was given something, or has printed something: it is not idle."""
        self._active = trio.current_time()

    async def note_reached(self) -> None:
        """Note that its host is reached now, and when it was reached first: from then on its agent has a minute to
        answer.
        """
        if not self.reached:
            self._reached_at = trio.current_time()
        self.reached = True
        if not self.row.reached_at:
            self._starts_since = trio.current_time()
            now = time.time()
            await self.writer.do(lambda store: store.change(self.row.id, reached_at=now))
            self.row = self.row._replace(reached_at=now)

    # ---- what changes it

    def happen(self, what: Happening) -> None:
        """Note what has happened to the agent, which its output does not say."""
        self.run = happened(self.run, what)

    async def put_rebuilt(self, run: RunSoFar) -> None:
        """Go on with a run that was read from the store, and with the row as it is there."""
        self.run = run
        self._times.begin(self.reached, run.state.status)
        self.row = await self.writer.do(lambda store: store.needed(self.row.id))

    async def change(self, changes: Mapping[str, Any], by: By, what: str, detail: str = "") -> None:
        """Change columns of the row, and note who did that."""
        await self.writer.do(lambda store: change_noted(store, self.row.id, changes, by, what, detail))
        self.row = self.row._replace(**changes)

    # ---- whom it tells

    def tell(self, messages: Iterable[Message]) -> None:
        """Send messages about it to all clients, and note that it has changed. What they say must be stored before."""
        self._times.note(self.reached, self.state.status)
        self.changed(self.row.id)
        for message in messages:
            for client in self.clients:
                client.tell({"session_id": self.row.id, **message})

    def updated(self, reason: str = "") -> Message:
        """Return the message that says what it is now; `reason` takes the place of the trouble that is known."""
        return updated(self.row, self.state, self.reached, reason or self.trouble)

    def about(self, type: str, **more: Any) -> Message:
        """Return a message to the relay about the present run."""
        return {"type": type, "session_id": self.row.id, "generation": self.row.generation, **more}

    async def end_run(self) -> None:
        """Let the relay end the agent, if one is connected."""
        await self.to_relay(self.about("end_session", host=self.row.host))

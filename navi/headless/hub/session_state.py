"""What the hub knows of one session: its row, the state that follows from its output, and who follows it.

Whatever changes is stored before anybody hears of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import Any

import trio

from navi.core.headless import ON_THE_WAY, HeadlessStatus, InputState
from navi.headless.harness.base import Harness
from navi.headless.hub.limits import Limiter, on_clock
from navi.headless.hub.news import updated
from navi.headless.hub.removals import Removals
from navi.headless.hub.run_state import begin, happened, read
from navi.headless.hub.subscriber import Client
from navi.headless.hub.times import Times
from navi.headless.hub.troubles import Troubles
from navi.headless.messages import Message
from navi.headless.state import Answered, Handed, State
from navi.headless.store.run_store import change_noted
from navi.headless.store.store import Store
from navi.headless.store.stored import By, StoredSession
from navi.headless.store.writer import Writer

SETTLES = 30.0
"""Seconds after which a host that was reached again has sent what agents printed meanwhile, or at least some of it."""


class SessionState:
    """Its stored row, the state that follows from its output, and its clients. `reached` says that the relay has it."""

    def __init__(
        self, row: StoredSession, harness: Harness, writer: Writer, to_relay: Callable[[Message], Awaitable[bool]],
        limiter: Limiter, removals: Removals,
    ) -> None:  # fmt: skip
        self.row = row
        self.clients: set[Client] = set()
        self.reached = False
        self.changed: Callable[[str], None] = lambda _: None
        self._times = Times(row.last_activity_at)
        self._run = begin(harness, row)
        self._writer = writer
        self._to_relay = to_relay
        self._limiter = limiter
        self._removals = removals
        self._lock = trio.Lock()
        self._held_back = self._away = False
        self._handed: set[str] = set()  # prompts that the agent was handed and has not confirmed
        self._interrupts: dict[str, bool] = {}  # those without effect yet, and whether the agent was handed them
        (self._active,) = on_clock([row.last_activity_at], trio.current_time())
        self._reached_at = 0.0
        self._why_ended = ""
        self._starts_since = on_clock([row.reached_at], trio.current_time())[0] if row.reached_at else None
        self.troubles = Troubles()

    @property
    def starts_for(self) -> float:
        """Seconds for which its agent has not answered the handshake since its host was reached first, also before a
        restart of the hub; 0 if it has, or what it printed meanwhile may be still to come.
        """
        if self._starts_since is None or self.state.status is not HeadlessStatus.STARTING:
            return 0.0
        return trio.current_time() - self._starts_since if self._settled else 0.0

    @property
    def _settled(self) -> bool:
        """Whether what its agent printed while its host was not reached has come."""
        return trio.current_time() - self._reached_at > SETTLES

    @property
    def idle_for(self) -> float:
        """Seconds for which its agent has waited for a prompt, also before a restart of the hub; 0 if it does not, or
        what it printed meanwhile may be still to come.
        """
        waits = self.state.status is HeadlessStatus.WAITING and self._settled
        return trio.current_time() - self._active if waits else 0.0

    @property
    def state(self) -> State:
        """What it does, as its output says."""
        return self._run.state

    @property
    def since(self) -> float:
        """Since when it is what it is shown as (epoch): its status, or that no relay reaches it. After a start of the
        hub, that is the time when the agent was last heard of.
        """
        return self._times.changed if self.reached or not self.state.status.live else self._times.lost

    async def rebuild(self) -> None:
        """Read the messages of this run again, after a start of the hub or where memory and store differ."""
        sent = await self._writer.do(lambda store: store.inputs(self.row.id, *ON_THE_WAY))
        prompted = self.row.generation == 1 or any(one.kind == "user" for one in sent)
        run, index = begin(self._run.harness, self.row, prompted), 0
        while True:
            page = await self._writer.do(partial(Store.messages, session_id=self.row.id, from_index=index))
            lines = [one.body for one in page if one.generation == self.row.generation]
            run = read(run, self.row, 0, 0, lines).run
            index += len(page)
            if not page:
                break
        for one in await self._writer.do(lambda store: store.questions(self.row.id, "answered")):
            run = happened(run, Answered(one.request_id))
        self._handed = {one.uuid for one in sent if one.kind == "user" and one.state == InputState.HANDED}
        self._interrupts = {one.uuid: one.state == InputState.HANDED for one in sent if one.kind == "interrupt"}
        if self._handed and run.harness.abilities.confirms_at_end:
            run = happened(run, Handed())
        if any(one.kind == "user" for one in sent):
            self._active = trio.current_time()  # it may be at work on that
        self._run = run
        self._times.begin(self.reached, run.state.status)
        self.row = await self._writer.do(lambda store: store.needed(self.row.id))

    def _tell(self, messages: Iterable[Message]) -> None:
        self._times.note(self.reached, self.state.status)
        self.changed(self.row.id)
        for message in messages:
            for client in self.clients:
                client.tell({"session_id": self.row.id, **message})

    @property
    def may_not_have_begun(self) -> bool:
        """Whether nothing came of its run yet: the relay may have ended before it started the agent."""
        return self.state.status is HeadlessStatus.STARTING and self.row.log_offset == 0

    def position(self) -> Message:
        """Return what a relay needs to go on: up to where the log is stored."""
        row = self.row
        return {"session_id": row.id, "host": row.host, "generation": row.generation, "offset": row.log_offset}

    def _about(self, type: str, **more: Any) -> Message:
        """Return a message to the relay about the present run."""
        return {"type": type, "session_id": self.row.id, "generation": self.row.generation, **more}

    def _updated(self, reason: str = "") -> Message:
        return updated(self.row, self.state, self.reached, reason or self.trouble)

    @property
    def trouble(self) -> str:
        """Why what somebody wants of its agent did not get there yet, "" if nothing is known to have failed."""
        return self.troubles.words(self.row.end_asked is not None) if self.state.status.live else ""

    async def _change(self, changes: Mapping[str, Any], by: By, what: str, detail: str = "") -> None:
        """Change columns of the row, and note who did that."""
        await self._writer.do(lambda store: change_noted(store, self.row.id, changes, by, what, detail))
        self.row = self.row._replace(**changes)

    async def _end_run(self) -> None:
        await self._to_relay(self._about("end_session", host=self.row.host))

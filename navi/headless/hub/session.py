"""One session in the hub: how its run begins, what its relay says, and how it ends.

Whatever changes is stored before anybody hears of it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from navi.core.headless import ON_THE_WAY, HeadlessStatus, StoredStatus
from navi.core.text import clean
from navi.headless.harness.base import AgentLaunch, Harness
from navi.headless.hub.ended import changes_at_end
from navi.headless.hub.limits import Limiter
from navi.headless.hub.refusals import NEVER_STARTED
from navi.headless.hub.removals import Removals
from navi.headless.hub.run_state import columns, happened, launch_of
from navi.headless.hub.session_inputs import SessionInputs
from navi.headless.hub.session_output import SessionOutput
from navi.headless.hub.session_state import SessionState
from navi.headless.hub.troubles import Troubles
from navi.headless.messages import Message
from navi.headless.refused import Refused
from navi.headless.state import UNANSWERED, EndWanted, Exited, Silent
from navi.headless.store.removals import Removal
from navi.headless.store.run_store import end_noted
from navi.headless.store.stored import HUB, NOBODY, By, StoredSession
from navi.headless.store.writer import Writer


class HubSession(SessionState):
    """A session from its start to its end, with what goes to its agent (`inputs`) and what that prints (`output`)."""

    def __init__(
        self, row: StoredSession, harness: Harness, writer: Writer, to_relay: Callable[[Message], Awaitable[bool]],
        limiter: Limiter, removals: Removals,
    ) -> None:  # fmt: skip
        super().__init__(row, harness, writer, to_relay)
        self.inputs = SessionInputs(self, limiter)
        self.output = SessionOutput(self, self.inputs)
        self._removals = removals
        self._away = False
        self._why_ended = ""
        self._hears: Mapping[str, Callable[[Message], Awaitable[None]]] = {
            "session_output": self.output.hear,
            "log_cut": self.output.hear_log_cut,
            "input_handed": self.inputs.hear_handed,
            "input_failed": self.inputs.hear_failed,
            "session_reached": self._hear_reached,
            "session_ended": self._hear_ended,
            "end_failed": self._hear_end_failed,
        }

    # ---- beginning

    async def start(self, again: bool = False) -> None:
        """Let the relay start the agent, and give it the inputs that wait; `again` says that another one may have done
        so. It is started once however often that is asked for.
        """
        waiting = await self.writer.do(lambda store: store.inputs(self.row.id, *ON_THE_WAY))
        first = min((one.seq for one in waiting if one.kind == "line"), default=0)
        if first:
            await self._send_start(launch_of(self.row), first, again)
        else:
            await self._hear_ended({"error": NEVER_STARTED})

    async def _send_start(self, launch: AgentLaunch, first: int, again: bool) -> None:
        harness = self.run.harness
        self.reached = await self.to_relay(self.about(
            "start_session", host=self.row.host, cwd=self.row.cwd, words=list(harness.command(launch)),
            variables=dict(harness.variables), first=first, conversation=launch.conversation, again=again,
        ))  # fmt: skip
        self.changed(self.row.id)
        await self.inputs.send_waiting()

    # ---- what the relay says

    async def hear(self, message: Message) -> None:
        """Take a message of the relay about this session."""
        if message.get("generation", self.row.generation) != self.row.generation:
            return
        async with self.lock:
            await self._hears[message["type"]](message)

    def lose(self) -> None:
        """Note that no relay reaches it."""
        self.reached = False
        self.troubles = Troubles()
        self.tell([self.updated()])

    def opened(self, row: StoredSession) -> None:
        """Note, and tell the clients, that it has a terminal now: from here on its run only comes to its end."""
        self.row = row
        self.tell([self.updated()])

    async def _hear_reached(self, message: Message) -> None:
        self._away = message.get("away") is True
        if message["reached"]:
            await self.note_reached()
        else:
            self.reached = False
        self.tell([self.updated(clean(message.get("error") or ""))])
        if self.reached:
            await self.inputs.send_waiting()
        if self.reached and self.row.end_asked is not None:
            await self._end_now()

    async def send_again(self) -> None:
        """Send the relay again what its host may not have. It has each input once, however often that comes."""
        if not (self.row.remote and (self.reached or self._away)):
            return
        if self.state.status is HeadlessStatus.ENDING or (not self.state.status.live and self.row.ended_at is None):
            await self.end_run()
        elif self.reached and self.state.status.live:
            await self.inputs.send_waiting()

    async def _hear_end_failed(self, message: Message) -> None:
        self.troubles.end = clean(message["error"])
        self.tell([self.updated()])

    async def _hear_ended(self, message: Message) -> None:
        """The agent's process has ended, and all of its output is here. Where some of it is not stored, the relay is to
        follow the run again from there: it reports the end again, after all of it.
        """
        if (message.get("end") or 0) > self.row.log_offset:
            await self.to_relay({"type": "sync", "sessions": [self.position()]})
            return
        files = Removal(self.row.id, self.row.generation, self.row.host, self.row.log_offset)
        if not self.state.status.live and self.row.ended_at is not None:
            self._tell_end(message)  # somebody made sure of it
            await self.writer.do(lambda store: store.note_removal(files))
            await self._removals.add(files)
            return
        failed = not self.state.status.live
        run = happened(self.run, Exited(message.get("exit_code"), message.get("reason") or ""))
        if self.row.remote:
            changes = changes_at_end(self.row, self.state, run.state, message, self._why_ended)
            if self.row.status != StoredStatus.LIVE:  # it had failed before its agent ended, and may be off the list
                changes |= {"status": self.row.status, "reason": changes["reason"] if failed else self.row.reason}
        else:
            changes = {"ended_at": time.time(), "exit_code": message.get("exit_code")}
        await self.writer.do(lambda store: end_noted(store, changes, files))
        self.run, self.row = run, self.row._replace(**changes)
        if self.row.remote:
            self._tell_end(message)
        await self._removals.add(files)

    def _tell_end(self, message: Message) -> None:
        complete = {"type": "complete", "exit_code": message.get("exit_code"), "reason": self.row.reason,
                    "lost": self.row.lost}  # fmt: skip
        self.tell([complete, self.updated()])

    # ---- its end

    async def end(self, by: By = NOBODY, why: str = "") -> bool:
        """Let the relay end the agent; `why` is for people, if nobody asked for it. Where no relay reaches the agent,
        that is kept until one does. Return whether it is being ended now. Raise Refused if it has ended.
        """
        async with self.lock:
            self.check_live()
            if self.row.end_asked is None:  # whoever asks again and again is noted once
                self._why_ended = why
                await self._note_end(time.time(), by, "asked for the end", why)
        if self.reached or self._away:
            await self._end_now()
            return True
        self.tell([self.updated()])
        return False

    async def give_up(self) -> None:
        """Note that its agent has not answered for too long, and let the relay end it."""
        async with self.lock:
            run = happened(self.run, Silent())
            await self.change(dict(columns(run.state)), HUB, "asked for the end", UNANSWERED)
            self.run = run
        self.tell([self.updated()])
        await self.end_run()

    async def withdraw_end(self, by: By = NOBODY) -> None:
        """Let the agent go on, which was to end when its host is reached again. Raise Refused if that is too late."""
        async with self.lock:
            self.check_live()
            if self.row.end_asked is None:
                raise Refused("nobody has asked for the end of its agent")
            if self.reached:
                raise Refused("its agent is being ended already")
            await self._note_end(None, by, "withdrew the end")
            if self.state.status is HeadlessStatus.ENDING:
                await self.output.rebuild()
        self.tell([self.updated()])

    async def _note_end(self, at: float | None, by: By, what: str, detail: str = "") -> None:
        await self.change({"end_asked": at, "end_asked_by": by.name if at else ""}, by, what, detail)

    async def _end_now(self) -> None:
        self.happen(EndWanted())
        self.tell([self.updated()])
        await self.end_run()

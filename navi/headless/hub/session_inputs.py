"""What people and the codec send to the agent of one session: stored first, then sent until its host has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import trio

from navi.core.headless import HeadlessStatus, InputState
from navi.core.text import clean
from navi.headless.harness.base import GivenAnswer
from navi.headless.hub.answered import answer_in_words, check_option, stored_answer
from navi.headless.hub.refusals import IN_TERMINAL, NO_AGENT
from navi.headless.hub.run_state import RunOutput, as_asked, happened
from navi.headless.hub.session_state import SessionState
from navi.headless.messages import Message
from navi.headless.modes import check_mode, modes_of, plain_id, request_id
from navi.headless.refused import Refused
from navi.headless.state import Answered, Handed
from navi.headless.store.run_store import check_length, queue_noted
from navi.headless.store.store import Store
from navi.headless.store.stored import WRITTEN, By, StoredInput


class SessionInputs(SessionState):
    """A session that takes inputs: prompts, answers, interrupts and permission modes."""

    async def queue(self, id: str, kind: str, body: str, by: By) -> StoredInput:
        """Store an input, and send it on. Raise Refused, as for one too many."""
        return await self._queue([StoredInput(0, id, kind, body, by.name)], by)

    async def _queue(self, several: Sequence[StoredInput], by: By) -> StoredInput:
        """Store inputs that belong together, and send them on; return the first. Raise Refused."""
        async with self._lock:
            if not self.row.remote:
                raise Refused(IN_TERMINAL)
            if not self.state.status.live:
                raise Refused(NO_AGENT)
            now = trio.current_time()
            for one in several:
                check_length(self._line(one))

            def store_inputs(store: Store) -> tuple[StoredInput, Sequence[StoredInput]]:
                self._limiter.admit(store, self.row.id, several, now)
                return queue_noted(store, self.row.id, several, by), self._waiting(store)

            found, waiting = await self._writer.do(store_inputs)
            self._active = now
            if found.kind == "interrupt" and found.state == InputState.QUEUED:
                self._interrupts.setdefault(found.uuid, False)
            await self._send(waiting)  # somebody waits for it; whoever follows comes after that
            queued = {"type": "input", "uuid": found.uuid, "seq": found.seq, "state": found.state, "kind": found.kind}
            self._tell([queued | ({"content": found.body, "by": by.name} if found.kind in WRITTEN else {})])
            return found

    async def send_waiting(self) -> None:
        """Send the relay the inputs that are not at the agent's host yet. The number makes one that comes twice one."""
        await self._send(await self._writer.do(self._waiting))

    def _waiting(self, store: Store) -> Sequence[StoredInput]:
        return store.inputs(self.row.id, InputState.QUEUED)

    async def _send(self, waiting: Sequence[StoredInput]) -> None:
        self._held_back = False
        if self.row.end_asked is not None:
            return  # it takes nothing any more; what waits goes on with it if it is resumed
        for one in waiting:
            if one.kind in WRITTEN and self.state.status is HeadlessStatus.STARTING:
                self._held_back = True  # some agents take prompts and modes only after the handshake
                return
            await self._to_relay(self._about("send_input", seq=one.seq, line=self._line(one)))

    def _line(self, one: StoredInput) -> str:
        codec, memory = self._run.harness.codec, self._run.memory
        if one.kind == "mode":
            return codec.set_mode(memory, one.uuid, one.body)
        return codec.prompt(memory, one.uuid, one.body) if one.kind == "user" else one.body

    async def answer(self, request_id: str, answer: GivenAnswer, by: By) -> None:
        """Store an answer, and send it on; only the first one counts. Raise Refused."""
        async with self._lock:
            if not self.row.remote:
                raise Refused(IN_TERMINAL)
            asked = next((one for one in self.state.questions if one.request_id == request_id), None)
            check_option(asked, answer)
            harness = self._run.harness
            line = harness.codec.answer(as_asked(harness, asked), answer) if asked else ""
            check_length(line)
            id, words = str(uuid.uuid4()), answer_in_words(asked, answer)

            def store_answer(store: Store) -> Sequence[StoredInput]:
                store.answer(self.row.id, request_id, stored_answer(answer), by.name, id, line)
                store.note(by, "answered", self.row.id, words)
                return self._waiting(store)

            waiting = await self._writer.do(store_answer)
            self._run = happened(self._run, Answered(request_id))
            resolved = {"type": "question_resolved", "request_id": request_id, "state": "answered", "by": by.name}
            await self._send(waiting)
            self._tell([resolved, self._updated()])

    async def interrupt(self, by: By, id: str = "") -> None:
        """End the turn; `id` makes an interrupt that comes twice one, and its state says `taken` once the turn is over.
        Raise Refused for an agent that has ended, and for one interrupt too many.
        """
        key = plain_id(id)
        harness = self._run.harness
        asked = [as_asked(harness, one) for one in self.state.questions]
        first, *answers = harness.codec.interrupt(self._run.memory, key, asked)
        inputs = [StoredInput(0, f"{key}-{number}", "answer", line, by.name) for number, line in enumerate(answers, 1)]
        await self._queue([StoredInput(0, key, "interrupt", first, by.name), *inputs], by)

    @property
    def modes(self) -> tuple[str, ...]:
        """The permission modes that its agent has, none where that is not known."""
        return modes_of(self._run.harness, self.state)

    async def set_mode(self, mode: str, id: str, by: By) -> StoredInput:
        """Give the agent another permission mode; `id` makes a request that comes twice one. It is kept, also for a
        later run. Raise Refused where the agent can't have it.
        """
        check_mode(self._run.harness, self.state, mode)
        return await self.queue(request_id(mode, id), "mode", mode, by)

    async def _hear_input_failed(self, message: Message) -> None:
        waiting = await self._writer.do(self._waiting)
        for one in (one for one in waiting if one.seq == message["seq"]):
            self.troubles.note(one, clean(message["error"]))
            queued = {"type": "input", "uuid": one.uuid, "seq": one.seq, "state": InputState.QUEUED, "kind": one.kind}
            self._tell([{**queued, "error": self.troubles.of(one)}, self._updated()])

    async def _hear_handed(self, message: Message) -> None:
        handed = await self._writer.do(lambda store: store.hand(self.row.id, message["seq"]))
        users = {one.uuid for one in handed if one.kind == "user"}
        self._handed |= users
        self._run = happened(self._run, Handed()) if users else self._run
        self._interrupts |= {one.uuid: True for one in handed if one.kind == "interrupt"}
        news = [{"type": "input", "uuid": one.uuid, "seq": one.seq, "state": InputState.HANDED} for one in handed]
        over = await self._take_idle_interrupts()
        news += [{"type": "input", "uuid": one, "state": InputState.TAKEN} for one in over]
        self._tell([*news, *([self._updated()] if self.troubles.forget(message["seq"]) else [])])

    async def _take_idle_interrupts(self) -> Sequence[str]:
        """Note that interrupts have had their effect that the agent was handed while no turn ran; return them."""
        found = [uuid for uuid, handed in self._interrupts.items() if handed]
        if self.state.status is not HeadlessStatus.WAITING or not found:
            return ()
        await self._writer.do(lambda store: store.take(self.row.id, found))
        for one in found:
            del self._interrupts[one]
        return found

    def _interrupts_over(self, output: RunOutput) -> tuple[list[str], dict[str, str]]:
        """Return the interrupts that had their effect, by what an agent printed: it confirmed them, or its turn has
        ended. And those that it refused, with its reasons.
        """
        refused = {one.request_id: one.error for one in output.replies if one.error}
        done = {one.request_id for one in output.replies if not one.error}
        over = [
            uuid for uuid, handed in self._interrupts.items()
            if uuid in done or "interrupted" in output.outcomes or (handed and output.outcomes and uuid not in refused)
        ]  # fmt: skip
        return over, {uuid: why for uuid, why in refused.items() if uuid in self._interrupts and uuid not in over}

"""What people and the codec send to the agent of one session: stored first, then sent until its host has it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

import trio

from navi.core.headless import HeadlessStatus, InputState
from navi.core.text import clean
from navi.headless.harness.base import GivenAnswer
from navi.headless.hub.answered import answer_in_words, check_option, stored_answer
from navi.headless.hub.limits import Limiter
from navi.headless.hub.refusals import IN_TERMINAL
from navi.headless.hub.run_state import RunOutput, RunSoFar, as_asked, happened
from navi.headless.hub.session_state import SessionState
from navi.headless.messages import Message
from navi.headless.modes import check_mode, plain_id, request_id
from navi.headless.refused import Refused
from navi.headless.state import Answered, Handed
from navi.headless.store.run_store import check_length, queue_noted
from navi.headless.store.store import Store
from navi.headless.store.stored import WRITTEN, By, StoredInput


class SessionInputs:
    """Takes prompts, answers, interrupts and permission modes, and knows what became of them.

    `held_back` says that inputs wait until the agent has answered the handshake, or the codec's lines were sent.
    """

    def __init__(self, session: SessionState, limiter: Limiter) -> None:
        self.held_back = False
        self._session = session
        self._limiter = limiter
        self._unconfirmed: set[str] = set()  # prompts that the agent was handed and has not taken up
        self._interrupts: dict[str, bool] = {}  # those without effect yet, and whether the agent was handed them

    def take_up(self, sent: Sequence[StoredInput], run: RunSoFar) -> RunSoFar:
        """Note which inputs are on the way, after a start of the hub; return the run with what follows from them."""
        prompts = [one for one in sent if one.kind == "user"]
        self._unconfirmed = {one.uuid for one in prompts if one.state == InputState.HANDED}
        self._interrupts = {one.uuid: one.state == InputState.HANDED for one in sent if one.kind == "interrupt"}
        if prompts:
            self._session.note_activity()  # it may be at work on them
        return happened(run, Handed()) if self._unconfirmed and run.harness.abilities.confirms_at_end else run

    # ---- what people want

    async def queue(self, id: str, kind: str, body: str, by: By) -> StoredInput:
        """Store an input, and send it on. Raise Refused, as for one too many."""
        return await self._queue([StoredInput(0, id, kind, body, by.name)], by)

    async def _queue(self, several: Sequence[StoredInput], by: By) -> StoredInput:
        """Store inputs that belong together, and send them on; return the first. Raise Refused."""
        session = self._session
        async with session.lock:
            session.check_live()
            now = trio.current_time()
            for one in several:
                check_length(self._line(one))

            def store_inputs(store: Store) -> tuple[StoredInput, Sequence[StoredInput]]:
                self._limiter.admit(store, session.row.id, several, now)
                return queue_noted(store, session.row.id, several, by), self._waiting(store)

            found, waiting = await session.writer.do(store_inputs)
            session.note_activity()
            if found.kind == "interrupt" and found.state == InputState.QUEUED:
                self._interrupts.setdefault(found.uuid, False)
            await self._send(waiting)  # somebody waits for it; whoever follows comes after that
            queued = {"type": "input", "uuid": found.uuid, "seq": found.seq, "state": found.state, "kind": found.kind}
            session.tell([queued | ({"content": found.body, "by": by.name} if found.kind in WRITTEN else {})])
            return found

    async def answer(self, request_id: str, answer: GivenAnswer, by: By) -> None:
        """Store an answer, and send it on; only the first one counts. Raise Refused."""
        session = self._session
        async with session.lock:
            if not session.row.remote:
                raise Refused(IN_TERMINAL)
            asked = next((one for one in session.state.questions if one.request_id == request_id), None)
            check_option(asked, answer)
            harness = session.run.harness
            line = harness.codec.answer(as_asked(harness, asked), answer) if asked else ""
            check_length(line)
            id, words = str(uuid.uuid4()), answer_in_words(asked, answer)

            def store_answer(store: Store) -> Sequence[StoredInput]:
                store.answer(session.row.id, request_id, stored_answer(answer), by.name, id, line)
                store.note(by, "answered", session.row.id, words)
                return self._waiting(store)

            waiting = await session.writer.do(store_answer)
            session.happen(Answered(request_id))
            resolved = {"type": "question_resolved", "request_id": request_id, "state": "answered", "by": by.name}
            await self._send(waiting)
            session.tell([resolved, session.updated()])

    async def interrupt(self, by: By, id: str = "") -> None:
        """End the turn; `id` makes an interrupt that comes twice one, and its state says `taken` once the turn is over.
        Raise Refused for an agent that has ended, and for one interrupt too many.
        """
        key, run = plain_id(id), self._session.run
        asked = [as_asked(run.harness, one) for one in run.state.questions]
        first, *answers = run.harness.codec.interrupt(run.memory, key, asked)
        inputs = [StoredInput(0, f"{key}-{number}", "answer", line, by.name) for number, line in enumerate(answers, 1)]
        await self._queue([StoredInput(0, key, "interrupt", first, by.name), *inputs], by)

    async def set_mode(self, mode: str, id: str, by: By) -> StoredInput:
        """Give the agent another permission mode; `id` makes a request that comes twice one. It is kept, also for a
        later run. Raise Refused where the agent can't have it.
        """
        check_mode(self._session.run.harness, self._session.state, mode)
        return await self.queue(request_id(mode, id), "mode", mode, by)

    # ---- the way to the agent

    async def send_waiting(self) -> None:
        """Send the relay the inputs that are not at the agent's host yet. The number makes one that comes twice one."""
        await self._send(await self._session.writer.do(self._waiting))

    def _waiting(self, store: Store) -> Sequence[StoredInput]:
        return store.inputs(self._session.row.id, InputState.QUEUED)

    async def _send(self, waiting: Sequence[StoredInput]) -> None:
        session = self._session
        self.held_back = False
        if session.row.end_asked is not None:
            return  # it takes nothing any more; what waits goes on with it if it is resumed
        for one in waiting:
            if one.kind in WRITTEN and session.state.status is HeadlessStatus.STARTING:
                self.held_back = True  # some agents take prompts and modes only after the handshake
                return
            await session.to_relay(session.about("send_input", seq=one.seq, line=self._line(one)))

    def _line(self, one: StoredInput) -> str:
        codec, memory = self._session.run.harness.codec, self._session.run.memory
        if one.kind == "mode":
            return codec.set_mode(memory, one.uuid, one.body)
        return codec.prompt(memory, one.uuid, one.body) if one.kind == "user" else one.body

    async def hear_failed(self, message: Message) -> None:
        """Tell the clients why the host did not take an input. It is sent again later."""
        session = self._session
        waiting = await session.writer.do(self._waiting)
        for one in (one for one in waiting if one.seq == message["seq"]):
            session.troubles.note(one, clean(message["error"]))
            queued = {"type": "input", "uuid": one.uuid, "seq": one.seq, "state": InputState.QUEUED, "kind": one.kind}
            session.tell([{**queued, "error": session.troubles.of(one)}, session.updated()])

    async def hear_handed(self, message: Message) -> None:
        """Note that the host has inputs up to a number, and tell the clients."""
        session = self._session
        handed = await session.writer.do(lambda store: store.hand(session.row.id, message["seq"]))
        prompts = {one.uuid for one in handed if one.kind == "user"}
        self._unconfirmed |= prompts
        if prompts:
            session.happen(Handed())
        self._interrupts |= {one.uuid: True for one in handed if one.kind == "interrupt"}
        news = [{"type": "input", "uuid": one.uuid, "seq": one.seq, "state": InputState.HANDED} for one in handed]
        over = await self._take_idle_interrupts()
        news += [{"type": "input", "uuid": one, "state": InputState.TAKEN} for one in over]
        session.tell([*news, *([session.updated()] if session.troubles.forget(message["seq"]) else [])])

    # ---- what became of them

    def confirm(self, taken: Collection[str]) -> bool:
        """Note prompts that the agent has taken up; return whether it was handed others."""
        self._unconfirmed.difference_update(taken)
        return bool(self._unconfirmed)

    async def _take_idle_interrupts(self) -> Sequence[str]:
        """Note that interrupts have had their effect that the agent was handed while no turn ran; return them."""
        found = [uuid for uuid, handed in self._interrupts.items() if handed]
        if self._session.state.status is not HeadlessStatus.WAITING or not found:
            return ()
        await self._session.writer.do(lambda store: store.take(self._session.row.id, found))
        self.forget_interrupts(found)
        return found

    def forget_interrupts(self, over: Collection[str]) -> None:
        """Forget interrupts that have had their effect, or were refused."""
        for one in over:
            self._interrupts.pop(one, None)

    def interrupts_over(self, output: RunOutput) -> tuple[list[str], dict[str, str]]:
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

"""One session in the hub: its run so far, its clients, and what changes it.

Whatever changes is stored before anybody hears of it.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import trio

from navi.core.text import clean
from navi.headless.harness.base import Answer, Harness, Launch
from navi.headless.hub.answered import answer_in_words, check_option, stored_answer
from navi.headless.hub.ended import changes_at_end, with_offer
from navi.headless.hub.limits import Limiter, on_clock
from navi.headless.hub.news import news, updated
from navi.headless.hub.refusals import IN_TERMINAL, NEVER_STARTED, NO_AGENT
from navi.headless.hub.run_state import Output, as_asked, at_work, begin, columns, happened, launch_of, read, unread
from navi.headless.hub.subscriber import Client
from navi.headless.hub.times import Times
from navi.headless.hub.troubles import Troubles
from navi.headless.modes import check_mode, modes_of, request_id
from navi.headless.state import UNANSWERED, Answered, EndWanted, Exited, Handed, Silent, State, Status
from navi.headless.store.run_store import GAP, NO_DATA, change_noted, check_length, cut_log, queue_noted, receive
from navi.headless.store.store import Store
from navi.headless.store.stored import HUB, NOBODY, WRITTEN, Batch, By, Input, Refused, StoredSession
from navi.headless.store.writer import Writer

Message = Mapping[str, Any]

SETTLES = 30.0
"""Seconds after which a host that was reached again has sent what agents printed meanwhile, or at least some of it."""

STORES_AGAIN = 1.0
"""Seconds until output that could not be stored is asked for again: the disk may be full."""


class HubSession:
    """Its stored row, the state that follows from its output, and its clients. `reached` says that the relay has it."""

    def __init__(
        self, row: StoredSession, harness: Harness, writer: Writer, to_relay: Callable[[Message], Awaitable[bool]],
        limiter: Limiter,
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
        self._lock = trio.Lock()
        self._held_back = self._away = False
        self._handed: set[str] = set()  # prompts that the agent was handed and has not confirmed
        (self._active,) = on_clock([row.last_activity_at], trio.current_time())
        self._reached_at = 0.0
        self._why_ended = ""
        self._starts_since: float | None = None
        self.troubles = Troubles()

    @property
    def starts_for(self) -> float:
        """Seconds for which its agent runs and has not answered the handshake, as far as this hub saw it."""
        if self._starts_since is None or self.state.status is not Status.STARTING:
            return 0.0
        return trio.current_time() - self._starts_since

    @property
    def idle_for(self) -> float:
        """Seconds for which its agent has waited for a prompt, also before a restart of the hub; 0 if it does not, or
        what it printed meanwhile may be still to come.
        """
        now = trio.current_time()
        return now - self._active if self.state.status is Status.WAITING and now - self._reached_at > SETTLES else 0.0

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
        sent = await self._writer.do(lambda store: store.inputs(self.row.id, "queued", "handed"))
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
        self._handed = {one.uuid for one in sent if one.kind == "user" and one.state == "handed"}
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

    # ---- beginning

    @property
    def may_not_have_begun(self) -> bool:
        """Whether nothing came of its run yet: the relay may have ended before it started the agent."""
        return self.state.status is Status.STARTING and self.row.log_offset == 0

    async def start(self, again: bool = False) -> None:
        """Let the relay start the agent, and give it the inputs that wait; `again` says that another one may have done
        so. It is started once however often that is asked for.
        """
        waiting = await self._writer.do(lambda store: store.inputs(self.row.id, "queued", "handed"))
        first = min((one.seq for one in waiting if one.kind == "line"), default=0)
        if first:
            await self._send_start(launch_of(self.row), first, again)
        else:
            await self._hear_ended({"error": NEVER_STARTED})

    async def _send_start(self, launch: Launch, first: int, again: bool) -> None:
        harness = self._run.harness
        self.reached = await self._to_relay(self._about(
            "start_session", host=self.row.host, cwd=self.row.cwd, words=list(harness.command(launch)),
            variables=dict(harness.variables), first=first, conversation=launch.conversation, again=again,
        ))  # fmt: skip
        self.changed(self.row.id)
        await self.send_waiting()

    # ---- what the relay says

    def position(self) -> Message:
        """Return what a relay needs to go on: up to where the log is stored."""
        row = self.row
        return {"session_id": row.id, "host": row.host, "generation": row.generation, "offset": row.log_offset}

    def _about(self, type: str, **more: Any) -> Message:
        """Return a message to the relay about the present run."""
        return {"type": type, "session_id": self.row.id, "generation": self.row.generation, **more}

    async def hear(self, message: Message) -> None:
        """Take a message of the relay about this session."""
        if message.get("generation", self.row.generation) != self.row.generation:
            return
        async with self._lock:
            await HEARD[message["type"]](self, message)

    def lose(self) -> None:
        """Note that no relay reaches it."""
        self.reached = False
        self.troubles = Troubles()
        self._tell([self._updated()])

    def opened(self, row: StoredSession) -> None:
        """Note, and tell the clients, that it has a terminal now: from here on its run only comes to its end."""
        self.row = row
        self._tell([self._updated()])

    async def _hear_reached(self, message: Message) -> None:
        if message["reached"] and not self.reached:
            self._reached_at = trio.current_time()
        self.reached, self._away = message["reached"], message.get("away") is True
        if not (self.reached and self.state.status is Status.STARTING):
            self._starts_since = None
        elif self._starts_since is None:
            self._starts_since = trio.current_time()
        self._tell([self._updated(clean(message.get("error") or ""))])
        if self.reached:
            await self.send_waiting()
        if self.reached and self.row.end_asked is not None:
            await self._end_now()

    async def _hear_output(self, message: Message) -> None:
        """Store a batch; one that does not fit is asked for again from where the store ends."""
        lines = [one.encode("utf-8", "surrogateescape") for one in message["messages"] if isinstance(one, str)]
        if message["offset"] == self.row.log_offset <= message["end"]:
            try:
                await self._store_lines(message["offset"], message["end"], lines)
            except sqlite3.Error as error:
                self._tell([self._updated(f"the hub can't store what it prints: {error}")])
                await trio.sleep(STORES_AGAIN)
        await self._acknowledge()
        if self._held_back:
            await self.send_waiting()

    async def _hear_log_cut(self, message: Message) -> None:
        """Its log has become shorter, and its agent runs: go on from what is left, and say that there is a gap."""
        if message["offset"] == self.row.log_offset > message["size"]:
            gap = unread(self._run, self.row, message["offset"], message["offset"], [GAP])
            await self._writer.do(lambda store: cut_log(store, gap.batch, message["size"]))
            last = self.row.last_index + 1
            self.row = self.row._replace(log_offset=message["size"], last_index=last)
            self._tell(news(self.state, self.state, gap.batch, last))
        await self._to_relay({"type": "sync", "sessions": [self.position()]})

    async def _store_lines(self, offset: int, end: int, lines: Sequence[bytes]) -> None:
        """Store lines with what they say; what no database takes, as they are: one agent must not cost the others."""
        try:
            await self._store(read(self._run, self.row, offset, end, lines))
            return
        except NO_DATA:
            if len(lines) == 1:
                await self._store(unread(self._run, self.row, offset, end, lines))
                return
        for number, line in enumerate(lines, 1):
            after = end if number == len(lines) else offset + len(line) + 1
            await self._store_lines(offset, after, [line])
            offset = after

    async def _store(self, output: Output) -> None:
        self._handed -= {*output.batch.taken}
        output = at_work(output, bool(self._handed))
        batch, before = self._allowed(output.batch), self.state
        gave_up = before.status.live and not output.run.state.status.live
        if gave_up:
            batch = batch._replace(changes=with_offer(self.row, batch.changes))
        starting = before.status is Status.STARTING  # no prompt was sent yet, so that anything can go before it
        if not await self._writer.do(lambda store: receive(store, batch, output.dues, starting)):
            await self.rebuild()
            return
        first, known = self.row.last_index + 1, self.row.agent_session_id
        self._run, self.reached, self._active = output.run, True, trio.current_time()
        last = self.row.last_index + len(batch.messages)
        self.row = self.row._replace(log_offset=batch.end, last_index=last, **batch.changes)
        self._tell([{"type": "partial", "message_id": one.id, "text": one.text} for one in output.partials])
        self._tell(news(before, self.state, batch, first))
        if (before.status, before.mode) != (self.state.status, self.state.mode):
            self._tell([self._updated()])
        self._held_back = self._held_back or bool(output.dues)
        if batch.changes.get("agent_session_id", known) != known:
            await self._let_host_know()
        if gave_up:
            await self._end_run()

    async def _let_host_know(self) -> None:
        """Tell the host the conversation that the agent has chosen, so that it notices a terminal with it."""
        await self._to_relay(self._about("know", host=self.row.host, conversation=self.row.agent_session_id))

    def _allowed(self, batch: Batch) -> Batch:
        """Return a batch without changes of what the session is, if it went on in a terminal meanwhile."""
        if self.row.remote:
            return batch
        changes = {name: value for name, value in batch.changes.items() if name not in ("status", "reason")}
        return batch._replace(opened=(), changes=changes)

    def _updated(self, reason: str = "") -> Message:
        return updated(self.row, self.state, self.reached, reason or self.trouble)

    @property
    def trouble(self) -> str:
        """Why what somebody wants of its agent did not get there yet, "" if nothing is known to have failed."""
        return self.troubles.words(self.row.end_asked is not None) if self.state.status.live else ""

    async def send_again(self) -> None:
        """Send the relay again what its host may not have. It has each input once, however often that comes."""
        if not (self.row.remote and (self.reached or self._away)):
            return
        if self.state.status is Status.ENDING or (not self.state.status.live and self.row.ended_at is None):
            await self._end_run()
        elif self.reached and self.state.status.live:
            await self.send_waiting()

    async def _hear_input_failed(self, message: Message) -> None:
        waiting = await self._writer.do(self._waiting)
        for one in (one for one in waiting if one.seq == message["seq"]):
            self.troubles.note(one, clean(message["error"]))
            queued = {"type": "input", "uuid": one.uuid, "seq": one.seq, "state": "queued", "kind": one.kind}
            self._tell([{**queued, "error": self.troubles.of(one)}, self._updated()])

    async def _hear_end_failed(self, message: Message) -> None:
        self.troubles.end = clean(message["error"])
        self._tell([self._updated()])

    async def _acknowledge(self) -> None:
        await self._to_relay(self._about("ack", offset=self.row.log_offset))

    async def _hear_handed(self, message: Message) -> None:
        handed = await self._writer.do(lambda store: store.hand(self.row.id, message["seq"]))
        users = {one.uuid for one in handed if one.kind == "user"}
        self._handed |= users
        self._run = happened(self._run, Handed()) if users else self._run
        news = [{"type": "input", "uuid": one.uuid, "seq": one.seq, "state": "handed"} for one in handed]
        self._tell([*news, *([self._updated()] if self.troubles.forget(message["seq"]) else [])])

    async def _hear_ended(self, message: Message) -> None:
        """The agent's process has ended, and all of its output is here. Where some of it is not stored, the relay is to
        follow the run again from there: it reports the end again, after all of it.
        """
        if not self.state.status.live and self.row.ended_at is not None:
            self._tell_end(message)  # somebody made sure of it
            return
        if (message.get("end") or 0) > self.row.log_offset:
            await self._to_relay({"type": "sync", "sessions": [self.position()]})
            return
        run = happened(self._run, Exited(message.get("exit_code"), message.get("reason") or ""))
        if self.row.remote:
            changes = changes_at_end(self.row, self.state, run.state, message, self._why_ended)
        else:
            changes = {"ended_at": time.time()}
        await self._writer.do(lambda store: store.change(self.row.id, **changes))
        self._run, self.row = run, self.row._replace(**changes)
        if self.row.remote:
            self._tell_end(message)
        await self._remove_files()

    def _tell_end(self, message: Message) -> None:
        complete = {"type": "complete", "exit_code": message.get("exit_code"), "reason": self.row.reason,
                    "lost": self.row.lost}  # fmt: skip
        self._tell([complete, self._updated()])

    async def _remove_files(self) -> None:
        """Let the host remove what is left of the run: all of its output is stored."""
        await self._to_relay(self._about("remove", host=self.row.host, received=self.row.log_offset))

    # ---- what people and the codec want

    async def queue(self, id: str, kind: str, body: str, by: By) -> Input:
        """Store an input, and send it on. Raise Refused, as for one too many."""
        return await self._queue([Input(0, id, kind, body, by.name)], by)

    async def _queue(self, several: Sequence[Input], by: By) -> Input:
        """Store inputs that belong together, and send them on; return the first. Raise Refused."""
        async with self._lock:
            if not self.row.remote:
                raise Refused(IN_TERMINAL)
            if not self.state.status.live:
                raise Refused(NO_AGENT)
            now = trio.current_time()
            for one in several:
                check_length(self._line(one))

            def store_inputs(store: Store) -> tuple[Input, Sequence[Input]]:
                self._limiter.admit(store, self.row.id, several, now)
                return queue_noted(store, self.row.id, several, by), self._waiting(store)

            found, waiting = await self._writer.do(store_inputs)
            self._active = now
            await self._send(waiting)  # somebody waits for it; whoever follows comes after that
            queued = {"type": "input", "uuid": found.uuid, "seq": found.seq, "state": found.state, "kind": found.kind}
            self._tell([queued | ({"content": found.body, "by": by.name} if found.kind in WRITTEN else {})])
            return found

    async def send_waiting(self) -> None:
        """Send the relay the inputs that are not at the agent's host yet. The number makes one that comes twice one."""
        await self._send(await self._writer.do(self._waiting))

    def _waiting(self, store: Store) -> Sequence[Input]:
        return store.inputs(self.row.id, "queued")

    async def _send(self, waiting: Sequence[Input]) -> None:
        self._held_back = False
        if self.row.end_asked is not None:
            return  # it takes nothing any more; what waits goes on with it if it is resumed
        for one in waiting:
            if one.kind in WRITTEN and self.state.status is Status.STARTING:
                self._held_back = True  # some agents take prompts and modes only after the handshake
                return
            await self._to_relay(self._about("send_input", seq=one.seq, line=self._line(one)))

    def _line(self, one: Input) -> str:
        codec, memory = self._run.harness.codec, self._run.memory
        if one.kind == "mode":
            return codec.set_mode(memory, one.uuid, one.body)
        return codec.prompt(memory, one.uuid, one.body) if one.kind == "user" else one.body

    async def answer(self, request_id: str, answer: Answer, by: By) -> None:
        """Store an answer, and send it on; only the first one counts. Raise Refused."""
        async with self._lock:
            if not self.row.remote:
                raise Refused(IN_TERMINAL)
            asked = next((one for one in self.state.questions if one.request_id == request_id), None)
            check_option(asked, answer)
            harness = self._run.harness
            line = harness.codec.answer(as_asked(harness, asked), answer) if asked else ""
            check_length(line)
            id, deed = str(uuid.uuid4()), answer_in_words(asked, answer)

            def store_answer(store: Store) -> Sequence[Input]:
                store.answer(self.row.id, request_id, stored_answer(answer), by.name, id, line)
                store.note(by, "answered", self.row.id, deed)
                return self._waiting(store)

            waiting = await self._writer.do(store_answer)
            self._run = happened(self._run, Answered(request_id))
            resolved = {"type": "question_resolved", "request_id": request_id, "state": "answered", "by": by.name}
            await self._send(waiting)
            self._tell([resolved, self._updated()])

    async def interrupt(self, by: By) -> None:
        """End the turn. Raise Refused for an agent that has ended, and for one interrupt too many."""
        key = str(uuid.uuid4())
        harness = self._run.harness
        asked = [as_asked(harness, one) for one in self.state.questions]
        first, *answers = harness.codec.interrupt(self._run.memory, key, asked)
        inputs = [Input(0, f"{key}-{number}", "answer", line, by.name) for number, line in enumerate(answers, 1)]
        await self._queue([Input(0, f"{key}-0", "interrupt", first, by.name), *inputs], by)

    @property
    def modes(self) -> tuple[str, ...]:
        """The permission modes that its agent has, none where that is not known."""
        return modes_of(self._run.harness, self.state)

    async def set_mode(self, mode: str, id: str, by: By) -> Input:
        """Give the agent another permission mode; `id` makes a request that comes twice one. It is kept, also for a
        later run. Raise Refused where the agent can't have it.
        """
        check_mode(self._run.harness, self.state, mode)
        return await self.queue(request_id(mode, id), "mode", mode, by)

    async def end(self, by: By = NOBODY, why: str = "") -> bool:
        """Let the relay end the agent; `why` is for people, if nobody asked for it. Where no relay reaches the agent,
        that is kept until one does. Return whether it is being ended now. Raise Refused if it has ended.
        """
        async with self._lock:
            if not self.row.remote or not self.state.status.live:
                raise Refused(NO_AGENT if self.row.remote else IN_TERMINAL)
            if self.row.end_asked is None:  # whoever asks again and again is noted once
                self._why_ended = why
                await self._note_end(time.time(), by, "asked for the end", why)
        if self.reached or self._away:
            await self._end_now()
            return True
        self._tell([self._updated()])
        return False

    async def give_up(self) -> None:
        """Note that its agent has not answered for too long, and let the relay end it."""
        async with self._lock:
            run = happened(self._run, Silent())
            await self._change(dict(columns(run.state)), HUB, "asked for the end", UNANSWERED)
            self._run = run
        self._tell([self._updated()])
        await self._end_run()

    async def withdraw_end(self, by: By = NOBODY) -> None:
        """Let the agent go on, which was to end when its host is reached again. Raise Refused if that is too late."""
        async with self._lock:
            if not self.row.remote or not self.state.status.live:
                raise Refused(NO_AGENT if self.row.remote else IN_TERMINAL)
            if self.row.end_asked is None:
                raise Refused("nobody has asked for the end of its agent")
            if self.reached:
                raise Refused("its agent is being ended already")
            await self._note_end(None, by, "withdrew the end")
            if self.state.status is Status.ENDING:
                await self.rebuild()
        self._tell([self._updated()])

    async def _note_end(self, at: float | None, by: By, deed: str, detail: str = "") -> None:
        await self._change({"end_asked": at, "end_asked_by": by.name if at else ""}, by, deed, detail)

    async def _change(self, changes: Mapping[str, Any], by: By, deed: str, detail: str = "") -> None:
        """Change columns of the row, and note who did that."""
        await self._writer.do(lambda store: change_noted(store, self.row.id, changes, by, deed, detail))
        self.row = self.row._replace(**changes)

    async def _end_now(self) -> None:
        self._run = happened(self._run, EndWanted())
        self._tell([self._updated()])
        await self._end_run()

    async def _end_run(self) -> None:
        await self._to_relay(self._about("end_session", host=self.row.host))


HEARD: Mapping[str, Callable[[HubSession, Message], Awaitable[None]]] = {
    "session_output": HubSession._hear_output,
    "session_reached": HubSession._hear_reached,
    "session_ended": HubSession._hear_ended,
    "input_handed": HubSession._hear_handed,
    "input_failed": HubSession._hear_input_failed,
    "end_failed": HubSession._hear_end_failed,
    "log_cut": HubSession._hear_log_cut,
}

"""What the agent of one session prints: stored with what follows from it, then acknowledged and sent to clients."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial

import trio

from navi.core.headless import ON_THE_WAY, HeadlessStatus
from navi.headless.hub.ended import with_offer
from navi.headless.hub.news import news
from navi.headless.hub.run_state import RunOutput, at_work, begin, happened, read, read_rest, unread
from navi.headless.hub.session_inputs import SessionInputs
from navi.headless.hub.session_state import SessionState
from navi.headless.messages import Message
from navi.headless.state import Answered
from navi.headless.store.run_store import GAP, NO_DATA, cut_log, receive
from navi.headless.store.store import Store
from navi.headless.store.stored import Batch

STORES_AGAIN = 1.0
"""Seconds until output that could not be stored is asked for again: the disk may be full."""


class SessionOutput:
    """Stores what the agent prints, and says so to the relay and the clients."""

    def __init__(self, session: SessionState, inputs: SessionInputs) -> None:
        self._session = session
        self._inputs = inputs

    async def rebuild(self) -> None:
        """Read the messages of this run again, after a start of the hub or where memory and store differ."""
        session = self._session
        sent = await session.writer.do(lambda store: store.inputs(session.row.id, *ON_THE_WAY))
        prompted = session.row.generation == 1 or any(one.kind == "user" for one in sent)
        run, index = begin(session.run.harness, session.row, prompted), 0
        while True:
            page = await session.writer.do(partial(Store.messages, session_id=session.row.id, from_index=index))
            lines = [one.body for one in page if one.generation == session.row.generation]
            run = read(run, session.row, 0, 0, lines).run
            index += len(page)
            if not page:
                break
        for one in await session.writer.do(lambda store: store.questions(session.row.id, "answered")):
            run = happened(run, Answered(one.request_id))
        await session.put_rebuilt(self._inputs.take_up(sent, run))

    # ---- what the relay says

    async def hear(self, message: Message) -> None:
        """Store a batch; one that does not fit is asked for again from where the store ends."""
        session = self._session
        lines = [one.encode("utf-8", "surrogateescape") for one in message["messages"] if isinstance(one, str)]
        if message["offset"] == session.row.log_offset <= message["end"]:
            try:
                if message.get("rest"):
                    await self._store(read_rest(session.run, session.row, message["offset"], message["end"], lines[0]))
                else:
                    await self._store_lines(message["offset"], message["end"], lines)
            except sqlite3.Error as error:
                session.tell([session.updated(f"the hub can't store what it prints: {error}")])
                await trio.sleep(STORES_AGAIN)
        await session.to_relay(session.about("ack", offset=session.row.log_offset))
        if self._inputs.held_back:
            await self._inputs.send_waiting()

    async def hear_log_cut(self, message: Message) -> None:
        """Its log has become shorter, and its agent runs: go on from what is left, and say that there is a gap."""
        session = self._session
        if message["offset"] == session.row.log_offset > message["size"]:
            gap = unread(session.run, session.row, message["offset"], message["offset"], [GAP])
            await session.writer.do(lambda store: cut_log(store, gap.batch, message["size"]))
            last = session.row.last_index + 1
            session.row = session.row._replace(log_offset=message["size"], last_index=last)
            session.tell(news(session.state, session.state, gap.batch, last))
        await session.to_relay({"type": "sync", "sessions": [session.position()]})

    # ---- the store

    async def _store_lines(self, offset: int, end: int, lines: Sequence[bytes]) -> None:
        """Store lines with what they say; what no database takes, as they are: one agent must not cost the others."""
        session = self._session
        try:
            await self._store(read(session.run, session.row, offset, end, lines))
            return
        except NO_DATA:
            if len(lines) == 1:
                await self._store(unread(session.run, session.row, offset, end, lines))
                return
        for number, line in enumerate(lines, 1):
            after = end if number == len(lines) else offset + len(line) + 1
            await self._store_lines(offset, after, [line])
            offset = after

    async def _store(self, output: RunOutput) -> None:
        """Store what an agent printed, and then say what follows from it."""
        session, inputs = self._session, self._inputs
        output = at_work(output, inputs.confirm(output.batch.taken))
        batch, before = self._allowed(output.batch), session.state
        over, refused = inputs.interrupts_over(output)
        batch = batch._replace(taken=[*batch.taken, *over], refused={**batch.refused, **refused})
        gave_up = before.status.live and not output.run.state.status.live
        if gave_up:
            batch = batch._replace(changes=with_offer(session.row, batch.changes))
        starting = before.status is HeadlessStatus.STARTING  # no prompt was sent yet, so that anything can go before it
        if not await session.writer.do(lambda store: receive(store, batch, output.dues, starting)):
            await self.rebuild()
            return
        inputs.forget_interrupts({*over, *refused})
        inputs.held_back = inputs.held_back or bool(output.dues)
        await self._go_on(output, batch)
        if gave_up:
            await session.end_run()

    async def _go_on(self, output: RunOutput, batch: Batch) -> None:
        """Go on with the run after what was stored, and tell the clients; and the host of a new conversation, so that
        it notices a terminal with that.
        """
        session, before, row = self._session, self._session.state, self._session.row
        last = row.last_index + len(batch.messages)
        session.run, session.reached = output.run, True
        session.note_activity()
        session.row = row._replace(log_offset=batch.end, last_index=last, **batch.changes)
        session.tell([{"type": "partial", "message_id": one.id, "text": one.text} for one in output.partials])
        session.tell(news(before, session.state, batch, row.last_index + 1))
        if (before.status, before.mode) != (session.state.status, session.state.mode):
            session.tell([session.updated()])
        if session.row.agent_session_id != row.agent_session_id:
            conversation = session.row.agent_session_id
            await session.to_relay(session.about("know", host=row.host, conversation=conversation))

    def _allowed(self, batch: Batch) -> Batch:
        """Return a batch without changes of what the session is, if it went on in a terminal meanwhile."""
        if self._session.row.remote:
            return batch
        changes = {name: value for name, value in batch.changes.items() if name not in ("status", "reason")}
        return batch._replace(opened=(), changes=changes)

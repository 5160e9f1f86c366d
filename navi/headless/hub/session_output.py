"""What the agent of one session prints: stored with what follows from it, then acknowledged and sent to clients."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import trio

from navi.core.headless import HeadlessStatus
from navi.headless.hub.ended import with_offer
from navi.headless.hub.news import news
from navi.headless.hub.run_state import RunOutput, at_work, read, read_rest, unread
from navi.headless.hub.session_inputs import SessionInputs
from navi.headless.messages import Message
from navi.headless.store.run_store import GAP, NO_DATA, cut_log, receive
from navi.headless.store.stored import Batch

STORES_AGAIN = 1.0
"""Seconds until output that could not be stored is asked for again: the disk may be full."""


class SessionOutput(SessionInputs):
    """A session that stores the output of its agent."""

    async def _hear_output(self, message: Message) -> None:
        """Store a batch; one that does not fit is asked for again from where the store ends."""
        lines = [one.encode("utf-8", "surrogateescape") for one in message["messages"] if isinstance(one, str)]
        if message["offset"] == self.row.log_offset <= message["end"]:
            try:
                if message.get("rest"):
                    await self._store(read_rest(self._run, self.row, message["offset"], message["end"], lines[0]))
                else:
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

    async def _store(self, output: RunOutput) -> None:
        self._handed -= {*output.batch.taken}
        output = at_work(output, bool(self._handed))
        batch, before = self._allowed(output.batch), self.state
        over, refused = self._interrupts_over(output)
        batch = batch._replace(taken=[*batch.taken, *over], refused={**batch.refused, **refused})
        gave_up = before.status.live and not output.run.state.status.live
        if gave_up:
            batch = batch._replace(changes=with_offer(self.row, batch.changes))
        starting = before.status is HeadlessStatus.STARTING  # no prompt was sent yet, so that anything can go before it
        if not await self._writer.do(lambda store: receive(store, batch, output.dues, starting)):
            await self.rebuild()
            return
        first, known = self.row.last_index + 1, self.row.agent_session_id
        self._interrupts = {one: handed for one, handed in self._interrupts.items() if one not in {*over, *refused}}
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

    async def _acknowledge(self) -> None:
        await self._to_relay(self._about("ack", offset=self.row.log_offset))

"""Sessions in terminals, as far as the hub has to do with them: those that went on there, and those that take feedback.

A session without a terminal whose conversation somebody opens in one is from then on a session of that terminal: its
agent without one gets no more input and is ended, for two agents on one conversation would each know half of it.

Feedback for a session in a terminal waits until the agent's turn ends; its hook gets it from files that the relay puts
on its host.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from navi.core.headless import StoredStatus
from navi.headless.hub.session import HubSession
from navi.headless.messages import Message
from navi.headless.refused import Limited, Refused
from navi.headless.store.run_store import change_noted, open_noted
from navi.headless.store.store import Store
from navi.headless.store.stored import NOBODY, RELAY, By, Feedback, StoredSession
from navi.headless.store.writer import Writer

AN_HOUR = 3600.0

MOST_AN_HOUR = {"message": 100, "diff_comment": 50, "suggested_edit": 20}
"""How much feedback of each kind a session takes within an hour."""

FIELDS: Mapping[str, Mapping[str, type]] = {
    "message": {"content": str},
    "diff_comment": {"file": str, "line": int, "content": str},
    "suggested_edit": {"file": str, "old_content": str, "new_content": str},
}
"""The fields of each kind of feedback."""

LONGEST = 16_000
"""Characters of one feedback: with all of it escaped it still fits into what a host takes."""


class NotInteractive(Refused):
    """A session in a terminal takes no feedback."""

    code = "NOT_INTERACTIVE"


class TerminalSessions:
    """What changes them. `held` returns the run of a session that still has one, `tell` sends its clients a message."""

    def __init__(
        self,
        writer: Writer,
        to_relay: Callable[[Message], Awaitable[bool]],
        held: Callable[[str], HubSession | None],
        tell: Callable[[str, Message], None],
    ) -> None:
        self._writer = writer
        self._to_relay = to_relay
        self._held = held
        self._tell = tell

    # ---- what hosts note

    async def hear(self, message: Message) -> None:
        """Take a message of the relay about agents in terminals."""
        await HEARD[message["type"]](self, message)

    async def _hear_terminal(self, message: Message) -> None:
        """An agent in a terminal has a conversation, or has left it."""
        for row in await self._of_conversation(message):
            if message["opened"]:
                await self.opened(row, message["name"])
            else:
                await self._left(row)

    async def _of_conversation(self, message: Message) -> list[StoredSession]:
        rows = await self._writer.do(lambda store: store.of_conversation(message["conversation"]))
        return [row for row in rows if row.host == message["host"]]

    async def opened(self, row: StoredSession, name: str, by: By = RELAY) -> StoredSession:
        """Note that a session goes on in a terminal, and see that its agent without one has ended."""
        if row.remote:
            row = await self._writer.do(lambda store: open_noted(store, row.id, name, by))
            held = self._held(row.id)
            if held:
                held.opened(row)
            else:
                self._tell(row.id, updated(row))
        elif row.status != StoredStatus.LIVE or name not in ("", row.tmux_name):
            name = name or row.tmux_name
            row = await self._change(row, status=StoredStatus.LIVE, tmux_name=name, ended_at=row.ended_at)
        if row.client_id and row.ended_at is None:
            await self._to_relay({
                "type": "end_session", "session_id": row.id, "host": row.host, "generation": row.generation,
            })  # fmt: skip
        return row

    async def _left(self, row: StoredSession) -> None:
        if not row.remote and row.status == StoredStatus.LIVE:
            await self._change(row, status=StoredStatus.COMPLETE, interactive=0)

    async def _change(self, row: StoredSession, **changes: Any) -> StoredSession:
        await self._writer.do(partial(Store.change, session_id=row.id, **changes))
        return await self._changed(row)

    async def _changed(self, row: StoredSession) -> StoredSession:
        row = await self._writer.do(lambda store: store.needed(row.id))
        self._tell(row.id, updated(row))
        return row

    # ---- feedback

    async def set_interactive(self, session_id: str, interactive: bool, by: By = NOBODY) -> StoredSession:
        """Let a session in a terminal take feedback, or not any more. Raise Refused."""
        row = await self._writer.do(lambda store: store.needed(session_id))
        if row.remote:
            raise Refused(f"{session_id} runs without a terminal; it takes prompts at any time")
        if not row.agent_session_id:
            raise Refused(f"the conversation of {session_id} is not known, so no hook can give it feedback")
        what = "let it take feedback" if interactive else "ended its feedback"
        changed = {"interactive": int(interactive)}
        await self._writer.do(lambda store: change_noted(store, session_id, changed, by, what))
        row = await self._changed(row)
        await self._to_relay({"type": "know" if interactive else "forget", **_place(row)})
        for one in await self._pending(row) if interactive else ():
            await self._give(row, one)
        return row

    async def give(self, session_id: str, kind: str, fields: Message, by: By) -> tuple[int, int]:
        """Store feedback and send it to the session's host; return its number, and how much waits with it. Other fields
        than its own are dropped; a uuid makes feedback that comes twice one. Raise Refused, among them Limited and
        NotInteractive.
        """
        uuid = fields.get("uuid") or ""
        body = body_of(kind, fields)
        row, one, position = await self._writer.do(lambda store: _store(store, session_id, kind, body, by, uuid))
        self._tell(row.id, {"type": "feedback_queued", "message_id": one.id, "position": position, "uuid": uuid})
        await self._give(row, one)
        return one.id, position

    async def _hear_host(self, message: Message) -> None:
        """A host is reached: let it know what waits there."""
        for row in await self._writer.do(lambda store: store.taking_feedback(message["host"])):
            await self._to_relay({"type": "know", **_place(row)})
            for one in await self._pending(row):
                await self._give(row, one)

    async def _pending(self, row: StoredSession) -> tuple[Feedback, ...]:
        return await self._writer.do(lambda store: store.feedback(row.id))

    async def _give(self, row: StoredSession, one: Feedback) -> None:
        await self._to_relay({"type": "give", **_place(row), "number": one.id, "text": words(one)})

    async def _hear_delivered(self, message: Message) -> None:
        for row in await self._of_conversation(message):
            await self.delivered(row.id, [message["number"]])

    async def delivered(self, session_id: str, ids: list[int]) -> tuple[int, ...]:
        """Note that an agent got feedback; return what was not known."""
        new = await self._writer.do(lambda store: store.deliver_feedback(session_id, ids))
        for one in new:
            self._tell(session_id, {"type": "feedback_delivered", "message_id": one})
        return new


HEARD: Mapping[str, Callable[[TerminalSessions, Message], Awaitable[None]]] = {
    "terminal": TerminalSessions._hear_terminal,
    "host_reached": TerminalSessions._hear_host,
    "feedback_delivered": TerminalSessions._hear_delivered,
}
"""The messages of the relay about sessions in terminals."""


def body_of(kind: str, fields: Message) -> str:
    """Return the fields of feedback as the store keeps them. Raise Refused for what is none."""
    known = {name: fields.get(name) for name in FIELDS.get(kind, ())}
    right = known and all(type(value) is FIELDS[kind][name] for name, value in known.items())
    body = json.dumps(known)
    if not right or len(body) > LONGEST or not any(str(value).strip() for value in known.values()):
        wanted = "; ".join(f"{name} with {', '.join(fields)}" for name, fields in FIELDS.items())
        raise Refused(f"feedback is one of: {wanted}; of at most {LONGEST:,} characters, and not empty")
    return body


def _store(
    store: Store, session_id: str, kind: str, body: str, by: By, uuid: str
) -> tuple[StoredSession, Feedback, int]:  # fmt: skip
    """Store feedback; return the session, the feedback, and how much waits. Raise Refused."""
    row = store.needed(session_id)
    known = store.known_feedback(session_id, uuid)
    if known:
        return row, Feedback(known, kind, body, by.name), len(store.feedback(session_id))
    if row.remote or not row.interactive:
        raise NotInteractive(f"{session_id} takes no feedback; navi collaborate lets it")
    if store.feedback_since(session_id, kind, time.time() - AN_HOUR) >= MOST_AN_HOUR[kind]:
        raise Limited(f"{session_id} got {MOST_AN_HOUR[kind]} of {kind} within an hour; try again later")
    id = store.give_feedback(session_id, kind, body, by.name, uuid)
    store.note(by, "sent feedback", session_id, kind)
    return row, Feedback(id, kind, body, by.name), len(store.feedback(session_id))


def _place(row: StoredSession) -> Message:
    return {"session_id": row.id, "host": row.host, "conversation": row.agent_session_id}


def updated(row: StoredSession) -> Message:
    """Return the message that tells clients what a session in a terminal is now."""
    return {
        "type": "session_updated", "status": row.status, "remote": row.remote, "interactive": row.interactive,
        "reason": row.reason,
    }  # fmt: skip


def words(one: Feedback) -> str:
    """Return feedback as the agent reads it."""
    by = f"{one.by} writes" if one.by else "Somebody writes"
    fields = json.loads(one.body)
    if one.kind == "message":
        return f"{by}: {fields['content']}"
    if one.kind == "diff_comment":
        return f"{by} about {fields['file']}, line {fields['line']}: {fields['content']}"
    return f"{by}: in {fields['file']}, replace\n{fields['old_content']}\nby\n{fields['new_content']}"

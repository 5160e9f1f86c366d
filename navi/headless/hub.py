"""The hub: what is true of headless sessions. It stores first and reports afterwards; it holds no agent and no file.

A relay brings what agents print and carries inputs to them; clients follow sessions, answer and send. Both may come and
go at any time, and the hub itself may be killed: all that it reported before is stored.
"""

from __future__ import annotations

import secrets
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

import trio

from navi.headless import rule
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import Answer
from navi.headless.hub_session import HubSession, Wanted
from navi.headless.listing import Watchers, rows_of, summary, text_of
from navi.headless.run_state import question_document
from navi.headless.shortened import shortened
from navi.headless.store import Refused, Store, StoredSession
from navi.headless.writer import Writer

PAGE = 100
"""Messages in one frame of what a client has missed."""

BEHIND = 256
"""Messages that may wait for a client; one that is further behind is closed."""

GIVES_UP = 5.0
"""Seconds that a message may take to a client."""

MOST_AT_ONCE = 20
"""Agents without a terminal on one host."""

MOST_A_MINUTE = 10
"""Agents that are started within a minute, on all hosts."""

Message = Mapping[str, Any]


class Peer(Protocol):
    """A connection: whole messages in both directions."""

    async def send(self, message: Message, /) -> None:
        """Send a message. Raise trio.BrokenResourceError, trio.ClosedResourceError."""
        ...

    async def close(self) -> None:
        """Close it by force."""
        ...


class Subscriber:
    """A client that follows sessions. It never holds up the hub: too far behind, it is closed.

    With `longest`, lines and texts of more than so many bytes are cut for it.
    """

    def __init__(self, peer: Peer, name: str = "") -> None:
        self.peer = peer
        self.name = name
        self._send, self._waiting = trio.open_memory_channel[Message](BEHIND)
        self.lost = trio.CancelScope()
        self.longest = 0

    def tell(self, message: Message) -> None:
        """Queue a message; does not wait."""
        try:
            self._send.send_nowait(self.short(message))
        except trio.WouldBlock:
            if message["type"] != "partial":
                self.lost.cancel()

    def short(self, message: Message) -> Message:
        """Return a message as this client wants it."""
        return shortened(message, self.longest) if self.longest else message

    async def run(self) -> None:
        """Send what is queued, until the client is lost; then close it."""
        with self.lost:
            try:
                async for message in self._waiting:
                    with trio.fail_after(GIVES_UP):
                        await self.peer.send(message)
            except (trio.TooSlowError, trio.BrokenResourceError, trio.ClosedResourceError):
                pass
        with trio.CancelScope(shield=True):
            await self.peer.close()


class Hub:
    """Sessions, the relay and the clients. `run` must run as long as it is used."""

    def __init__(self, store: Store) -> None:
        self.writer = Writer(store)
        self._sessions: dict[str, HubSession] = {}
        self._relay: Peer | None = None
        self._client_id = ""
        self._capabilities: Message = {}
        self._started: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self.watchers = Watchers(self.listed)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what is stored, and carry out what is asked, until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.writer.run)
            nursery.start_soon(self.watchers.run)
            for row in await self.writer.do(lambda store: store.live()):
                await self.follow(row)
            task_status.started()
            await trio.sleep_forever()

    @property
    def relay_is_connected(self) -> bool:
        """Whether agents can be started and reached."""
        return self._relay is not None

    @property
    def capabilities(self) -> Message:
        """What the relay can do."""
        return self._capabilities if self._relay else {}

    def new_id(self, kind: str) -> str:
        """Return an id that no session has."""
        return f"{kind}_{secrets.token_hex(8)}"

    # ---- sessions

    async def follow(self, row: StoredSession) -> HubSession:
        """Return what the hub holds of a live session; rebuild it from the store where it holds nothing yet."""
        session = self._sessions.get(row.id)
        if session is None or session.row.generation != row.generation:
            clients = session.clients if session else set()
            session = HubSession(row, HARNESSES[row.harness], self.writer, self._to_relay)
            self._sessions[row.id] = session
            session.clients = clients
            session.changed = self.watchers.note
            self.watchers.note(row.id)
            await session.rebuild()
        return session

    def held(self, session_id: str) -> HubSession | None:
        """Return what the hub holds of a session, None if it does not run."""
        return self._sessions.get(session_id)

    async def spawn(self, wanted: Wanted) -> StoredSession:
        """Store a new session with its first inputs, and let the relay start it.

        Raise Refused where nothing is stored: no relay, an unknown harness or host.
        """
        self._check(wanted)
        harness = HARNESSES[wanted.harness]
        row = StoredSession(
            self.new_id("spawn"), wanted.title, wanted.harness, wanted.model, wanted.permission_mode,
            "" if wanted.host == "local" else wanted.host, wanted.cwd,
            agent_session_id=str(uuid.uuid4()) if harness.abilities.chooses_id else "", client_id=self._client_id,
        )  # fmt: skip
        row = await self.writer.do(lambda store: store.spawn(row))
        session = await self.follow(row)
        await session.start(wanted.prompt, wanted.by)
        return session.row

    def _check(self, wanted: Wanted) -> None:
        if wanted.harness not in HARNESSES:
            raise Refused(f"there is no harness {wanted.harness}; known are {', '.join(HARNESSES)}")
        if self._relay is None:
            raise Refused("no relay is connected; navi daemon start starts it")
        if (wanted.host or "local") not in self._capabilities.get("hosts", ()):
            raise Refused(f"the relay does not reach a host {wanted.host}")
        self._check_limits(wanted.host.removeprefix("local"))

    def _check_limits(self, host: str) -> None:
        """Raise Refused where another agent would be too many. Whoever starts them may be a program that went wrong."""
        there = sum(one.row.host == host and one.state.status.live for one in self._sessions.values())
        if there >= MOST_AT_ONCE:
            raise Refused(f"{there} agents run on {host or 'this machine'} already; end one first")
        wait = 60 - (trio.current_time() - self._started[0]) if len(self._started) == MOST_A_MINUTE else 0
        if wait > 0:
            raise Refused(f"{MOST_A_MINUTE} agents were started within a minute; try again in {wait:.0f} s")
        self._started.append(trio.current_time())

    async def resume(self, session_id: str, prompt: str = "", by: str = "") -> StoredSession:
        """Begin another run of a session whose agent has ended, in its conversation. Raise Refused."""
        if self._relay is None:
            raise Refused("no relay is connected; navi daemon start starts it")
        known = await self.writer.do(lambda store: store.needed(session_id))
        self._check_limits(known.host)
        again = known.harness in HARNESSES and HARNESSES[known.harness].abilities.sends_once
        row = await self.writer.do(lambda store: store.resume(session_id, again))
        session = await self.follow(row)
        await session.start(prompt, by)
        return session.row

    async def open_in_terminal(self, session_id: str, tmux_name: str) -> StoredSession:
        """Note that a session goes on in a terminal, and tell its clients. Raise Refused as long as its agent runs."""
        held = self._sessions.get(session_id)
        if held and held.state.status.live:
            raise Refused(f"the agent of {session_id} runs; it must end first")
        row = await self.writer.do(lambda store: store.open_in_terminal(session_id, tmux_name))
        if held:
            del self._sessions[session_id]
            held.opened(row)
        return row

    async def put_away(self, session_id: str) -> StoredSession:
        """Leave a session whose agent has ended out of lists. Raise Refused."""
        row = await self.writer.do(lambda store: store.put_away(session_id))
        self._sessions.pop(session_id, None)
        self.watchers.note(session_id)
        return row

    def shown(self, row: StoredSession) -> rule.Shown:
        """Return what a session is shown as."""
        held = self._sessions.get(row.id)
        live = rule.Live(held.state.status.value, held.row.generation) if held and held.reached else None
        return rule.shown(rule.Row(row.remote, row.interactive, row.status, row.generation), live)

    async def listed(self, ids: Collection[str] | None = None) -> list[Message]:
        """Return sessions as a list shows them: those with these ids, or all."""
        known = frozenset(id for id, held in self._sessions.items() if held.state.latest)
        found = await self.writer.do(lambda store: rows_of(store, ids, known))
        return [summary(row, self.shown(row), self._sessions.get(row.id), text_of(row, last)) for row, last in found]

    # ---- the relay

    async def _to_relay(self, message: Message) -> bool:
        """Send a message to the relay; return false if none is connected. What it misses is sent at its next start."""
        if self._relay is None:
            return False
        try:
            await self._relay.send(message)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return False
        return True

    async def connect_relay(self, peer: Peer, hello: Message) -> None:
        """Take a relay in place of the one before, and tell it what to follow."""
        before, self._relay = self._relay, peer
        if before is not None:
            await before.close()
        self._client_id = hello["client_id"]
        self._capabilities = {**hello["capabilities"], "hosts": [one or "local" for one in hello["hosts"]]}
        live = [one for one in self._sessions.values() if one.state.status.live]
        await self._to_relay({"type": "sync", "sessions": [one.position() for one in live]})
        for session in live:
            await session.send_waiting()

    def lose_relay(self, peer: Peer) -> None:
        """Note that a relay is gone; one that was replaced changes nothing."""
        if self._relay is peer:
            self._relay = None
            for session in self._sessions.values():
                session.lose()

    async def hear(self, message: Message) -> None:
        """Take a message of the relay."""
        session = self._sessions.get(message["session_id"])
        if session is not None:
            await session.hear(message)

    # ---- clients

    async def subscribe(self, client: Subscriber, session_id: str, from_index: int) -> None:
        """Send a client what it has missed of a session, and then what comes, without a gap. Raise Refused."""
        row = await self.writer.do(lambda store: store.needed(session_id))
        await client.peer.send(client.short(await self.connected(row)))
        index = max(0, from_index)
        while True:
            page = await self._page(session_id, index)
            if page:
                await client.peer.send(client.short(_message(session_id, index, page)))
                index += len(page)
            held = self._sessions.get(session_id)
            if held is None or held.row.last_index < index:
                if held:
                    held.clients.add(client)
                return

    async def _page(self, session_id: str, index: int) -> Sequence[str]:
        found = await self.writer.do(lambda store: store.messages(session_id, index, PAGE))
        return [one.body.decode("utf-8", "surrogateescape") for one in found]

    async def connected(self, row: StoredSession) -> Message:
        """Return the first message to a client: what the session is, and what is open."""

        def open_things(store: Store) -> tuple[Any, Any]:
            return store.questions(row.id, "open"), store.inputs(row.id, "queued", "handed")

        questions, inputs = await self.writer.do(open_things)
        shown = self.shown(row)
        return {
            "type": "connected", "session_id": row.id, "status": shown.status, "remote": row.remote,
            "is_spawned": shown.type == "spawned", "interactive": row.interactive, "last_index": row.last_index,
            "message_count": row.last_index + 1, "claude_session_id": row.agent_session_id,
            "questions": [question_document(one) for one in questions],
            "inputs": [{"uuid": one.uuid, "seq": one.seq, "state": one.state} for one in inputs],
        }  # fmt: skip

    def forget(self, client: Subscriber) -> None:
        """Note that a client is gone."""
        self.watchers.forget(client)
        for session in self._sessions.values():
            session.clients.discard(client)

    async def command(self, client: Subscriber, session_id: str, message: Message) -> None:
        """Carry out what a client wants of a session. Raise Refused."""
        session = self._sessions.get(session_id)
        if session is None:
            raise Refused("its agent has ended; navi resume goes on with it")
        carry_out = COMMANDS[message["type"]]
        await carry_out(session, client, message)


def _message(session_id: str, index: int, lines: Sequence[str]) -> Message:
    return {"type": "message", "session_id": session_id, "index": index, "messages": list(lines)}


# ---- what clients want


async def _say(session: HubSession, client: Subscriber, message: Message) -> None:
    id = message.get("uuid") or str(uuid.uuid4())
    await session.queue(id, "user", message["content"], message.get("by") or client.name)


async def _interrupt(session: HubSession, client: Subscriber, message: Message) -> None:
    await session.interrupt(message.get("by") or client.name)


async def _end(session: HubSession, _client: Subscriber, _message: Message) -> None:
    await session.end()


async def _respond(session: HubSession, client: Subscriber, message: Message) -> None:
    answer = Answer(message["allow"], message.get("message") or "", message.get("updatedInput"), message.get("answers"))
    await session.answer(message["request_id"], answer, message.get("by") or client.name)


COMMANDS: Mapping[str, Callable[[HubSession, Subscriber, Message], Awaitable[None]]] = {
    "user_message": _say,
    "interrupt": _interrupt,
    "end_session": _end,
    "control_response": _respond,
}

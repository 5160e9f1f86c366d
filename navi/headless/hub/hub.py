"""The hub: what is true of headless sessions. It stores first and reports afterwards; it holds no agent and no file.

A relay brings what agents print and carries inputs to them; clients follow sessions, answer and send. Both may come and
go at any time, and the hub itself may be killed: all that it reported before is stored.
"""

from __future__ import annotations

import math
import secrets
import sqlite3
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import trio

from navi.core.address import stored_host
from navi.core.ages import exact_age
from navi.core.headless import ON_THE_WAY, StoredStatus
from navi.headless import rule
from navi.headless.harness import HARNESSES, Harness
from navi.headless.hub.commands import COMMANDS
from navi.headless.hub.limits import LIMITS, MINUTE, InputLimits, Limiter, on_clock
from navi.headless.hub.listing import Watchers, rows_of, summary
from navi.headless.hub.refusals import ANEW, NO_AGENT
from navi.headless.hub.removals import ABOUT_FILES, Removals
from navi.headless.hub.run_state import launch_of, question_document
from navi.headless.hub.session import HubSession
from navi.headless.hub.so_far import printed_so_far
from navi.headless.hub.subscriber import Client, Peer, Subscriber
from navi.headless.hub.terminal_sessions import FIELDS, HEARD, TerminalSessions
from navi.headless.hub.trimming import trim_audit_hourly
from navi.headless.hub.wanted import Wanted
from navi.headless.messages import Message
from navi.headless.readable import Readable
from navi.headless.refused import Limited, OtherVersion, Refused
from navi.headless.store.run_store import begin_run, open_noted
from navi.headless.store.store import Store
from navi.headless.store.stored import HUB, NOBODY, By, StoredInput, StoredSession
from navi.headless.store.writer import Writer
from navi.headless.versions import about_relay, is_other

PAGE = 100
"""Messages in one frame of what a client has missed."""

READ_AHEAD = 10 * PAGE
"""Messages that are read from the store at once."""

LOOKS_EVERY = 15.0
"""Seconds between looks for agents that have waited, or kept us waiting, for too long."""

ANSWERS_WITHIN = 60.0
"""Seconds that an agent may take until it answers for the first time."""
MOST_AT_ONCE = 20
"""Agents without a terminal on one host."""

MOST_A_MINUTE = 10
"""Agents that are started within a minute, on all hosts."""


class Hub:
    """Sessions, the relay and the clients. `run` must run as long as it is used.

    Where they are not None, `opener` opens a session in a terminal on its host, and returns "" or why it could not,
    `inviter` returns an address of the page that works once, and `replace_relay` lets a relay of this version take the
    place of a process that is one of another. `other_version` says that such a relay was refused, "" if none was.
    """

    def __init__(
        self, store: Store, harnesses: Mapping[str, Harness] = HARNESSES, idle_limit: float | None = None,
        limits: InputLimits = LIMITS,
    ) -> None:  # fmt: skip
        """`idle_limit` are the seconds that an agent may wait for a prompt until it is ended; None for ever."""
        self.writer = Writer(store)
        self.harnesses = harnesses
        self._idle_limit = idle_limit
        self._limiter = Limiter(limits)
        self.opener: Callable[[StoredSession], Awaitable[str]] | None = None
        self.inviter: Callable[[], str] | None = None
        self.replace_relay: Callable[[int], None] | None = None
        self.other_version = ""
        self._sessions: dict[str, HubSession] = {}
        self._waiting: dict[str, set[Client]] = {}
        self._relay: Peer | None = None
        self._client_id = ""
        self._capabilities: Message = {}
        self._started: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self.watchers = Watchers(self.listed)
        self.removals = Removals(self.writer, self._to_relay, harnesses)
        self.terminals = TerminalSessions(self.writer, self._to_relay, self.held, self._tell)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Take up what is stored, and carry out what is asked, until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.writer.run)
            nursery.start_soon(self.watchers.run)
            nursery.start_soon(trim_audit_hourly, self.writer)
            await self.removals.begin()
            for row in await self.writer.do(lambda store: store.live()):
                await self.follow(row)
            begun = await self.writer.do(lambda store: store.begun_since(time.time() - MINUTE))
            self._started.extend(on_clock(begun, trio.current_time()))
            task_status.started()
            await self._end_idle_ones()

    async def _end_idle_ones(self) -> None:
        """End agents that do not answer when they are started, or have waited for a prompt for longer than the limit,
        until cancelled.
        """
        while True:
            await trio.sleep(LOOKS_EVERY)
            await self.removals.ask_again()
            for session in list(self._sessions.values()):
                with suppress(Refused, sqlite3.Error):  # it is looked at again
                    await self._look_after(session)

    async def _look_after(self, session: HubSession) -> None:
        """Send again what did not get there, and end an agent that has waited, or kept us waiting, for too long."""
        await session.send_again()
        if session.reached and session.starts_for > ANSWERS_WITHIN:
            await session.give_up()
        if self._idle_limit is not None and session.reached and session.idle_for > self._idle_limit:
            words = f"ended after it waited for a prompt for {exact_age(self._idle_limit)} (idle_limit)"
            await session.end(HUB, words)

    @property
    def relay_is_connected(self) -> bool:
        """Whether agents can be started and reached."""
        return self._relay is not None

    @property
    def no_relay(self) -> str:
        """Why no agent can be started or reached while no relay is connected, and what helps."""
        return self.other_version or "no relay is connected; navi daemon start starts it"

    @property
    def capabilities(self) -> Message:
        """What the relay can do."""
        return self._capabilities if self._relay else {}

    @property
    def client_id(self) -> str:
        """The id of the relay."""
        return self._client_id

    def new_id(self, kind: str) -> str:
        """Return an id that no session has."""
        return f"{kind}_{secrets.token_hex(8)}"

    # ---- sessions

    async def follow(self, row: StoredSession) -> HubSession:
        """Return what the hub holds of a live session; rebuild it from the store where it holds nothing yet."""
        session = self._sessions.get(row.id)
        if session is None or session.row.generation != row.generation:
            clients = session.clients if session else self._waiting.pop(row.id, set())
            session = HubSession(
                row, self.harnesses[row.harness], self.writer, self._to_relay, self._limiter, self.removals
            )
            self._sessions[row.id] = session
            session.clients = clients
            session.changed = self.watchers.note
            self.watchers.note(row.id)
            await session.output.rebuild()
        return session

    def held(self, session_id: str) -> HubSession | None:
        """Return what the hub holds of a session, None if it does not run."""
        return self._sessions.get(session_id)

    def _release(self, session_id: str) -> None:
        """Hold a session no more; its clients go on following it."""
        held = self._sessions.pop(session_id, None)
        if held and held.clients:
            self._waiting[session_id] = held.clients

    def _tell(self, session_id: str, message: Message) -> None:
        """Tell the clients of a session, and those that watch the list."""
        self.watchers.note(session_id)
        held = self._sessions.get(session_id)
        for client in held.clients if held else self._waiting.get(session_id, ()):
            client.tell({"session_id": session_id, **message})

    async def spawn(self, wanted: Wanted) -> StoredSession:
        """Store a new session with its first inputs, and let the relay start it.

        Raise Refused where nothing is stored: no relay, an unknown harness or host.
        """
        self._check(wanted)
        harness = self.harnesses[wanted.harness]
        row = StoredSession(
            self.new_id("spawn"), wanted.title, wanted.harness, wanted.model, wanted.permission_mode,
            stored_host(wanted.host), wanted.cwd,
            agent_session_id=str(uuid.uuid4()) if harness.abilities.chooses_id else "", client_id=self._client_id,
        )  # fmt: skip
        row = await self.writer.do(
            lambda store: begin_run(store, store.spawn(row), harness, wanted.prompt, wanted.by, "spawned")
        )
        session = await self.follow(row)
        await session.start()
        return session.row

    def _check(self, wanted: Wanted) -> None:
        if wanted.harness not in self.harnesses:
            raise Refused(f"there is no harness {wanted.harness}; known are {', '.join(self.harnesses)}")
        if self._relay is None:
            raise Refused(self.no_relay)
        if (wanted.host or "local") not in self._capabilities.get("hosts", ()):
            raise Refused(f"the relay does not reach a host {wanted.host}")
        self._check_limits(stored_host(wanted.host))

    def _check_limits(self, host: str) -> None:
        """Raise Limited where another agent would be too many. Whoever starts them may be a program that went wrong."""
        there = sum(one.row.host == host and one.state.status.live for one in self._sessions.values())
        if there >= MOST_AT_ONCE:
            raise Limited(f"{there} agents run on {host or 'this machine'} already; end one first")
        wait = MINUTE - (trio.current_time() - self._started[0]) if len(self._started) == MOST_A_MINUTE else 0
        if wait > 0:
            words = f"{MOST_A_MINUTE} agents were started within a minute; try again in {math.ceil(wait)} s"
            raise Limited(words, wait)
        self._started.append(trio.current_time())

    async def resume(self, session_id: str, prompt: str = "", by: By = NOBODY, anew: bool = False) -> StoredSession:
        """Begin another run of a session whose agent has ended, in its conversation. With `anew` it is a new one, whose
        first prompt has what is stored of the one before. Raise Refused.
        """
        if self._relay is None:
            raise Refused(self.no_relay)
        known = await self.writer.do(lambda store: store.needed(session_id))
        self._check_limits(known.host)
        harness = self.harnesses[known.harness]
        able = harness.abilities
        if not (able.resumes or anew):
            raise Refused(f"{known.harness} can't go on with a conversation; {ANEW}")
        conversation = (str(uuid.uuid4()) if able.chooses_id else "") if anew else None

        def store_run(store: Store) -> StoredSession:
            printed = printed_so_far(store, known) if anew else ""
            row = store.resume(session_id, able.sends_once, conversation)
            if prompt:
                self._limiter.check_place(store, session_id, "user", "resume it without a message")
            what = "resumed in a new conversation" if anew else "resumed"
            return begin_run(store, row, harness, "\n\n".join(filter(None, (printed, prompt))), by, what)

        session = await self.follow(await self.writer.do(store_run))
        await session.start()
        return session.row

    async def end_what_is_left(self, row: StoredSession, by: By) -> None:
        """Let the host of a session that has failed make sure that its agent does not run. Raise Refused."""
        if not await self._to_relay({"type": "end_session", **_about(row)}):
            raise Refused(self.no_relay)
        await self.writer.do(lambda store: store.note(by, "asked for the end", row.id))

    async def open_in_terminal(self, session_id: str, tmux_name: str, by: By = NOBODY) -> StoredSession:
        """Note that a session goes on in a terminal, and tell its clients. Raise Refused as long as its agent runs."""
        held = self._sessions.get(session_id)
        if held and held.row.remote and held.state.status.live:
            raise Refused(f"the agent of {session_id} runs; it must end first")
        row = await self.writer.do(lambda store: open_noted(store, session_id, tmux_name, by))
        if held:
            held.opened(row)
            if not held.state.status.live:
                self._release(session_id)
        return row

    async def put_away(self, session_id: str, by: By = NOBODY) -> StoredSession:
        """Leave a session whose agent has ended out of lists. Raise Refused."""

        def put_away(store: Store) -> StoredSession:
            row = store.put_away(session_id)
            store.note(by, "took it off the list", session_id)
            return row

        row = await self.writer.do(put_away)
        self._release(session_id)
        self.watchers.note(session_id)
        return row

    def shown(self, row: StoredSession) -> rule.Shown:
        """Return what a session is shown as."""
        held = self._sessions.get(row.id)
        live = rule.Live(held.state.status.value, held.row.generation) if held and held.reached else None
        return rule.shown(rule.RowFacts(row.remote, row.interactive, row.status, row.generation), live)

    async def listed(self, ids: Collection[str] | None = None) -> list[Message]:
        """Return sessions as a list shows them: those with these ids, or all."""
        known = frozenset(id for id, held in self._sessions.items() if held.state.latest)
        found = await self.writer.do(lambda store: rows_of(store, ids, known))
        return [summary(one, self.shown(one.row), self._sessions.get(one.row.id)) for one in found]

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

    async def connect_relay(self, peer: Peer, hello: Message, process: int = 0) -> None:
        """Take a relay in place of the one before, and tell it what to follow; `process` is its number, 0 if unknown.
        Raise OtherVersion; or sqlite3.Error: then it is closed, and tries again.
        """
        self._check_version(hello.get("version") or "", process)
        before, self._relay = self._relay, peer
        if before is not None:
            await before.close()
        self._client_id = hello["client_id"]
        try:
            await self._let_follow(hello)
        except sqlite3.Error:
            self.lose_relay(peer)
            await peer.close()
            raise

    def _check_version(self, version: str, process: int) -> None:
        self.other_version = about_relay(version) if is_other(version) else ""
        if self.other_version:
            if self.replace_relay:
                self.replace_relay(process)
            raise OtherVersion(self.other_version)

    async def _let_follow(self, hello: Message) -> None:
        self._capabilities = {**hello["capabilities"], "hosts": [one or "local" for one in hello["hosts"]]}
        live = [one for one in self._sessions.values() if one.state.status.live]
        watch = await self.writer.do(lambda store: {*store.hosts_to_watch(), *(one.host for one in store.unended())})
        begun = [one.position() for one in live if not one.may_not_have_begun]
        await self._to_relay({"type": "sync", "sessions": begun, "watch": sorted({*watch, *self.removals.hosts})})
        for session in live:
            if session.may_not_have_begun:
                await session.start(again=True)
            await session.inputs.send_waiting()

    def lose_relay(self, peer: Peer) -> None:
        """Note that a relay is gone; one that was replaced changes nothing."""
        if self._relay is peer:
            self._relay = None
            for session in self._sessions.values():
                session.lose()

    async def hear(self, message: Message) -> None:
        """Take a message of the relay."""
        if message["type"] in ABOUT_FILES:
            await self.removals.hear(message)
        if message["type"] == "host_reached":
            await self._end_what_failed(message["host"])
        if message["type"] in HEARD:
            await self.terminals.hear(message)
        elif message["type"] not in ABOUT_FILES:
            await self._hear_of(message)

    async def _hear_of(self, message: Message) -> None:
        ended = message["type"] == "session_ended"
        session = self._sessions.get(message["session_id"]) or (await self._ended_unseen(message) if ended else None)
        if session is None:
            if message["type"] == "session_output":
                await self.removals.hear_output(message)
            return
        await session.hear(message)
        if ended and not session.row.remote and session.row.ended_at is not None:
            self._release(session.row.id)

    async def _end_what_failed(self, host: str) -> None:
        """Let a host make sure that no agent runs whose session had failed before a restart of the hub."""
        for row in await self.writer.do(lambda store: store.unended()):
            if row.host == host and row.id not in self._sessions:
                await self._to_relay({"type": "end_session", **_about(row)})

    async def _ended_unseen(self, message: Message) -> HubSession | None:
        """Return a session that the hub held no more when it heard that its run has ended: some of its output may be
        still to come. None if that end is known.
        """
        row = await self.writer.do(lambda store: store.session(message["session_id"]))
        if row is None or row.generation != message["generation"] or row.ended_at is not None:
            return None
        return await self.follow(row)

    # ---- clients

    async def subscribe(
        self, client: Subscriber, session_id: str, from_index: int, known: Message | None = None
    ) -> None:
        """Send a client what a session is, if that is not `known` to it, then what it has missed, and then what comes,
        without a gap. Raise Refused.
        """
        await self.writer.do(lambda store: store.needed(session_id))
        client.catch_up(session_id)
        self._clients_of(session_id).add(client)
        hello = await self.connected(session_id)
        if hello != known:
            await client.peer.send(client.short(hello))
        index = await self._send_missed(client, session_id, max(0, from_index))
        client.live(session_id, index)

    async def _send_missed(self, client: Subscriber, session_id: str, index: int) -> int:
        """Send what is stored from an index on; return the first one that nobody has heard of."""
        while True:
            page = await self._page(session_id, index, READ_AHEAD)
            for start in range(0, len(page), PAGE):
                frame = _message(session_id, index + start, page[start : start + PAGE])
                await client.peer.send(client.short(frame))
            index += len(page)
            held = self._sessions.get(session_id)
            if held.row.last_index < index if held else not page:
                return index

    def _clients_of(self, session_id: str) -> set[Client]:
        """Return the set of those who follow a session, also one that does not run now."""
        held = self._sessions.get(session_id)
        return held.clients if held else self._waiting.setdefault(session_id, set())

    async def reader(self, session_id: str, index: int) -> Readable:
        """Return what reads a session's lines from an index on. Raise Refused."""
        row = await self.writer.do(lambda store: store.needed(session_id))
        reader = Readable(HARNESSES.get(row.harness, HARNESSES["claude-code"]), launch_of(row))
        at = 0 if reader.remembers else index
        while at < index and (page := await self._page(session_id, at)):
            for line in page[: index - at]:
                reader.events(line)
            at += len(page)
        return reader

    async def _page(self, session_id: str, index: int, limit: int = PAGE) -> Sequence[str]:
        found = await self.writer.do(lambda store: store.messages(session_id, index, limit))
        return [one.body.decode("utf-8", "surrogateescape") for one in found]

    async def connected(self, session_id: str) -> Message:
        """Return the first message to a client: what a session is, and what is open. Raise Refused."""

        def read(store: Store) -> tuple[StoredSession, Any, Any]:
            row, inputs = store.needed(session_id), store.inputs(session_id, *ON_THE_WAY)
            return row, store.questions(session_id, "open") if row.status == StoredStatus.LIVE else (), inputs

        row, questions, inputs = await self.writer.do(read)
        shown = self.shown(row)
        return {
            "type": "connected", "session_id": row.id, "status": shown.status, "remote": row.remote,
            "is_spawned": shown.type == "spawned", "interactive": row.interactive, "last_index": row.last_index,
            "message_count": row.last_index + 1, "claude_session_id": row.agent_session_id,
            "questions": [question_document(one) for one in questions],
            "inputs": [
                {"uuid": one.uuid, "seq": one.seq, "state": one.state, "error": self.why_waits(row.id, one)}
                for one in inputs
            ],
        }  # fmt: skip

    def why_waits(self, session_id: str, one: StoredInput) -> str:
        """Return why an input did not get to the agent's host, "" if that is not known."""
        held = self._sessions.get(session_id)
        return held.troubles.of(one) if held else ""

    def forget(self, client: Subscriber) -> None:
        """Note that a client is gone."""
        self.watchers.forget(client)
        for session in self._sessions.values():
            session.clients.discard(client)
        self._waiting = {id: left for id, clients in self._waiting.items() if (left := clients - {client})}

    async def command(self, client: Subscriber, session_id: str, message: Message) -> None:
        """Carry out what a client wants of a session. Raise Refused."""
        by = By(message.get("by") or client.name, client.origin)
        session = self._sessions.get(session_id)
        kind = "message" if message["type"] == "user_message" else str(message["type"])
        if kind in FIELDS and (session is None or not session.row.remote):
            row = await self.writer.do(lambda store: store.needed(session_id))
            if not row.remote:
                await self.terminals.give(session_id, kind, message, by)
                return
        if message["type"] not in COMMANDS:
            raise Refused("an agent without a terminal takes prompts, not comments; send the comment as a prompt")
        if session is None:
            raise Refused(NO_AGENT)
        carry_out = COMMANDS[message["type"]]
        await carry_out(session, by, message)


def _about(row: StoredSession) -> Message:
    return {"session_id": row.id, "host": row.host, "generation": row.generation}


def _message(session_id: str, index: int, lines: Sequence[str]) -> Message:
    return {"type": "message", "session_id": session_id, "index": index, "messages": list(lines)}

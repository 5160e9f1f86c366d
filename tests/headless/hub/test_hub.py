"""The hub: what it stores before it speaks, what clients see, and that a killed hub goes on where it was.

The tests play the relay: they bring the lines of an agent, and read what the hub sends to its host.
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.config.settings import HarnessCommand
from navi.headless.harness.base import AgentLaunch
from navi.headless.harness.configured import configured
from navi.headless.hub.hub import MOST_A_MINUTE, MOST_AT_ONCE, Hub
from navi.headless.hub.limits import LIMITS, InputLimits
from navi.headless.hub.so_far import printed_so_far
from navi.headless.hub.subscriber import BEHIND, Subscriber
from navi.headless.hub.wanted import Wanted
from navi.headless.messages import TABLE, check
from navi.headless.refused import Refused
from navi.headless.store.store import Store
from navi.headless.store.stored import By, StoredSession
from navi.ops.headless.runs import LONGEST_INPUT
from tests.support.full_disk import disk, fill, free

READY = {"type": "control_response", "response": {"subtype": "success", "request_id": "navi-handshake", "response": {}}}
TEXT = {"type": "assistant", "message": {"id": "m1", "content": [{"type": "text", "text": "hello"}]}}
DONE = {"type": "result", "subtype": "success", "is_error": False, "result": "hello", "usage": {}}
GROWING = {"type": "stream_event", "event": {"delta": {"text": "hel"}}}


def asks(request_id: str, tool: str = "Bash") -> dict[str, Any]:
    """Return an agent's line that asks for permission."""
    request = {"subtype": "can_use_tool", "tool_name": tool, "input": {"command": "touch f"}, "tool_use_id": "t1"}
    return {"type": "control_request", "request_id": request_id, "request": request}


def takes(uuid: str) -> dict[str, Any]:
    """Return an agent's line that says that it has taken up an input."""
    return {"type": "user", "uuid": uuid, "isReplay": True, "message": {"role": "user", "content": "x"}}


class Played:
    """A connection whose other end is the test: what the hub sent. Each message is one of the table."""

    def __init__(self, sender: str = "hub to relay") -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed = False
        self.stalls = False
        self._sender = sender

    async def send(self, message: Any) -> None:
        if self.stalls:
            await trio.sleep_forever()
        check(message, TABLE[self._sender, message["type"]])  # type: ignore[index]
        self.sent.append(json.loads(json.dumps(message)))

    async def close(self) -> None:
        self.closed = True

    def take(self, type: str) -> list[dict[str, Any]]:
        """Return the messages of a type, which count as read."""
        found = [one for one in self.sent if one["type"] == type]
        self.sent = [one for one in self.sent if one["type"] != type]
        return found


class World:
    """A hub with a relay, and the log of an agent that only grows."""

    def __init__(self, hub: Hub, nursery: trio.Nursery) -> None:
        self.hub = hub
        self.relay = Played()
        self._nursery = nursery
        self._logs: dict[tuple[str, int], int] = {}

    async def connect(self) -> None:
        """Connect another relay."""
        self.relay = Played()
        hello = {"client_id": "r", "capabilities": {"can_spawn_sessions": True}, "hosts": ["", "dev"]}
        await self.hub.connect_relay(self.relay, hello)

    async def prints(self, row: StoredSession, *lines: object, offset: int | None = None) -> None:
        """Bring lines of a session's agent."""
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        place = (row.id, row.generation)
        begin = self._logs.get(place, 0) if offset is None else offset
        end = begin + sum(len(one.encode("utf-8", "surrogateescape")) + 1 for one in texts)
        self._logs[place] = max(end, self._logs.get(place, 0))
        await self.hub.hear({
            "type": "session_output", "session_id": row.id, "generation": row.generation, "offset": begin, "end": end,
            "messages": texts,
        })  # fmt: skip

    async def follow(self, row: StoredSession, from_index: int = 0) -> Played:
        """Let a client follow a session."""
        peer = Played("hub to client")
        client = Subscriber(peer, "phone")
        self._nursery.start_soon(client.run)
        await self.hub.subscribe(client, row.id, from_index)
        return peer

    async def pass_time(self, clock: trio.testing.MockClock, seconds: float) -> None:
        """Let time pass at once, and wait until the hub has done what is due then, with all that it stores."""
        clock.jump(seconds)
        for _ in range(5):  # what is due may store something, and go on after that
            await trio.testing.wait_all_tasks_blocked()
            await self.hub.writer.do(lambda _: None)
        await trio.testing.wait_all_tasks_blocked()

    async def client(self) -> Subscriber:
        """Return a client that only sends."""
        return Subscriber(Played("hub to client"), "laptop")


@asynccontextmanager
async def world(
    path: Path, relay: bool = True, idle_limit: float | None = None, limits: InputLimits = LIMITS
) -> AsyncIterator[World]:
    """Run a hub over a store."""
    store = Store(path / "navi.db")
    async with trio.open_nursery() as nursery:
        made = World(Hub(store, idle_limit=idle_limit, limits=limits), nursery)
        await nursery.start(made.hub.run)
        if relay:
            await made.connect()
        yield made
        nursery.cancel_scope.cancel()
    store.close()


async def settled(peer: Played, type: str, number: int = 1) -> list[dict[str, Any]]:
    """Wait until a client has so many messages of a type, and return them."""
    with trio.fail_after(20):
        while sum(one["type"] == type for one in peer.sent) < number:
            await trio.sleep(0.005)
    return [one for one in peer.sent if one["type"] == type]


async def test_a_spawn_is_stored_before_the_agent_starts(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("fix it", "/repo", "dev", model="opus"))
        start, *inputs = here.relay.sent[1:]
        assert (row.remote, row.interactive, row.host, row.status) == (True, True, "dev", "live")
        assert (start["type"], start["host"], start["cwd"], start["first"]) == ("start_session", "dev", "/repo", 1)
        assert start["words"][-5:] == [
            "--session-id",
            row.agent_session_id,
            "--model",
            "opus",
            "--include-partial-messages",
        ]
        assert "fix it" not in str(start), "no prompt in a command line"
        assert [one["seq"] for one in inputs] == [1], "the prompt waits for the handshake"
        await here.prints(row, READY)
        assert [(one["seq"], "fix it" in one["line"]) for one in here.relay.take("send_input")][-1] == (2, True)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted("x", host="nowhere"), "does not reach a host nowhere"),
        (Wanted("x", harness="none"), "there is no harness none; known are claude-code"),
    ],
)
async def test_a_spawn_that_cannot_be_stores_nothing(tmp_path: Path, wanted: Wanted, words: str) -> None:
    async with world(tmp_path) as here:
        with pytest.raises(Refused, match=words):
            await here.hub.spawn(wanted)
        assert not Store(tmp_path / "navi.db").sessions()


async def test_without_a_relay_nothing_is_spawned(tmp_path: Path) -> None:
    async with world(tmp_path, relay=False) as here:
        with pytest.raises(Refused, match="navi daemon start starts it"):
            await here.hub.spawn(Wanted("x"))


async def test_so_many_agents_and_no_more(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    autojump_clock.autojump_threshold = math.inf
    async with world(tmp_path) as here:
        for number in range(MOST_AT_ONCE):
            if number and number % MOST_A_MINUTE == 0:
                with pytest.raises(Refused, match=r"10 agents were started within a minute; try again in \d+ s"):
                    await here.hub.spawn(Wanted("x"))
                autojump_clock.jump(61)
            row = await here.hub.spawn(Wanted("x"))
        autojump_clock.jump(61)
        with pytest.raises(Refused, match="20 agents run on this machine already; end one first"):
            await here.hub.spawn(Wanted("x"))
        await here.hub.spawn(Wanted("x", host="dev"))
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        await here.hub.spawn(Wanted("x"))


async def test_an_agent_that_waits_too_long_is_ended(tmp_path: Path, mock_clock: trio.testing.MockClock) -> None:
    async with world(tmp_path, idle_limit=3600) as here:
        row, busy = await here.hub.spawn(Wanted("x")), await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY, DONE)
        await here.prints(busy, READY)
        await here.pass_time(mock_clock, 0)
        await here.pass_time(mock_clock, 3500)
        assert here.relay.take("end_session") == []
        await here.pass_time(mock_clock, 200)
        assert [one["session_id"] for one in here.relay.take("end_session")] == [row.id]
        ended = {"session_id": row.id, "generation": 1, "exit_code": 0, "reason": "asked"}
        await here.hub.hear({"type": "session_ended", **ended})
        stored = Store(tmp_path / "navi.db").session(row.id)
        assert stored
        assert stored.status == "complete"
        assert stored.reason == "ended after it waited for a prompt for 1h 0m (idle_limit)"


async def test_an_agent_that_never_answers_has_failed(tmp_path: Path, mock_clock: trio.testing.MockClock) -> None:
    async with world(tmp_path) as here:
        row, away, quick = [await here.hub.spawn(Wanted("x")) for _ in range(3)]
        for one in (row, quick):
            await here.hub.hear({"type": "session_reached", "session_id": one.id, "generation": 1, "reached": True})
        await here.prints(quick, READY)
        await here.pass_time(mock_clock, 50)
        await here.hub.hear({"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True})
        await here.pass_time(mock_clock, 30)
        assert [one["session_id"] for one in here.relay.take("end_session")] == [row.id]
        ended = {"session_id": row.id, "generation": 1, "exit_code": 143, "reason": "asked", "errors": "log in first"}
        await here.hub.hear({"type": "session_ended", **ended})
        for one, status in ((row, "failed"), (away, "starting"), (quick, "running")):
            held = here.hub.held(one.id)
            assert held
            assert held.state.status == status, "one that its host did not begin yet has time"
        stored = Store(tmp_path / "navi.db").session(row.id)
        assert stored
        assert (stored.status, stored.reason) == ("failed", "it did not answer when it was started: log in first")


def test_a_configured_command_line_starts_the_agent() -> None:
    commands = [
        HarnessCommand("claude-code", (), ("firejail", "claude"), ("--add-dir", "/x"), "config.yaml", 2),
        HarnessCommand("gemini", ("my-gemini", "--acp"), (), (), "config.yaml", 3),
        HarnessCommand("nothing", ("x",), (), (), "config.yaml", 4),
        HarnessCommand("gemini", ("other",), (), (), "config.yaml", 5),
    ]
    found, problems = configured(commands)
    launch = AgentLaunch("/", "id")
    words = found["claude-code"].command(launch)
    assert words[:3] == ("firejail", "claude", "-p")
    assert words[-4:] == ("--add-dir", "/x", "--session-id", "id")
    assert found["gemini"].command(launch) == ("my-gemini", "--acp")
    assert [str(one).partition(";")[0] for one in problems] == [
        "config.yaml:4: harnesses: there is no harness `nothing`",
        "config.yaml:5: harnesses: `gemini` is given a second time",
    ]


async def test_an_agent_that_no_relay_has_started_is_started_by_the_next_one(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("fix it"))
        first = here.relay.take("start_session")
    async with world(tmp_path) as here:
        assert here.relay.take("sync")[0]["sessions"] == [], "it can't be followed yet"
        assert here.relay.take("start_session") == [{**one, "again": True} for one in first]
        await here.prints(row, READY)
        await here.connect()
        assert [one["session_id"] for one in here.relay.take("sync")[0]["sessions"]] == [row.id]
        assert here.relay.take("start_session") == []


async def test_a_session_whose_hub_ended_before_its_first_input_was_stored_has_failed(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    store.spawn(StoredSession("spawn_1", harness="claude-code"))
    store.close()
    async with world(tmp_path):
        stored = Store(tmp_path / "navi.db").session("spawn_1")
        assert stored
        assert stored.status == "failed"
        assert stored.reason == "the hub ended before it could start the agent; navi resume starts it"


async def test_output_is_acknowledged_once_and_asked_for_again_where_it_does_not_fit(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        first = here.relay.take("ack")[-1]["offset"]
        await here.prints(row, TEXT, offset=first + 1000)
        assert here.relay.take("ack") == [{"type": "ack", "session_id": row.id, "generation": 1, "offset": first}], (
            "there is a gap"
        )
        await here.prints(row, READY, offset=0)
        assert here.relay.take("ack")[-1]["offset"] == first, "it was sent again"
        await here.prints(row, TEXT, "no JSON \udcff", offset=first)
        stored = Store(tmp_path / "navi.db").messages(row.id)
        assert [one.kind for one in stored] == ["ready", "text", "raw"]
        assert stored[-1].body == b"no JSON \xff"


async def test_what_a_full_disk_does_not_take_is_asked_for_again() -> None:
    with disk("size=1m") as folder:
        async with world(folder) as here:
            row = await here.hub.spawn(Wanted("x"))
            phone = await here.follow(row)
            await here.prints(row, READY)
            before = here.relay.take("ack")[-1]["offset"]
            fill(folder)
            await here.prints(row, {**TEXT, "more": "x" * 100_000})
            assert here.relay.take("ack")[-1]["offset"] == before
            assert any("full" in one["reason"] for one in await settled(phone, "session_updated"))
            free(folder)
            await here.prints(row, {**TEXT, "more": "x" * 100_000}, offset=before)
            assert here.relay.take("ack")[-1]["offset"] > before + 100_000
            assert [one.kind for one in Store(folder / "navi.db").messages(row.id)] == ["ready", "text"]


async def test_a_client_catches_up_without_a_gap(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        for number in range(0, 250, 50):
            await here.prints(row, *({**TEXT, "n": number + one} for one in range(50)))
        early = await here.follow(row)
        late = await here.follow(row, 240)
        await here.prints(row, {**TEXT, "n": 250}, GROWING)
        for peer, first in ((early, 0), (late, 240)):
            await settled(peer, "partial")
            frames = [one for one in peer.sent if one["type"] == "message"]
            numbers = [json.loads(line)["n"] for one in frames for line in one["messages"]]
            assert numbers == list(range(first, 251))
            assert all(len(one["messages"]) <= 100 for one in frames)
        assert early.sent[0]["last_index"] == 249


async def test_a_client_gets_all_of_a_session_that_ended_before_the_hub_started(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        for _ in range(5):
            await here.prints(row, READY, *[TEXT] * 49)
        await here.hub.hear({
            "type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0, "reason": "",
        })  # fmt: skip
    async with world(tmp_path) as here:
        phone = await here.follow(row)
        assert sum(len(one["messages"]) for one in phone.take("message")) == 250
        await here.hub.resume(row.id)
        resumed = await here.hub.writer.do(lambda store: store.needed(row.id))
        await here.prints(resumed, READY)
        (message,) = await settled(phone, "message")
        assert message["index"] == 250, "who followed it before hears of its next run"


async def test_what_happens_while_a_client_catches_up_reaches_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY, TEXT)
        phone = Played("hub to client")
        happened = trio.Event()
        plain = phone.send

        async def slowly(message: Any) -> None:
            await plain(message)
            if message["type"] == "message" and not happened.is_set():
                happened.set()
                await here.prints(row, asks("q1"), TEXT)
                await here.prints(row, {"type": "control_cancel_request", "request_id": "q1"}, TEXT)

        phone.send = slowly  # type: ignore[method-assign]
        client = Subscriber(phone, "phone")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.run)
            await here.hub.subscribe(client, row.id, 0)
            await settled(phone, "question_resolved")
            nursery.cancel_scope.cancel()
        lines = [line for one in phone.take("message") for line in one["messages"]]
        assert [json.loads(line)["type"] for line in lines] == [
            "control_response", "assistant", "control_request", "assistant", "control_cancel_request", "assistant",
        ]  # fmt: skip
        assert [one["request_id"] for one in phone.take("control_request")] == ["q1"]


async def test_what_was_read_from_the_store_before_it_is_announced_comes_once(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        peer = Played("hub to client")
        client = Subscriber(peer)
        client.live(row.id, 3)
        for index, lines in ((0, ["a", "b", "c"]), (2, ["c", "d"]), (4, ["e"])):
            client.tell({"type": "message", "session_id": row.id, "index": index, "messages": lines})
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.run)
            await settled(peer, "message", 2)
            nursery.cancel_scope.cancel()
        assert [(one["index"], one["messages"]) for one in peer.sent] == [(3, ["d"]), (4, ["e"])]


async def test_a_permission_is_answered_by_the_first_and_withdrawn_everywhere(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.prints(row, READY, asks("q1"), asks("q2"))
        assert [one["request_id"] for one in await settled(phone, "control_request", 2)] == ["q1", "q2"]
        assert here.hub.shown(row).status == "permission"
        late = await here.follow(row)
        assert [one["request_id"] for one in late.sent[0]["questions"]] == ["q1", "q2"]
        client = await here.client()
        yes = {"type": "control_response", "request_id": "q1", "allow": True}
        await here.hub.command(client, row.id, yes)
        with pytest.raises(Refused, match="laptop has answered it already"):
            await here.hub.command(client, row.id, {**yes, "allow": False})
        line = json.loads(here.relay.take("send_input")[-1]["line"])
        assert line["response"]["response"] == {"behavior": "allow", "updatedInput": {"command": "touch f"}}
        await here.prints(row, {"type": "control_cancel_request", "request_id": "q2"})
        resolved = await settled(phone, "question_resolved", 2)
        assert [(one["request_id"], one["state"], one["by"]) for one in resolved] == [
            ("q1", "answered", "laptop"), ("q2", "withdrawn", ""),
        ]  # fmt: skip
        with pytest.raises(Refused, match="does not ask it any more"):
            await here.hub.command(client, row.id, {**yes, "request_id": "q2"})


async def test_a_question_that_ends_with_its_turn_is_withdrawn_everywhere(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.prints(row, READY, asks("q1"))
        await settled(phone, "control_request")
        await here.prints(row, DONE)
        (resolved,) = await settled(phone, "question_resolved")
        assert (resolved["request_id"], resolved["state"]) == ("q1", "withdrawn")
        assert (await here.hub.connected(row.id))["questions"] == []


async def test_what_no_host_would_take_is_refused_and_keeps_nothing_from_the_agent(tmp_path: Path) -> None:
    """Non-ASCII letters take six bytes in the line that the agent gets."""
    long = "ж" * (LONGEST_INPUT // 6)
    words = "more than the 8 MiB that an agent can be sent at once"
    async with world(tmp_path) as here:
        with pytest.raises(Refused, match=words):
            await here.hub.spawn(Wanted(long))
        assert await here.hub.listed() == [], "nothing is stored"
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY, asks("q1"))
        client = await here.client()
        with pytest.raises(Refused, match=words):
            await here.hub.command(client, row.id, {"type": "user_message", "content": long})
        refusal = {"type": "control_response", "request_id": "q1", "allow": False}
        with pytest.raises(Refused, match=words):
            await here.hub.command(client, row.id, {**refusal, "message": long})
        await here.hub.command(client, row.id, refusal)
        await here.hub.command(client, row.id, {"type": "user_message", "content": "short"})
        numbers = [one["seq"] for one in here.relay.take("send_input")]
        assert sorted(set(numbers)) == [1, 2, 3, 4], "without a gap"


async def test_an_input_shows_how_far_it_has_come(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted(""))
        phone = await here.follow(row)
        await here.prints(row, READY)
        client = await here.client()
        message = {"type": "user_message", "uuid": "u1", "content": "go on"}
        for _ in range(2):
            await here.hub.command(client, row.id, message)
        sent = {one["seq"] for one in here.relay.take("send_input") if "go on" in one["line"]}
        assert sent == {2}, "sent twice, it is one input"
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": 2})
        await here.prints(row, takes("u1"), TEXT, DONE)
        with trio.fail_after(20):
            while not any(one.get("state") == "taken" for one in phone.sent):
                await trio.sleep(0.005)
        states = [one["state"] for one in phone.sent if one["type"] == "input" and one["uuid"] == "u1"]
        assert list(dict.fromkeys(states)) == ["queued", "handed", "taken"]


async def test_a_lost_relay_leaves_the_session_and_its_questions(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.prints(row, READY, asks("q1"))
        lost = here.relay
        here.hub.lose_relay(lost)
        assert here.hub.shown(row) == ("spawned", "disconnected", "Remote")
        client = await here.client()
        await here.hub.command(client, row.id, {"type": "control_response", "request_id": "q1", "allow": False})
        assert (await settled(phone, "session_updated", 3))[1]["status"] == "disconnected"
        await here.connect()
        sync = here.relay.take("sync")[0]["sessions"]
        assert [(one["session_id"], one["generation"]) for one in sync] == [(row.id, 1)]
        assert "deny" in here.relay.take("send_input")[-1]["line"], "what was answered meanwhile is sent now"
        here.hub.lose_relay(lost)
        await here.prints(row, TEXT)
        assert here.hub.shown(row).status == "running", "the end of the relay before changes nothing"


async def test_a_hub_that_starts_again_goes_on_where_it_was(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY, TEXT, asks("q0"), asks("q1"))
        await here.hub.command(
            await here.client(), row.id, {"type": "control_response", "request_id": "q0", "allow": True}
        )
        offset = here.relay.take("ack")[-1]["offset"]
    async with world(tmp_path, relay=False) as here:
        assert here.hub.shown(row) == ("spawned", "disconnected", "Remote")
        phone = await here.follow(row)
        connected = phone.sent[0]
        assert (connected["remote"], connected["is_spawned"], connected["status"]) == (True, True, "disconnected")
        assert [one["request_id"] for one in connected["questions"]] == ["q1"]
        held = here.hub.held(row.id)
        assert held
        assert [one.request_id for one in held.state.questions] == ["q1"], "what was answered is not asked again"
        await here.connect()
        assert [one["offset"] for one in here.relay.take("sync")[0]["sessions"]] == [offset]
        await here.prints(row, DONE, offset=offset)
        assert here.hub.shown(row).status == "waiting"


ENDS = [
    pytest.param(0, "asked", "complete", "", id="asked to end"),
    pytest.param(137, "", "failed", "status 137", id="killed"),
    pytest.param(None, "", "failed", "lost", id="lost"),
    pytest.param(None, "restart", "failed", "its host was restarted", id="restarted"),
]


@pytest.mark.parametrize(("code", "reason", "status", "words"), ENDS)
async def test_an_ended_agent_can_be_resumed(
    tmp_path: Path, code: int | None, reason: str, status: str, words: str
) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", "/repo"))
        phone = await here.follow(row)
        await here.prints(row, READY, TEXT)
        await here.hub.hear(
            {"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": code, "reason": reason}
        )
        assert [(one["exit_code"], one["reason"]) for one in await settled(phone, "complete")] == [(code, words)]
        stored = Store(tmp_path / "navi.db").session(row.id)
        assert stored
        assert (stored.status, stored.remote, here.hub.shown(stored).status) == (status, True, status)
        with pytest.raises(Refused, match="navi resume goes on with it"):
            await here.hub.command(await here.client(), row.id, {"type": "user_message", "content": "x"})
        here.relay.sent.clear()
        again = await here.hub.resume(row.id, "go on")
        start, *inputs = here.relay.sent
        assert (start["generation"], start["cwd"]) == (2, "/repo")
        assert ["--resume", row.agent_session_id] == start["words"][-3:-1]
        assert start["first"] == inputs[0]["seq"]
        await here.prints(again, READY, TEXT)
        assert here.hub.shown(again).status == "running"
        numbers = [one["index"] for one in await settled(phone, "message", 2)]
        assert numbers == [0, 2], "the same client sees the next run"


LOST = {"type": "result", "subtype": "error_during_execution", "is_error": True, "errors": ["No conversation found"]}


async def test_a_conversation_that_the_agent_has_lost_can_begin_anew(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("fix it", "/repo", model="opus", permission_mode="plan"))
        await here.prints(row, READY, TEXT)
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        again = await here.hub.resume(row.id)
        await here.prints(again, LOST)
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 2, "exit_code": 1})
    async with world(tmp_path) as here:
        stored = Store(tmp_path / "navi.db").session(row.id)
        assert stored
        assert (stored.reason, stored.lost) == ("No conversation found", True)
        anew = await here.hub.resume(row.id, "go on", anew=True)
        words = here.relay.take("start_session")[0]["words"]
        assert words[words.index("--session-id") + 1] == anew.agent_session_id != row.agent_session_id
        assert words[words.index("--model") + 1 :][:3] == ["opus", "--permission-mode", "plan"]
        assert "--resume" not in words
        await here.prints(anew, READY)
        prompt = json.loads(here.relay.take("send_input")[-1]["line"])["message"]["content"]
        assert prompt.startswith("This conversation goes on from an earlier one")
        assert prompt.endswith("\nhello\n\ngo on")


def acp(method: str = "", **fields: Any) -> dict[str, Any]:
    """Return a line of an agent of the Agent Client Protocol."""
    return {"jsonrpc": "2.0", **({"method": method} if method else {}), **fields}


def chunk(text: str) -> dict[str, Any]:
    """Return a part of a text of such an agent."""
    update = {"sessionUpdate": "agent_message_chunk", "content": {"type": "text", "text": text}}
    return acp("session/update", params={"sessionId": "A", "update": update})


async def test_what_an_agent_needs_first_goes_before_the_prompts_that_wait(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("first prompt", harness="gemini"))
        await here.hub.command(await here.client(), row.id, {"type": "user_message", "content": "second prompt"})
        assert [one["seq"] for one in here.relay.take("send_input")] == [1, 1]
        await here.prints(row, acp(id="navi-initialize", result={"agentCapabilities": {}}))
        sent = here.relay.take("send_input")
        assert [(one["seq"], "session/new" in one["line"]) for one in sent][-1] == (2, True)
        await here.prints(row, acp(id="navi-new", result={"sessionId": "A"}))
        sent = [one for one in here.relay.take("send_input") if one["seq"] > 2]
        assert [(one["seq"], "first" in one["line"], "second" in one["line"]) for one in sent] == [
            (3, True, False), (4, False, True)
        ]  # fmt: skip


async def test_a_text_that_comes_in_parts_only_is_whole_after_a_restart(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await here.prints(row, acp(id="navi-initialize", result={"agentCapabilities": {}}))
        await here.prints(row, acp(id="navi-new", result={"sessionId": "A"}), chunk("hel"))
    async with world(tmp_path) as here:
        await here.prints(row, chunk("lo"), acp(id="navi-prompt:u", result={"stopReason": "end_turn"}), offset=sum(
            len(one.body) + 1 for one in Store(tmp_path / "navi.db").messages(row.id)
        ))  # fmt: skip
        store = Store(tmp_path / "navi.db")
        known = store.session(row.id)
        assert known
        assert printed_so_far(store, known).endswith("\n\nhello")


async def test_an_agent_that_refuses_its_conversation_is_ended(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await here.prints(row, acp(id="navi-initialize", error={"message": "Authentication required"}))
        assert [one["generation"] for one in here.relay.take("end_session")] == [1]
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        stored = Store(tmp_path / "navi.db").session(row.id)
        assert stored
        assert (stored.status, stored.reason, stored.lost) == ("failed", "Authentication required", False)


async def test_what_follows_from_a_line_is_stored_with_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await here.prints(row, acp(id="navi-initialize", result={"agentCapabilities": {}}))
        stored = Store(tmp_path / "navi.db")
        known = stored.session(row.id)
        assert known
        assert known.log_offset > 0
        assert ["session/new" in one.body for one in stored.inputs(row.id)] == [False, True, False]


def allows_always(request_id: str) -> dict[str, Any]:
    """Return an agent's line that asks for permission, and offers to allow more."""
    rule = {"type": "addRules", "rules": [{"toolName": "Bash"}], "behavior": "allow", "destination": "session"}
    line = asks(request_id)
    return {**line, "request": {**line["request"], "permission_suggestions": [rule]}}


@pytest.mark.parametrize(("option", "allow"), [("nothing", True), ("suggestion-0", False), ("suggestion-1", True)])
async def test_a_choice_that_is_not_offered_answers_nothing(tmp_path: Path, option: str, allow: bool) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.prints(row, READY, allows_always("q1"))
        (asked,) = await settled(phone, "control_request")
        words = "Yes, and always allow Bash until its agent ends"
        assert asked["choices"][2:] == [{"option": "suggestion-0", "allow": True, "label": words}]
        answer = {"type": "control_response", "request_id": "q1", "allow": allow, "option": option}
        with pytest.raises(Refused, match="offers no such choice"):
            await here.hub.command(await here.client(), row.id, answer)
    async with world(tmp_path) as here:
        connected = (await here.follow(row)).sent[0]
        assert connected["questions"][0]["choices"] == asked["choices"], "also after a restart of the hub"
        await here.hub.command(await here.client(), row.id, {**answer, "allow": True, "option": "suggestion-0"})
        line = json.loads(here.relay.take("send_input")[-1]["line"])["response"]["response"]
        assert line["updatedPermissions"][0]["rules"] == [{"toolName": "Bash"}]


async def test_the_end_of_an_agent_that_no_relay_reaches_is_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.prints(row, READY, asks("q1"))
        here.hub.lose_relay(here.relay)
        await here.hub.command(await here.client(), row.id, {"type": "user_message", "content": "typed before"})
        session = here.hub.held(row.id)
        assert session
        assert not await session.end(By("ann"))
        assert (await settled(phone, "session_updated", 3))[-1]["ends"]
        assert here.hub.shown(session.row).status == "disconnected"
    async with world(tmp_path, relay=False) as here:
        stored = Store(tmp_path / "navi.db").session(row.id)
        assert stored
        assert stored.end_asked
        assert stored.end_asked_by == "ann"
        await here.connect()
        assert here.relay.take("end_session") == [], "no relay reaches it yet"
        reached = {"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True}
        await here.hub.hear(reached)
        assert [one["generation"] for one in here.relay.take("end_session")] == [1]
        assert here.relay.take("send_input") == [], "it takes nothing any more"
        assert here.hub.shown(stored).status == "ending"
        ended = {"session_id": row.id, "generation": 1, "exit_code": 143, "reason": "asked"}
        await here.hub.hear({"type": "session_ended", **ended})
        again = await here.hub.resume(row.id)
        assert (again.end_asked, again.end_asked_by) == (None, "")
        await here.prints(again, READY)
        assert "typed before" in here.relay.take("send_input")[-1]["line"]


async def test_the_end_of_an_agent_can_be_withdrawn_until_it_is_reached(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY, asks("q1"))
        session = here.hub.held(row.id)
        assert session
        with pytest.raises(Refused, match="nobody has asked for the end"):
            await session.withdraw_end()
        assert await session.end(By("ann"))
        with pytest.raises(Refused, match="is being ended already"):
            await session.withdraw_end()
        here.hub.lose_relay(here.relay)  # nobody knows whether it got there
        await session.withdraw_end()
        assert [one.request_id for one in session.state.questions] == ["q1"], "it is what it was"
        await here.connect()
        reached = {"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True}
        await here.hub.hear(reached)
        assert here.relay.take("end_session") == []
        assert here.hub.shown(session.row).status == "permission"


async def test_everybody_hears_that_a_session_was_opened_in_a_terminal(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.prints(row, READY)
        with pytest.raises(Refused, match="it must end first"):
            await here.hub.open_in_terminal(row.id, "api")
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        opened = await here.hub.open_in_terminal(row.id, "api")
        assert (opened.remote, opened.interactive, opened.status, opened.tmux_name) == (False, False, "live", "api")
        assert here.hub.shown(opened) == ("archived", "live", "")
        with trio.fail_after(20):
            while not any(one.get("remote") is False for one in phone.sent):
                await trio.sleep(0.005)
        with pytest.raises(Refused, match="runs in a terminal"):
            await here.hub.resume(row.id)


async def test_a_client_that_never_reads_is_closed_and_nobody_else_waits(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        stalled, other = await here.follow(row), await here.follow(row)
        stalled.stalls = True
        for number in range(BEHIND + 10):
            await here.prints(row, {**TEXT, "n": number})
            await trio.testing.wait_all_tasks_blocked()
        assert stalled.closed
        assert len(await settled(other, "message", BEHIND + 10)) == BEHIND + 10
        assert not other.closed


def test_no_message_is_in_the_table_twice() -> None:
    senders: Sequence[str] = [sender for sender, _ in TABLE]
    assert set(senders) == {"client", "relay", "hub to client", "hub to relay"}

"""How much an agent is sent: one too many is refused on every face and not stored; answers and ends never are."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.core import exits
from navi.headless.client import HubClient
from navi.headless.hub.api import respond
from navi.headless.hub.hub import MOST_A_MINUTE, Hub
from navi.headless.hub.limits import INTERRUPTS, InputLimits
from navi.headless.hub.server import serve
from navi.headless.hub.wanted import Wanted
from navi.headless.refused import AlreadyAnswered, Limited
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.headless.trio_client import connected
from navi.ops import OperationError
from tests.headless.hub.test_conversation import Program
from tests.headless.hub.test_hub import DONE, READY, World, asks, takes, world
from tests.support.dashboard import configure
from tests.support.machines import Lab
from tests.support.serving import serving, without_relay
from tests.support.verbs import navi
from tests.support.web import Site, site_of

A_MINUTE = r"it got {} messages within a minute \(prompts_a_minute\); this one was not stored; try again in {} s"
"""The words with the number of messages and of the seconds to wait."""
WAITING = r"3 messages wait for its agent \(prompts_waiting\); this one was not stored; try again when it has taken"


async def does(here: World, row: StoredSession, type: str, **fields: Any) -> None:
    """Do something as a client on the socket."""
    await here.hub.command(await here.client(), row.id, {"type": type, **fields})


async def interrupt(here: World, row: StoredSession) -> None:
    """Interrupt the agent, and let its host have that."""
    await does(here, row, "interrupt")
    await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": here.relay.take("send_input")[-1]["seq"]})


async def kinds(here: World, row: StoredSession) -> list[str]:
    """Return the kinds of all inputs of a session."""
    return [one.kind for one in await here.hub.writer.do(lambda store: store.inputs(row.id))]


async def say(here: World, row: StoredSession, uuid: str) -> None:
    """Send the agent a message."""
    await does(here, row, "user_message", content="go on", uuid=uuid)


def stored(path: Path, row: StoredSession) -> dict[str, str]:
    """Return the states of the messages as another process reads them, by uuid, but for the first prompt."""
    store = Store(path / "navi.db")
    found = {one.uuid: one.state for one in store.inputs(row.id) if one.kind == "user" and one.body != "x"}
    store.close()
    return found


async def test_so_many_messages_a_minute_and_no_more(tmp_path: Path, mock_clock: trio.testing.MockClock) -> None:
    async with world(tmp_path, limits=InputLimits(a_minute=2, waiting=0)) as here:
        row = await here.hub.spawn(Wanted(""))
        await here.prints(row, READY)
        await say(here, row, "u1")
        mock_clock.jump(20)
        await say(here, row, "u2")
        here.relay.sent.clear()
        with pytest.raises(Limited, match=A_MINUTE.format(2, 40)) as raised:
            await say(here, row, "u3")
        assert raised.value.seconds == 40
        assert "u3" not in str(here.relay.sent)
        assert stored(tmp_path, row) == {"u1": "queued", "u2": "queued"}
        entries = await here.hub.writer.do(lambda store: store.audit(row.id))
        assert [one.what for one in entries] == ["spawned", "sent a message", "sent a message"]
        await say(here, row, "u1")
        assert len(stored(tmp_path, row)) == 2, "one that comes again is none"
        mock_clock.jump(40)
        await say(here, row, "u3")
        with pytest.raises(Limited, match=A_MINUTE.format(2, 20)):
            await say(here, row, "u4")
        mock_clock.jump(60)
        await say(here, row, "u4")
        await say(here, row, "u5")
        assert list(stored(tmp_path, row)) == ["u1", "u2", "u3", "u4", "u5"]


async def test_each_session_has_limits_of_its_own(tmp_path: Path) -> None:
    async with world(tmp_path, limits=InputLimits(a_minute=2, waiting=0)) as here:
        for uuid in ("u1", "u2"):
            await say(here, await here.hub.spawn(Wanted("x")), uuid)


def pass_seconds(folder: Path, seconds: float) -> None:
    """Let everything that is stored be so much older, as if the hub had not run meanwhile."""
    database = sqlite3.connect(folder / "navi.db")
    with database:
        database.execute("UPDATE inputs SET created_at = created_at - ?", (seconds,))
        database.execute("UPDATE audit SET at = at - ?", (seconds,))
        database.execute("UPDATE sessions SET last_activity_at = last_activity_at - ?", (seconds,))
        database.execute("UPDATE sessions SET reached_at = reached_at - ? WHERE reached_at > 0", (seconds,))
    database.close()


@pytest.mark.parametrize(("seconds", "wait"), [(0, 60), (20, 40), (-3600, 60)])
async def test_a_restart_of_the_hub_begins_no_fresh_minute(
    tmp_path: Path, mock_clock: trio.testing.MockClock, seconds: float, wait: int
) -> None:
    limits = InputLimits(a_minute=3, waiting=0)
    async with world(tmp_path, limits=limits) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        for uuid in ("u0", "u1"):
            await say(here, row, uuid)
        await does(here, row, "set_mode", mode="plan")
    pass_seconds(tmp_path, seconds)
    async with world(tmp_path, limits=limits) as here:
        await say(here, row, "u1")
        await say(here, row, "u2")
        with pytest.raises(Limited, match=A_MINUTE.format(3, r"\d+")) as raised:
            await say(here, row, "u3")
        assert 0 < raised.value.seconds <= wait
        mock_clock.jump(wait)
        await say(here, row, "u3")
        for mode in ("default", "plan"):
            await does(here, row, "set_mode", mode=mode)
        with pytest.raises(Limited, match=r"it got 3 changes of its permission mode within a minute"):
            await does(here, row, "set_mode", mode="default")
    pass_seconds(tmp_path, 61 - min(seconds, 0))
    async with world(tmp_path, limits=limits) as here:
        for uuid in ("u4", "u5", "u6"):
            await say(here, row, uuid)


@pytest.mark.usefixtures("mock_clock")
async def test_another_run_begins_no_fresh_minute(tmp_path: Path) -> None:
    async with world(tmp_path, limits=InputLimits(a_minute=3, waiting=0)) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        for uuid in ("u1", "u2", "u3"):
            await say(here, row, uuid)
        ended = {"type": "session_ended", "session_id": row.id, "exit_code": 0}
        await here.hub.hear({**ended, "generation": 1})
        row = await here.hub.resume(row.id, "a start counts as a start")
        with pytest.raises(Limited, match=A_MINUTE.format(3, r"\d+")):
            await say(here, row, "u4")
    pass_seconds(tmp_path, 61)
    async with world(tmp_path, limits=InputLimits(a_minute=1, waiting=0)) as here:
        await here.hub.hear({**ended, "generation": 2})
        row = await here.hub.resume(row.id, "more")
        await say(here, row, "u4")
        with pytest.raises(Limited, match="it got 1 messages"):
            await say(here, row, "u5")
    async with world(tmp_path, limits=InputLimits(a_minute=1, waiting=0)) as here:
        with pytest.raises(Limited, match="it got 1 messages"):
            await say(here, row, "u5")


async def test_what_waits_keeps_the_time_when_it_was_sent(tmp_path: Path) -> None:
    """Whatever comes before it takes its number."""
    async with world(tmp_path, limits=InputLimits(a_minute=2, waiting=0)) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await say(here, row, "u1")
    pass_seconds(tmp_path, 61)
    initialized = {"jsonrpc": "2.0", "id": "navi-initialize", "result": {}}
    async with world(tmp_path, limits=InputLimits(a_minute=2, waiting=0)) as here:
        await here.prints(row, initialized)  # the request for a session goes before the prompts
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        row = await here.hub.resume(row.id)  # and so does the handshake
        for uuid in ("u2", "u3"):
            await say(here, row, uuid)
        assert list(stored(tmp_path, row)) == ["u1", "u2", "u3"]


@pytest.mark.usefixtures("mock_clock")
async def test_a_restart_of_the_hub_begins_no_fresh_minute_of_starts(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        for number in range(MOST_A_MINUTE - 1):
            await (here.hub.spawn(Wanted("x")) if number else here.hub.resume(row.id))
    pass_seconds(tmp_path, 20)
    async with world(tmp_path) as here:
        for starts in (here.hub.spawn(Wanted("x", host="dev")), here.hub.resume(row.id)):
            with pytest.raises(Limited, match=r"10 agents were started within a minute; try again in \d+ s") as raised:
                await starts
            assert 0 < raised.value.seconds <= 40
    pass_seconds(tmp_path, 41)
    async with world(tmp_path) as here:
        await here.hub.spawn(Wanted("x"))


async def test_a_restart_of_the_hub_begins_no_fresh_wait_for_a_prompt(
    tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    async with world(tmp_path) as here:
        idle, sent = await here.hub.spawn(Wanted("go")), await here.hub.spawn(Wanted("go"))
        for row in (idle, sent):
            (prompt,) = stored(tmp_path, row)
            await here.prints(row, READY, takes(prompt), DONE)
        here.hub.lose_relay(here.relay)
        await say(here, sent, "u1")
    pass_seconds(tmp_path, 3000)
    async with world(tmp_path, idle_limit=3600) as here:
        for row in (idle, sent):
            reached = {"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True}
            await here.hub.hear(reached)
        await here.pass_time(mock_clock, 500)
        assert here.relay.take("end_session") == []
        await here.hub.hear({**reached, "session_id": idle.id, "reached": False})
        await here.pass_time(mock_clock, 200)
        await here.hub.hear({**reached, "session_id": idle.id})
        await here.pass_time(mock_clock, 16)
        assert here.relay.take("end_session") == [], "what it printed meanwhile may be still to come"
        await here.pass_time(mock_clock, 30)
        assert [one["session_id"] for one in here.relay.take("end_session")] == [idle.id]


async def test_a_restart_of_the_hub_begins_no_fresh_minute_for_an_agent_that_starts(
    tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    reached = {"type": "session_reached", "generation": 1, "reached": True}
    async with world(tmp_path) as here:
        silent, later = await here.hub.spawn(Wanted("x")), await here.hub.spawn(Wanted("x"))
        await here.hub.hear({**reached, "session_id": silent.id})
    pass_seconds(tmp_path, 45)
    async with world(tmp_path) as here:
        for row in (silent, later):
            await here.hub.hear({**reached, "session_id": row.id})
        await here.pass_time(mock_clock, 29)
        assert here.relay.take("end_session") == [], "what it printed meanwhile may be still to come"
        await here.pass_time(mock_clock, 16)
        assert [one["session_id"] for one in here.relay.take("end_session")] == [silent.id]
    async with world(tmp_path) as here:
        await here.hub.hear({"type": "session_ended", "session_id": silent.id, "generation": 1, "exit_code": 143})
        row = await here.hub.resume(silent.id)
        assert row.reached_at == 0, "another run has a minute of its own"


async def test_so_many_messages_wait_and_no_more(tmp_path: Path) -> None:
    async with world(tmp_path, limits=InputLimits(a_minute=0, waiting=3)) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        for uuid in ("u1", "u2"):
            await say(here, row, uuid)
        with pytest.raises(Limited, match=WAITING):
            await say(here, row, "u3")
        last = here.relay.take("send_input")[-1]["seq"]
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": last})
        assert stored(tmp_path, row) == {"u1": "handed", "u2": "handed"}
        with pytest.raises(Limited, match=WAITING):
            await say(here, row, "u3")
        await here.prints(row, takes("u1"))  # and so, before it, the first prompt, which it did not confirm
        for uuid in ("u3", "u4"):
            await say(here, row, uuid)
        with pytest.raises(Limited, match=WAITING):
            await say(here, row, "u5")
        assert stored(tmp_path, row) == {"u1": "taken", "u2": "handed", "u3": "queued", "u4": "queued"}


async def test_what_stops_an_agent_has_no_limit(tmp_path: Path) -> None:
    async with world(tmp_path, limits=InputLimits(a_minute=1, waiting=1)) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        with pytest.raises(Limited):
            await say(here, row, "u1")
        for number in range(3):
            await here.prints(row, asks(f"q{number}"))
            await does(here, row, "control_response", request_id=f"q{number}", allow=True)
            with pytest.raises(AlreadyAnswered):
                await does(here, row, "control_response", request_id=f"q{number}", allow=True)
            await interrupt(here, row)
        await does(here, row, "set_mode", mode="plan")
        with pytest.raises(Limited, match="changes of its permission mode wait for its agent"):
            await does(here, row, "set_mode", mode="default")
        assert await kinds(here, row) == ["line", "user", *["answer", "interrupt"] * 3, "mode"]
        await here.hub.hear({"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True})
        for _ in range(3):
            await does(here, row, "end_session")
            assert here.relay.take("end_session")
        entries = await here.hub.writer.do(lambda store: store.audit(row.id))
        assert [one.what for one in entries].count("asked for the end") == 1


ADDS_NOTHING = "an interrupt waits already until it can be handed over to its agent; another one adds nothing"


async def test_an_interrupt_behind_one_that_waits_adds_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        await interrupt(here, row)
        await does(here, row, "interrupt")
        await does(here, row, "set_mode", mode="plan")
        with pytest.raises(Limited, match=ADDS_NOTHING) as raised:
            await does(here, row, "interrupt")
        assert (raised.value.code, raised.value.seconds) == ("RATE_LIMITED", 0)
        await say(here, row, "u1")
        await does(here, row, "interrupt")
        with pytest.raises(Limited, match=ADDS_NOTHING):
            await does(here, row, "interrupt")
        assert await kinds(here, row) == ["line", "user", *["interrupt"] * 2, "mode", "user", "interrupt"]
        entries = await here.hub.writer.do(lambda store: store.audit(row.id))
        assert [one.what for one in entries].count("interrupted") == 3


async def test_an_interrupt_that_ends_another_question_adds_something(tmp_path: Path) -> None:
    """In the Agent Client Protocol whoever cancels a turn answers all that is asked."""
    opened = {"jsonrpc": "2.0", "id": "navi-new", "result": {"sessionId": "s"}}
    asks = {"jsonrpc": "2.0", "method": "session/request_permission", "params": {"toolCall": {"toolCallId": "t"}}}
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await here.prints(row, {"jsonrpc": "2.0", "id": "navi-initialize", "result": {}}, opened, {**asks, "id": 1})
        await does(here, row, "interrupt")
        with pytest.raises(Limited, match=ADDS_NOTHING):
            await does(here, row, "interrupt")
        await here.prints(row, {**asks, "id": 2})
        await does(here, row, "interrupt")
        with pytest.raises(Limited, match=ADDS_NOTHING):
            await does(here, row, "interrupt")
        assert (await kinds(here, row))[-5:] == ["interrupt", "answer", "interrupt", "answer", "answer"]


async def test_so_many_interrupts_a_minute_and_no_more(tmp_path: Path, mock_clock: trio.testing.MockClock) -> None:
    words = f"it got {INTERRUPTS} interrupts within a minute; this one was not stored; try again in {{}} s"
    async with world(tmp_path, limits=InputLimits(a_minute=1, waiting=1)) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        for number in range(INTERRUPTS):
            await interrupt(here, row)
            if number == 0:
                mock_clock.jump(20)
        with pytest.raises(Limited, match=words.format(40)):
            await interrupt(here, row)
        mock_clock.jump(40)
        await interrupt(here, row)
        with pytest.raises(Limited, match=words.format(20)):
            await interrupt(here, row)
        assert (await kinds(here, row)).count("interrupt") == INTERRUPTS + 1
    async with world(tmp_path) as here:
        with pytest.raises(Limited, match=words.format(r"\d+")):
            await interrupt(here, row)


async def test_0_is_any_number(tmp_path: Path) -> None:
    async with world(tmp_path, limits=InputLimits(0, 0)) as here:
        row = await here.hub.spawn(Wanted("x"))
        for number in range(300):
            await say(here, row, f"u{number}")
        assert len(stored(tmp_path, row)) == 300


async def test_what_is_stored_already_is_sent_whatever_the_limit_is_now(tmp_path: Path) -> None:
    uuids = [f"u{number}" for number in range(5)]
    async with world(tmp_path, limits=InputLimits(0, 0)) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        here.hub.lose_relay(here.relay)
        for uuid in uuids:
            await say(here, row, uuid)
    async with world(tmp_path, limits=InputLimits(1, 1)) as here:
        sent = [json.loads(one["line"]) for one in here.relay.take("send_input")]
        assert [one["uuid"] for one in sent if one.get("message", {}).get("content") == "go on"] == uuids
        with pytest.raises(Limited):
            await say(here, row, "u5")


async def test_where_enough_waits_an_agent_is_resumed_without_a_message(tmp_path: Path) -> None:
    async with world(tmp_path, limits=InputLimits(0, 2)) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        await say(here, row, "u1")
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        with pytest.raises(Limited, match=r"2 messages wait for its agent .*; resume it without a message"):
            await here.hub.resume(row.id, "more")
        known = await here.hub.writer.do(lambda store: store.needed(row.id))
        assert (known.status, known.generation) == ("complete", 1)
        assert (await here.hub.resume(row.id)).generation == 2


# ---- faces


async def test_programs_on_the_socket_hear_of_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    store.spawn(StoredSession("spawn_1", harness="scripted"))
    message = {"type": "user_message", "session_id": "spawn_1", "content": "x"}
    async with trio.open_nursery() as nursery:
        hub = Hub(store, limits=InputLimits(1, 0))
        await nursery.start(hub.run)
        await nursery.start(serve, hub, tmp_path / "hub.sock")
        async with connected(str(tmp_path)) as dashboard:
            await dashboard.tell(message)
            with pytest.raises(OperationError, match="within a minute") as told:
                await dashboard.tell(message)
            with pytest.raises(OperationError, match="within a minute") as asked:
                await dashboard.ask("POST", "/api/sessions/spawn_1/messages", content="x")
            assert (told.value.status, asked.value.status) == (exits.TIMED_OUT, exits.TIMED_OUT)

            stop = {"type": "interrupt", "session_id": "spawn_1"}
            await dashboard.tell(stop)  # no relay takes it
            with pytest.raises(OperationError, match=ADDS_NOTHING) as interrupted:
                await dashboard.tell(stop)
            assert interrupted.value.status == exits.TIMED_OUT

        def verb() -> None:
            with HubClient(str(tmp_path)) as client:
                client.send(message)
                with pytest.raises(OperationError, match="within a minute") as raised:
                    client.wait(lambda _: False)
            assert raised.value.status == exits.TIMED_OUT

        await trio.to_thread.run_sync(verb)
        async with await trio.open_unix_socket(str(tmp_path / "hub.sock")) as stream:
            program = Program(stream)
            await program.send(**message, uuid="u9")
            error = await program.next()
            assert (error["type"], error["code"], error["uuid"]) == ("error", "RATE_LIMITED", "u9")
            await program.send(**stop)
            error = await program.next()
            assert (error["type"], error["code"], error.get("uuid")) == ("error", "RATE_LIMITED", None)
        status, body = await respond(hub, "POST", "/api/sessions/spawn_1/messages", {"content": "x"})
        assert (status, 0 < body["retry_after"] <= 60) == (429, True)
        assert [one.kind for one in store.inputs("spawn_1")] == ["user", "interrupt"]
        nursery.cancel_scope.cancel()
    store.close()


def test_verbs_and_the_web_hear_of_it_and_answers_go_on(lab: Lab) -> None:
    configure(lab, prompts_a_minute=1)
    with serving(lab) as hub:
        site = site_of(lab, hub)
        done = navi(lab, "spawn", "--json", "--harness", "scripted", "ask may I? ;; wait 60")
        address = json.loads(done.stdout)["address"]
        navi(lab, "wait", address, "--until", "permission", "--timeout", "60")
        navi(lab, "send", address, "say more")
        refused = navi(lab, "send", address, "say too much", status=75).stderr
        assert refused.startswith(f"navi: {address}: it got 1 messages within a minute (prompts_a_minute); this one ")
        got = site.ask("POST", f"/api/sessions/{address}/messages", {"content": "say too much"})
        assert (got.status, got.headers["retry-after"]) == (429, str(got.body["retry_after"]))
        assert "too much" not in json.dumps(site.ask("GET", f"/api/sessions/{address}").body["inputs"])
        navi(lab, "answer", address, "--allow")
        navi(lab, "kill", address)


def test_the_verb_and_the_web_hear_of_an_interrupt_that_adds_nothing(lab: Lab) -> None:
    with serving(lab) as hub:
        site = site_of(lab, hub)
        address = json.loads(navi(lab, "spawn", "--json", "--harness", "scripted", "wait 60").stdout)["address"]
        with without_relay(lab):
            navi(lab, "wait", address, "--until", "disconnected", "--timeout", "60")
            navi(lab, "send", "--interrupt", "--timeout", "1", address, status=75)
            refused = navi(lab, "send", "--interrupt", address, status=75).stderr
            assert refused.startswith(f"navi: {address}: {ADDS_NOTHING}"), refused
            error = trio.run(error_of, site, address)
            assert (error["code"], error["message"].startswith(ADDS_NOTHING)) == ("RATE_LIMITED", True)
        navi(lab, "wait", address, "--until", "waiting", "--timeout", "60")


async def error_of(site: Site, address: str) -> Any:
    """Interrupt an agent as a page does, and return the error."""
    async with site.websocket(f"/api/sessions/{address}/ws") as page:
        await page.send(type="interrupt")
        return await page.next("error")


def test_a_hub_that_is_killed_begins_no_fresh_minute(lab: Lab) -> None:
    configure(lab, prompts_a_minute=1)
    with serving(lab) as hub:
        address = json.loads(navi(lab, "spawn", "--json", "--harness", "scripted", "wait 600").stdout)["address"]
        navi(lab, "send", address, "one")
        hub.kill()
        hub.communicate(timeout=30)
    pass_seconds(Path(lab.environment()["XDG_STATE_HOME"]) / "navi", -3600)  # however long this takes, it is within one
    with serving(lab):
        assert "it got 1 messages within a minute" in navi(lab, "send", address, "more", status=75).stderr
        navi(lab, "kill", address)

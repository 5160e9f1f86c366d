"""The hub's list: what a client that watches gets of all sessions, and when; and sessions that are put away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.headless.hub.api import respond
from navi.headless.hub.hub import Hub
from navi.headless.hub.subscriber import Subscriber
from navi.headless.hub.wanted import Wanted
from navi.headless.refused import Refused
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from tests.headless.hub.test_hub import DONE, READY, TEXT, Played, World, asks, settled, takes, world


async def watch(here: World, nursery: trio.Nursery) -> Played:
    """Let a client watch; it has the list when this returns."""
    peer = Played("hub to client")
    client = Subscriber(peer, "dashboard")
    nursery.start_soon(client.run)
    await here.hub.watchers.add(client)
    await settled(peer, "sessions")
    return peer


async def listed(peer: Played, id: str, **fields: Any) -> dict[str, Any]:
    """Wait until the last document of a session has these fields, and return it."""
    with trio.fail_after(20):
        while True:
            documents = [one for message in peer.sent for one in message["sessions"] if one["id"] == id]
            if documents and fields.items() <= documents[-1].items():
                return dict(documents[-1])
            await trio.sleep(0.005)


async def test_a_client_that_watches_gets_the_list_and_what_changes(tmp_path: Path) -> None:
    async with world(tmp_path) as here, trio.open_nursery() as nursery:
        first = await here.hub.spawn(Wanted("one", "/repo", title="first"))
        peer = await watch(here, nursery)
        assert [one["id"] for one in peer.sent[0]["sessions"]] == [first.id]
        await here.prints(first, READY, TEXT, asks("q1"), asks("q2"))
        found = await listed(peer, first.id, status="permission", latest="hello", asks="Bash touch f")
        assert found["asked"] == [{"request_id": one, "kind": "permission"} for one in ("q1", "q2")]
        second = await here.hub.spawn(Wanted("two", title="second"))
        await listed(peer, second.id, status="starting")
        await here.prints(first, DONE)
        assert (await listed(peer, first.id, status="waiting", asked=[]))["since"] >= found["since"]
        nursery.cancel_scope.cancel()


async def test_a_lost_relay_is_since_when_a_session_is_disconnected(tmp_path: Path) -> None:
    async with world(tmp_path) as here, trio.open_nursery() as nursery:
        row = await here.hub.spawn(Wanted("one"))
        await here.prints(row, READY, DONE)
        peer = await watch(here, nursery)
        waiting = await listed(peer, row.id, status="waiting")
        here.hub.lose_relay(here.relay)
        lost = await listed(peer, row.id, status="disconnected")
        assert lost["since"] > waiting["since"]
        await here.connect()
        await here.hub.hear({"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True})
        assert (await listed(peer, row.id, status="waiting"))["since"] == waiting["since"]
        nursery.cancel_scope.cancel()


async def test_after_a_start_of_the_hub_the_list_says_the_same(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("one"))
        ended = await here.hub.spawn(Wanted("two"))
        for one in (row, ended):
            await here.prints(one, READY, TEXT, asks("q1"))
        end = {"session_id": ended.id, "generation": 1, "exit_code": 1}
        await here.hub.hear({"type": "session_ended", **end})
    async with world(tmp_path, relay=False) as again, trio.open_nursery() as nursery:
        peer = await watch(again, nursery)
        found = await listed(peer, row.id, status="disconnected", latest="hello")
        assert (found["asked"], found["asks"]) == ([{"request_id": "q1", "kind": "permission"}], "Bash touch f")
        await listed(peer, ended.id, status="failed", latest="hello", asked=[])
        nursery.cancel_scope.cancel()


async def test_what_an_agent_prints_makes_no_long_list(tmp_path: Path) -> None:
    async with world(tmp_path) as here, trio.open_nursery() as nursery:
        row = await here.hub.spawn(Wanted("one"))
        peer = await watch(here, nursery)
        long = {"type": "assistant", "message": {"id": "m", "content": [{"type": "text", "text": "x " * 500_000}]}}
        question = asks("q1")
        question["request"]["input"] = {"command": "y" * 1_000_000}
        await here.prints(row, READY, {"type": "system", "subtype": "init", "model": "z" * 1_000_000}, long, question)
        found = await listed(peer, row.id, status="permission")
        assert sum(len(str(value)) for value in found.values()) < 20_000
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("depth", [80, 300, 900, 5000])
async def test_what_is_nested_deeply_ends_nobody(tmp_path: Path, depth: int) -> None:
    async with world(tmp_path) as here, trio.open_nursery() as nursery:
        row = await here.hub.spawn(Wanted("one"))
        peer = await watch(here, nursery)
        phone = await here.follow(row)
        question = json.dumps(asks("q1")).replace('"touch f"', '{"a":' * depth + "1" + "}" * depth)
        await here.prints(row, READY, question, TEXT)
        await listed(peer, row.id, latest="hello", last_index=2)
        await settled(phone, "message")
        _, body = await respond(here.hub, "GET", f"/api/sessions/{row.id}", {"longest": 1000})
        assert len(body["questions"]) == (depth < 100)
        nursery.cancel_scope.cancel()


async def test_thousands_of_lines_are_a_few_messages(tmp_path: Path) -> None:
    async with world(tmp_path) as here, trio.open_nursery() as nursery:
        row = await here.hub.spawn(Wanted("one"))
        peer = await watch(here, nursery)
        for _ in range(1000):
            await here.prints(row, READY, TEXT)
        await listed(peer, row.id, last_index=1999)
        assert len(peer.sent) < 200
        nursery.cancel_scope.cancel()


async def test_a_session_that_has_ended_is_put_away_and_can_be_resumed(tmp_path: Path) -> None:
    async with world(tmp_path) as here, trio.open_nursery() as nursery:
        row = await here.hub.spawn(Wanted("one"))
        peer = await watch(here, nursery)
        status, body = await respond(here.hub, "POST", f"/api/sessions/{row.id}/archive", {})
        assert (status, "has not ended" in body["error"]) == (409, True)
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        status, body = await respond(here.hub, "POST", f"/api/sessions/{row.id}/archive", {})
        assert (status, body["status"], body["remote"]) == (200, "archived", True)
        await listed(peer, row.id, status="archived")
        _, body = await respond(here.hub, "GET", "/api/sessions/spawned", {})
        assert body["sessions"] == []
        await respond(here.hub, "POST", f"/api/sessions/{row.id}/resume", {})
        _, body = await respond(here.hub, "GET", "/api/sessions/spawned", {})
        assert [one["generation"] for one in body["sessions"]] == [2]
        nursery.cancel_scope.cancel()


def test_a_session_in_a_terminal_is_not_put_away(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    store.add(StoredSession("sess_1", "x", status="complete"))
    with pytest.raises(Refused, match="has not ended"):
        store.put_away("sess_1")
    store.close()


async def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        hub: Hub = here.hub
        for value in (-1, "-1", "one", True, 1.5):
            status, body = await respond(hub, "GET", "/api/sessions/x/messages", {"from_index": value})
            assert (status, body["error"]) == (400, "`from_index` must be a number")


async def test_a_question_that_ends_with_its_turn_is_withdrawn_everywhere(tmp_path: Path) -> None:
    async with world(tmp_path) as here, trio.open_nursery() as nursery:
        row = await here.hub.spawn(Wanted("one"))
        await here.prints(row, READY, asks("q1"))
        phone = await here.follow(row)
        peer = await watch(here, nursery)
        await here.prints(row, DONE)
        assert (await settled(phone, "question_resolved"))[0]["state"] == "withdrawn"
        await listed(peer, row.id, status="waiting", asked=[])
        _, body = await respond(here.hub, "GET", f"/api/sessions/{row.id}", {})
        assert body["questions"] == []
        nursery.cancel_scope.cancel()


async def test_an_agent_that_was_resumed_without_a_prompt_waits(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("one"))
        sent = await here.hub.writer.do(lambda store: store.inputs(row.id))
        await here.prints(row, READY, takes(sent[-1].uuid), DONE)
        end = {"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0}
        await here.hub.hear(end)
        again = await here.hub.resume(row.id)
        await here.prints(again, READY)
        held = here.hub.held(row.id)
        assert held
        assert held.state.status == "waiting"
    async with world(tmp_path) as later:
        held = later.hub.held(row.id)
        assert held
        assert held.state.status == "waiting"


def acp(kind: str, **update: object) -> dict[str, Any]:
    """Return a line of an agent that speaks the Agent Client Protocol."""
    return {"jsonrpc": "2.0", "method": "session/update", "params": {"update": {"sessionUpdate": kind, **update}}}


async def test_a_text_in_chunks_is_there_again_after_a_start_of_the_hub(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("one", harness="gemini"))
        opened = {"jsonrpc": "2.0", "id": "navi-new", "result": {"sessionId": "A"}}
        chunks = [acp("agent_message_chunk", content={"type": "text", "text": text}) for text in ("hel", "lo")]
        await here.prints(row, opened, *chunks, {"jsonrpc": "2.0", "id": "navi-prompt:u", "result": {}})
    async with world(tmp_path, relay=False) as again, trio.open_nursery() as nursery:
        peer = await watch(again, nursery)
        await listed(peer, row.id, latest="hello")
        nursery.cancel_scope.cancel()

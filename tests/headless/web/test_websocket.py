"""WebSockets of a real `navi serve`, spoken by another implementation. Each frame that comes is one of the table."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
from trio_websocket import ConnectionClosed

from navi.headless.web.routes import LARGEST_OF_CLIENT
from tests.headless.web.conftest import World
from tests.support.machines import Lab
from tests.support.serving import serving
from tests.support.waiting import until_async
from tests.support.web import Site, daemon, frame, site_of, upgrade

# ---- clients


async def spawned(site: Site, prompt: str) -> str:
    """Spawn an agent without a model, and return its session."""

    def ask() -> str:
        done = site.ask("POST", "/api/sessions/spawn", {"prompt": prompt, "harness": "scripted"})
        return str(done.body["session_id"])

    return await trio.to_thread.run_sync(ask)


async def test_a_client_hears_at_once_what_a_session_is_and_then_what_it_missed_and_what_comes(site: Site) -> None:
    id = await spawned(site, "say hello ;; wait 2 ;; ask may I? ;; say done")
    async with site.websocket(f"/api/sessions/{id}/ws") as early:
        first = await early.next()
        assert (first["type"], first["remote"], first["is_spawned"], first["interactive"]) == ("connected", *[True] * 3)
        await early.send(type="subscribe", from_index=0)
        asked = await early.next("control_request")
        async with site.websocket(f"/api/sessions/{id}/ws") as late:
            hello = await late.next()
            assert [one["request_id"] for one in hello["questions"]] == [asked["request_id"]]
            await late.send(type="subscribe")
            missed = await late.next()
            assert (missed["type"], missed["index"]) == ("message", 0), "what it is was sent already"
            await late.send(type="control_response", request_id=asked["request_id"], allow=True, by="phone")
            assert (await early.next("question_resolved"))["by"] == "phone"
            await early.send(type="control_response", request_id=asked["request_id"], allow=False)
            assert (await early.next("error"))["code"] == "ALREADY_ANSWERED"
            await late.next("session_updated", status="waiting")
            await late.send(type="user_message", uuid=f"u-{id}", content="say more")
            states = [(await early.next("input", uuid=f"u-{id}"))["state"]]
            while states[-1] != "taken":
                states.append((await early.next("input", uuid=f"u-{id}"))["state"])
            assert states in (["queued", "handed", "taken"], ["queued", "taken"]), "it may be taken before it is known"
            await late.send(type="user_message", uuid=f"u-{id}", content="say more")
            for _ in range(2):
                await late.next("input", uuid=f"u-{id}", state="taken")
        await early.send(type="end_session")
        assert (await early.next("complete"))["exit_code"] == 0


async def test_a_client_catches_up_in_frames_of_a_hundred_and_nothing_is_missing(site: Site) -> None:
    id = await spawned(site, "print 350 0 line ;; say end")
    indexes: list[int] = []
    async with site.websocket(f"/api/sessions/{id}/ws") as client:
        await client.next("connected")
        await client.send(type="subscribe", from_index=5)
        lines: list[str] = []
        while not any('"end"' in line for line in lines):
            message = await client.next("message")
            indexes += range(message["index"], message["index"] + len(message["messages"]))
            lines += message["messages"]
    assert indexes == list(range(5, 5 + len(indexes)))
    async with site.websocket(f"/api/sessions/{id}/ws") as client:
        await client.next("connected")
        await client.send(type="subscribe", form="events")
        events: list[dict[str, Any]] = []
        while not any(one.get("text") == "end" for one in events):
            frame = (await client.next("message"))["messages"]
            assert 1 <= len(frame) <= 100
            events += [one for several in frame for one in several]
    assert [one["text"] for one in events if one["event"] == "text"].count("line") == 350


async def test_a_program_asks_over_its_websocket_what_it_can_ask_over_http(site: Site) -> None:
    id = await spawned(site, "say x")
    async with site.websocket(f"/api/sessions/{id}/ws") as client:
        await client.send(type="request", id=7, method="GET", path=f"/api/sessions/{id}/info")
        answer = await client.next("response", id=7)
        assert (answer["status"], answer["body"]["id"]) == (200, id)
        await client.send(type="ping")
        assert await client.next("pong")


# ---- relays


READY = json.dumps({"type": "ready", "conversation": "c"})


async def test_a_daemon_has_the_messages_of_the_socket(world: World) -> None:
    site = world.site
    async with daemon(world.lab, world.site) as relay:
        id = await spawned(site, "fix it")
        while (await relay.next("start_session"))["session_id"] != id:
            pass  # one that another relay may not have started
        while (await relay.next("send_input"))["session_id"] != id:
            pass
        async with site.websocket(f"/api/sessions/{id}/ws") as client:
            await client.next("connected")
            await client.send(type="subscribe")
            await client.send(type="ping")
            await client.next("pong")
            await relay.prints(id, [READY])
            assert (await relay.next("ack"))["offset"] == relay.offset
            while "fix it" not in (await relay.next("send_input"))["line"]:
                pass  # the handshake comes again, because nobody reported it as handed over
            assert (await client.next("message"))["messages"] == [READY]
            await client.next("session_updated", status="running")
            await relay.connection.aclose()
            await client.next("session_updated", status="disconnected")


# ---- who stalls


def stalled(site: Site, path: str) -> socket.socket:
    """Open a WebSocket that subscribes and never reads."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", site.port))
    connection.sendall(upgrade(site, path))
    connection.sendall(frame(b'{"type":"subscribe"}'))
    return connection


async def test_a_client_that_never_reads_is_closed_and_nobody_else_notices(lab: Lab) -> None:
    line = json.dumps({"type": "text", "who": "agent", "text": "x" * 100_000})
    with serving(lab) as hub:
        world = World(lab, hub, site_of(lab, hub))
        async with daemon(world.lab, world.site) as relay:
            path = f"/api/sessions/{await spawned(world.site, 'x')}/ws"
            id = path.split("/")[3]
            await relay.prints(id, [READY])
            with stalled(world.site, path) as lazy:
                async with world.site.websocket(path) as client:
                    await client.next("connected")
                    await client.send(type="subscribe", from_index=1)
                    for _ in range(20):
                        await relay.prints(id, [line] * 20)
                        await relay.next("ack")
                    got = 0
                    while got < 400:
                        got += len((await client.next("message"))["messages"])
                await until_async(lambda: not connected(world.site, lazy), what="the hub has closed it")
                with stalled(world.site, path):
                    hub.terminate()
                    await trio.to_thread.run_sync(lambda: hub.wait(20))


def connected(site: Site, client: socket.socket) -> bool:
    """Return whether the hub still has its end of a connection."""
    ends = f"0100007F:{site.port:04X} 0100007F:{client.getsockname()[1]:04X}"
    return f" {ends} " in Path("/proc/net/tcp").read_text()


# ---- nonsense


def closing_code(data: bytes) -> int | None:
    """Return the code with which a WebSocket was closed, from all that the server sent."""
    at = data.rfind(b"\x88")
    return struct.unpack("!H", data[at + 2 : at + 4])[0] if at >= 0 else None


WRONG: dict[str, tuple[bytes, int]] = {
    "bytes": (frame(b"{}", opcode=2), 1003),
    "no JSON": (frame(b"{"), 1008),
    "a list": (frame(b"[]"), 1008),
    "an unknown message": (frame(b'{"type":"x"}'), 1008),
    "a message of a relay": (frame(b'{"type":"input_handed","session_id":"a","seq":1}'), 1008),
    "a message of the hub": (frame(b'{"type":"pong"}'), 1008),
    "deep JSON": (frame(b"[" * 100_000), 1008),
    "no mask": (frame(b"{}", masked=False), 1002),
    "a reserved bit": (frame(b"{}", first=0xC0), 1002),
    "an unknown opcode": (frame(b"{}", opcode=5), 1002),
    "a long ping": (frame(b"x" * 126, opcode=9), 1002),
    "a ping in parts": (frame(b"x", opcode=9, first=0), 1002),
    "no UTF-8": (frame(b'{"type":"\xff\xfe"}'), 1007),
    "a large message": (frame(b" " * (LARGEST_OF_CLIENT + 1)), 1009),
    "a frame that says it is endless": (frame(b" " * (LARGEST_OF_CLIENT + 1), length=2**62), 1009),
    "a large message in small parts": (frame(b" " * 65_000, first=0) + frame(b" " * 65_000, 0, 0) * 70, 1009),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_no_message_ends_its_websocket_and_no_other(site: Site, what: str) -> None:
    data, code = WRONG[what]
    id = await spawned_once(site)
    path = f"/api/sessions/{id}/ws"
    async with site.websocket(path) as other:
        await other.next("connected")
        answer = await trio.to_thread.run_sync(lambda: site.raw(upgrade(site, path) + data, ends=False))
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert closing_code(answer) == code
        await other.send(type="ping")
        assert await other.next("pong")


SPAWNED: dict[int, str] = {}


async def spawned_once(site: Site) -> str:
    """Return one session of a hub: only so many are started within a minute."""
    if site.port not in SPAWNED:
        done = await trio.to_thread.run_sync(lambda: site.ask("POST", "/api/sessions/live", {"title": "api"}))
        SPAWNED[site.port] = done.body["id"]
    return SPAWNED[site.port]


async def test_pings_parts_and_goodbyes_are_those_of_the_protocol(site: Site) -> None:
    path = f"/api/sessions/{await spawned_once(site)}/ws"
    parts = frame(b'{"type":', first=0) + frame(b"beat", opcode=9) + frame(b'"ping"}', opcode=0)
    data = upgrade(site, path) + parts + frame(b"\x03\xe8", opcode=8)
    answer = await trio.to_thread.run_sync(lambda: site.raw(data, ends=False))
    assert b"\x8a\x04beat" in answer
    assert b'{"type":"pong"}' in answer
    assert closing_code(answer) == 1000


REFUSED: dict[str, tuple[Callable[[Site], bytes], int]] = {
    "no login": (lambda site: upgrade(site, "/api/sessions/ID/ws", Authorization=None), 401),
    "a wrong token": (lambda site: upgrade(site, "/api/sessions/ID/ws", Authorization="Bearer x"), 401),
    "a token in the address": (
        lambda site: upgrade(site, f"/api/sessions/ID/ws?token={site.token}", Authorization=None), 401,
    ),
    "another origin": (lambda site: upgrade(site, "/api/sessions/ID/ws", Origin="http://evil.com"), 403),
    "another host": (lambda site: upgrade(site, "/api/sessions/ID/ws", Host="evil.com"), 421),
    "no session": (lambda site: upgrade(site, "/api/sessions/none/ws"), 404),
    "another version": (lambda site: upgrade(site, "/api/sessions/ID/ws", Sec_WebSocket_Version="8"), 400),
    "no key": (lambda site: upgrade(site, "/api/sessions/ID/ws", Sec_WebSocket_Key=None), 400),
    "no connection": (lambda site: upgrade(site, "/api/sessions/ID/ws", Connection=None), 400),
    "no upgrade": (lambda site: upgrade(site, "/api/sessions/ID/ws", Upgrade=None), 426),
    "a body": (
        lambda site: upgrade(site, "/api/sessions/ID/ws", Content_Length="2", Content_Type="application/json"), 426,
    ),
    "another address": (lambda site: upgrade(site, "/api/ID/ws"), 404),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
async def test_what_can_not_become_a_websocket_gets_an_answer(site: Site, what: str) -> None:
    make, status = REFUSED[what]
    data = make(site).replace(b"/ID/", b"/%s/" % (await spawned_once(site)).encode())
    answer = await trio.to_thread.run_sync(lambda: site.raw(data))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b'{"error":"' in answer


async def test_a_page_has_a_cookie_and_an_origin_and_is_no_daemon(site: Site) -> None:
    path = f"/api/sessions/{await spawned_once(site)}/ws"
    cookie = await trio.to_thread.run_sync(site.cookie)
    async with site.websocket(path, {"Cookie": cookie, "Origin": site.origin}) as client:
        assert await client.next("connected")
    for origin, where in ((None, path), (site.origin, "/api/daemon/ws")):
        data = upgrade(site, where, Authorization=None, Cookie=cookie, Origin=origin)
        answer = await trio.to_thread.run_sync(site.raw, data)
        assert answer.startswith(b"HTTP/1.1 403 ")


async def test_a_client_that_is_closed_knows_why(site: Site) -> None:
    async with site.websocket(f"/api/sessions/{await spawned_once(site)}/ws") as client:
        await client.next("connected")
        await client.send(type="nothing")
        error = await client.next("error")
        assert (error["code"], error["message"]) == ("MALFORMED", "unknown message 'nothing'")
        with pytest.raises(ConnectionClosed), trio.fail_after(30):
            await client.connection.get_message()

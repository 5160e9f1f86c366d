"""Hub, relay and real agents' hosts together: here and over a real sshd, with an agent that needs no model."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.config.remote import Remote
from navi.core.agents import AGENTS
from navi.headless.harness import HARNESSES
from navi.headless.harness.base import AgentLaunch
from navi.headless.hub.hub import Hub
from navi.headless.hub.server import serve
from navi.headless.lines import LinePeer
from navi.headless.messages import Sender
from navi.headless.only_one import Locked, holder, only_one
from navi.headless.relay import Relay
from navi.headless.store.store import Store
from navi.hosts import Host
from navi.hosts.trio_local import LocalHost
from navi.hosts.trio_openssh import OpenSSHHost
from navi.ops import HostSettings
from navi.ops.look.agents import describe
from tests.headless.hub.test_hub import Played
from tests.support.machines import Lab

HERE_AND_THERE = pytest.mark.parametrize("host", ["local", "box"])


def all_hosts(lab: Lab) -> list[Host]:
    """Return the lab's own machine and a remote."""
    if not lab.machines:
        lab.machine("box", shell="fish")
    agents = describe(AGENTS)
    entry: dict[str, Any] = {"connect_timeout": 5, **lab.machines[0].remote()}
    local = HostSettings(str(lab.local.sessions_dir), True, agents)
    return [LocalHost(local, lab.environment()), OpenSSHHost(Remote(**entry), lab.environment(), agents=agents)]


class Client:
    """A program at the hub's socket."""

    def __init__(self, peer: LinePeer) -> None:
        self.peer = peer
        self.seen: list[dict[str, Any]] = []
        self._number = 0

    async def read(self) -> None:
        """Read until the hub ends."""
        async with aclosing(self.peer.messages()) as messages:
            async for message in messages:
                self.seen.append(message)

    async def ask(self, method: str, path: str, **body: object) -> tuple[int, dict[str, Any]]:
        """Ask the hub."""
        self._number += 1
        await self.peer.send({"type": "request", "id": self._number, "method": method, "path": path, "body": body})
        found = await self.wait(lambda one: one["type"] == "response" and one["id"] == self._number)
        return found["status"], found["body"]

    async def wait(self, wanted: Any) -> dict[str, Any]:
        """Wait until such a message has come."""
        with trio.fail_after(60):
            while True:
                found = next((one for one in self.seen if wanted(one)), None)
                if found:
                    return found
                await trio.sleep(0.01)

    async def says(self, text: str) -> None:
        """Wait until the agent says a text."""

        def holds(message: dict[str, Any]) -> bool:
            lines = message["messages"] if message["type"] == "message" else ()
            return any(json.loads(line).get("text") == text for line in lines if line.startswith("{"))

        await self.wait(holds)


@asynccontextmanager
async def connected(path: Path, sender: Sender) -> AsyncIterator[LinePeer]:
    """Connect to a hub's socket."""
    async with await trio.open_unix_socket(str(path)) as stream:
        yield LinePeer(stream, (sender,))


async def relay(path: Path, hosts: list[Host], task_status: Any = trio.TASK_STATUS_IGNORED) -> None:
    """Run a relay at a hub's socket."""
    async with connected(path, "hub to relay") as peer, trio.open_nursery() as nursery:
        made = Relay(hosts, peer)
        nursery.start_soon(made.run)
        await peer.send(made.hello("test", []))
        task_status.started()
        async with aclosing(peer.messages()) as messages:
            async for message in messages:
                await made.take(message)
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def hub(lab: Lab) -> AsyncIterator[tuple[Path, Client]]:
    """Run a hub, and a client of it."""
    path = lab.folder / "run" / "hub.sock"
    store = Store(lab.folder / "state" / "navi.db")
    async with trio.open_nursery() as nursery:
        made = Hub(store)
        await nursery.start(made.run)
        await nursery.start(serve, made, path)
        async with connected(path, "hub to client") as peer:
            client = Client(peer)
            nursery.start_soon(client.read)
            yield path, client
        nursery.cancel_scope.cancel()
    store.close()


@HERE_AND_THERE
async def test_an_agent_is_spawned_asked_answered_and_ended(lab: Lab, host: str) -> None:
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab))
        status, body = await client.ask(
            "POST", "/api/sessions/spawn", prompt="say hello ;; ask may I? ;; say done", host=host, harness="scripted"
        )
        assert (status, body["status"]) == (201, "starting")
        id = body["session_id"]
        await client.peer.send({"type": "subscribe", "session_id": id})
        asked = await client.wait(lambda one: one["type"] == "control_request")
        await client.says("hello")
        assert (await client.ask("GET", f"/api/sessions/{id}/info"))[1]["status"] == "permission"
        await client.peer.send({"type": "control_response", "request_id": asked["request_id"], "allow": True})
        await client.says("done")
        await client.peer.send({"type": "user_message", "content": "say again"})
        await client.says("again")
        await client.peer.send({"type": "end_session"})
        complete = await client.wait(lambda one: one["type"] == "complete")
        assert complete["reason"] == ""
        info = (await client.ask("GET", f"/api/sessions/{id}/info"))[1]
        assert (info["type"], info["remote"], info["status"], info["badge"]) == ("spawned", True, "complete", "Remote")
        nursery.cancel_scope.cancel()


@HERE_AND_THERE
async def test_relay_and_hub_may_end_and_nothing_is_lost_or_doubled(lab: Lab, host: str) -> None:
    hosts = all_hosts(lab)
    async with hub(lab) as (path, client):
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, hosts)
            prompt = "print 300 0.01 line ;; say end"
            _, body = await client.ask("POST", "/api/sessions/spawn", prompt=prompt, host=host, harness="scripted")
            id = body["session_id"]
            await client.peer.send({"type": "subscribe", "session_id": id})
            await client.says("line")
            nursery.cancel_scope.cancel()
        gone = await client.wait(lambda one: one["type"] == "session_updated" and one["status"] == "disconnected")
        assert gone["remote"] is True
    async with hub(lab) as (path, client):
        info = (await client.ask("GET", f"/api/sessions/{id}/info"))[1]
        assert (info["type"], info["status"]) == ("spawned", "disconnected")
        await client.peer.send({"type": "subscribe", "session_id": id})
        await client.peer.send({"type": "user_message", "content": "say while away", "session_id": id})
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, all_hosts(lab))
            await client.says("end")
            await client.says("while away")
            nursery.cancel_scope.cancel()
        lines = [json.loads(line) for one in client.seen if one["type"] == "message" for line in one["messages"]]
        assert sum(one.get("text") == "line" for one in lines) == 300
        assert sum(one.get("text") == "while away" for one in lines) == 1


def test_a_second_process_learns_who_has_the_lock(tmp_path: Path) -> None:
    lock = tmp_path / "state" / "lock"
    assert holder(lock) is None
    with only_one(lock):
        assert holder(lock) == os.getpid()
        with pytest.raises(Locked, match=rf"process {os.getpid()}$"), only_one(lock):
            pass
    assert holder(lock) is None
    with only_one(lock):
        pass


def test_who_only_asks_for_the_holder_keeps_nobody_from_the_lock(tmp_path: Path) -> None:
    lock, asking = tmp_path / "lock", threading.Event()

    def ask() -> None:
        while not asking.is_set():
            holder(lock)

    with only_one(lock):
        pass
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    try:
        for _ in range(20):
            with only_one(lock):
                pass
    finally:
        asking.set()
        for one in threads:
            one.join()


async def test_a_start_that_may_have_been_is_repeated_until_its_host_is_back(lab: Lab) -> None:
    """The relay before may have started the agent; nobody may call it failed as long as its host can't be asked."""
    hosts = all_hosts(lab)
    box = lab.machines[0]
    async with hub(lab) as (path, client):
        async with trio.open_nursery() as nursery:
            silent = Silent(path)
            await nursery.start(silent.run)
            _, body = await client.ask("POST", "/api/sessions/spawn", prompt="say hi", host="box", harness="scripted")
            nursery.cancel_scope.cancel()
        await client.peer.send({"type": "subscribe", "session_id": body["session_id"]})
        box.stop()
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, hosts)
            await trio.sleep(2)
            assert not [one for one in client.seen if one["type"] == "complete"]
            box.start()
            await client.says("hi")
            nursery.cancel_scope.cancel()


class Silent:
    """A relay that takes everything and does nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def run(self, task_status: Any = trio.TASK_STATUS_IGNORED) -> None:
        """Be connected until cancelled."""
        async with connected(self._path, "hub to relay") as peer:
            await peer.send({"type": "daemon_connected", "client_id": "x", "capabilities": {}, "hosts": ["", "box"]})
            await trio.sleep(0.5)
            task_status.started()
            async with aclosing(peer.messages()) as messages:
                async for _ in messages:
                    pass


class Slow(Played):
    """A hub that takes outputs only when it is let."""

    def __init__(self) -> None:
        super().__init__("relay")
        self.lets = trio.Event()
        self.begun = trio.Event()
        self.given_up = 0

    async def send(self, message: Any) -> None:
        if message["type"] == "session_output":
            self.begun.set()
            try:
                await self.lets.wait()
            except trio.Cancelled:
                self.given_up += 1
                raise
        await super().send(message)


async def test_what_is_followed_anew_breaks_no_message_to_the_hub(lab: Lab) -> None:
    """Half a message would end the connection; one that is counted, and not sent, spoils all acknowledgements."""
    slow = Slow()
    made = Relay(all_hosts(lab)[:1], slow)
    words = HARNESSES["scripted"].command(AgentLaunch(str(lab.local.home), "c"))
    start = {"host": "", "cwd": "", "words": list(words), "variables": {}, "first": 1, "type": "start_session"}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.run)
        await made.take({**start, "session_id": "a", "generation": 1})
        (hello,) = HARNESSES["scripted"].codec.handshake(AgentLaunch("", "c"))
        send = {"type": "send_input", "session_id": "a", "generation": 1, "seq": 1, "line": hello}
        with trio.fail_after(60):
            await made.take(send)
            await slow.begun.wait()
            await made.take({"type": "sync", "sessions": [
                {"session_id": "b", "host": "", "generation": 1, "offset": 0}
            ]})  # fmt: skip
            await trio.sleep(1)
            slow.lets.set()
            while not (outputs := slow.take("session_output")):
                await trio.sleep(0.05)
            assert slow.given_up == 0
            end = outputs[-1]["end"]
            await made.take({"type": "ack", "session_id": "a", "generation": 1, "offset": outputs[0]["end"]})
            at = made._hosts[""]
            assert not [one for one in at._unacknowledged["a"] if one is None]
            assert at._runs["a"].offset == end
            await made.take({"type": "end_session", "session_id": "a", "generation": 1})
            while not slow.take("session_ended"):
                await trio.sleep(0.05)
        nursery.cancel_scope.cancel()

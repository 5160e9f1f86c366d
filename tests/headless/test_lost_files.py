"""A log that was cut, or files that are away, are no proof that an agent has ended. Hub, relay and agent are real."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.headless.store.run_store import GAP
from navi.ops.headless.runs import RunId
from tests.headless.test_relay import Client, all_hosts, hub, relay
from tests.support.headless import folder
from tests.support.machines import Lab


async def spawned(client: Client) -> str:
    """Return the id of a session that has said something."""
    _, body = await client.ask("POST", "/api/sessions/spawn", prompt="say hi", host="local", harness="scripted")
    await client.peer.send({"type": "subscribe", "session_id": body["session_id"]})
    await client.says("hi")
    return str(body["session_id"])


async def left_alone(lab: Lab, path: Path, client: Client) -> str:
    """Return the id of a session that has said something, and that no relay follows any more."""
    async with trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        id = await spawned(client)
        nursery.cancel_scope.cancel()
    return id


def updates(words: str) -> Any:
    """Return what finds an update with such a reason."""
    return lambda one: one["type"] == "session_updated" and words in one["reason"]


@pytest.mark.parametrize("left", [0, 10])
async def test_an_agent_whose_log_was_cut_is_followed_from_what_is_left(lab: Lab, left: int) -> None:
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
        log = folder(lab.local, RunId(id)) / "log"
        log.write_bytes(b"x" * (left - 1) + b"\n" if left else b"")
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, all_hosts(lab)[:1])
            await client.wait(lambda one: one["type"] == "message" and GAP.decode() in one["messages"])
            await client.peer.send({"type": "user_message", "content": "say again", "session_id": id})
            await client.says("again")
            assert not [one for one in client.seen if one["type"] == "complete"]
            await client.peer.send({"type": "end_session", "session_id": id})
            assert (await client.wait(lambda one: one["type"] == "complete"))["exit_code"] is not None
            nursery.cancel_scope.cancel()


async def test_an_agent_whose_files_are_away_is_called_disconnected_until_they_are_back(lab: Lab) -> None:
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
        place = folder(lab.local, RunId(id)).parent
        place.rename(place.with_name("away"))
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, all_hosts(lab)[:1])
            found = await client.wait(updates("its files are not there on its host; navi looks again"))
            assert found["status"] == "disconnected"
            client.seen.clear()
            _, body = await client.ask("POST", f"/api/sessions/{id}/end")
            assert body["ends"] == "now"
            await client.wait(updates(f"tmux -L navi-headless kill-session -t {id}-1 ends it"))
            assert not [one for one in client.seen if one["type"] == "complete"]
            socket = f"{lab.environment()['TMUX_TMPDIR']}/tmux-{os.getuid()}/navi-headless"
            subprocess.run(["tmux", "-S", socket, "kill-session", "-t", f"={id}-1"], check=True)
            await client.wait(lambda one: one["type"] == "complete")
            nursery.cancel_scope.cancel()


async def test_files_that_are_back_are_followed(lab: Lab) -> None:
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
        place = folder(lab.local, RunId(id)).parent
        place.rename(place.with_name("away"))
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, all_hosts(lab)[:1])
            await client.wait(updates("its files are not there"))
            place.with_name("away").rename(place)
            client.seen.clear()
            await client.ask("POST", "/api/sessions/spawn", prompt="say x", host="local", harness="scripted")
            await client.wait(lambda one: one["type"] == "session_updated" and one["status"] == "waiting")
            await client.peer.send({"type": "user_message", "content": "say again", "session_id": id})
            await client.says("again")
            nursery.cancel_scope.cancel()


async def test_a_session_that_is_called_failed_can_be_ended_and_resumed(lab: Lab) -> None:
    """As after a report of an earlier navi that was wrong: its agent runs."""
    hosts = all_hosts(lab)[:1]
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, hosts)
        id = await spawned(client)
        nursery.cancel_scope.cancel()
    with sqlite3.connect(lab.folder / "state" / "navi.db") as database:
        database.execute("UPDATE sessions SET status = 'failed', ended_at = 1.0")
    database.close()
    run = folder(lab.local, RunId(id))
    assert not (run / "exit").exists()
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        assert (await client.ask("POST", f"/api/sessions/{id}/end"))[1] == {"ends": "now"}
        with trio.fail_after(60):
            while not (run / "exit").exists():
                await trio.sleep(0.05)
        status, body = await client.ask("POST", f"/api/sessions/{id}/resume", prompt="say again")
        assert (status, body["generation"]) == (200, 2)
        await client.peer.send({"type": "subscribe", "session_id": id})
        await client.says("again")
        nursery.cancel_scope.cancel()

"""A log that is cut, replaced or taken away, at any time, costs what was in it: no session stays live for ever, and no
line comes twice. Hub, relay and agent are real.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.headless.store.run_store import GAP
from navi.ops.headless.runs import RunId
from tests.headless.test_lost_files import left_alone, spawned, updates
from tests.headless.test_relay import Client, all_hosts, hub, relay
from tests.headless.test_removals import is_gone
from tests.support.headless import folder
from tests.support.machines import Lab, program
from tests.support.processes import send as send_signal

WORDS = '{"type":"text","who":"agent","text":"last words"}\n'


def cut(size: int) -> Callable[[Path], None]:
    """Return what cuts the log of a run so that this many of its last words are left."""
    return lambda run: os.truncate(run / "log", (run / "log").stat().st_size - len(WORDS) + size)


def remove_log(run: Path) -> None:
    """Remove the log of a run."""
    (run / "log").unlink()


def empty_log(run: Path) -> None:
    """Empty the log of a run."""
    os.truncate(run / "log", 0)


def forget_events(run: Path) -> None:
    """Remove what the runner noted for those who follow, as where the disk was full then."""
    (run / "events").unlink()


def texts_of(client: Client) -> list[str]:
    """Return what the agent has said, as often as it came."""
    lines = [line for one in client.seen if one["type"] == "message" for line in one["messages"]]
    said = [json.loads(line) for line in lines if line.startswith("{")]
    return [str(one["text"]) for one in said if one.get("who") == "agent" and "text" in one]


async def row_of(client: Client, id: str) -> dict[str, Any]:
    """Return what the hub knows of a session."""
    return (await client.ask("GET", f"/api/sessions/{id}"))[1]


async def ended_alone(run: Path) -> None:
    """Let an agent print its last words and end."""
    with (run / "log").open("a") as log:
        log.write(WORDS)
    os.kill(int((run / "pid").read_text().split()[0]), signal.SIGKILL)
    with trio.fail_after(60):
        while "exit" not in (run / "events").read_text():
            await trio.sleep(0.05)


LOST = len(WORDS)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        pytest.param(cut(0), f"status 137; {LOST} bytes of its output are missing", id="its end"),
        pytest.param(cut(LOST - 1), "status 137; 1 byte of its output is missing", id="its last byte"),
        pytest.param(empty_log, f"status 137; {LOST} bytes of its output are missing", id="all of it"),
        pytest.param(remove_log, f"status 137; {LOST} bytes of its output are missing", id="the file"),
        pytest.param(forget_events, "status 137", id="only the events"),
    ],
)
async def test_a_session_ends_with_what_is_known_whatever_became_of_its_log(
    lab: Lab, harm: Callable[[Path], None], reason: str
) -> None:
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
        run = folder(lab.local, RunId(id))
        await ended_alone(run)
        harm(run)
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, all_hosts(lab)[:1])
            assert (await client.wait(lambda one: one["type"] == "complete"))["exit_code"] == 137
            row = await row_of(client, id)
            assert (row["status"], row["reason"]) == ("failed", reason)
            assert texts_of(client).count("hi") == 1
            await is_gone(run.parent)
            nursery.cancel_scope.cancel()


async def test_an_agent_that_printed_less_after_its_log_was_emptied_ends(lab: Lab) -> None:
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
        run = folder(lab.local, RunId(id))
        empty_log(run)
        await ended_alone(run)
        async with trio.open_nursery() as nursery:
            await nursery.start(relay, path, all_hosts(lab)[:1])
            await client.wait(lambda one: one["type"] == "message" and GAP.decode() in one["messages"])
            assert (await client.wait(lambda one: one["type"] == "complete"))["exit_code"] == 137
            assert (await row_of(client, id))["reason"] == "status 137"
            nursery.cancel_scope.cancel()


@pytest.mark.parametrize("tail", ["tail", "busybox"])
@pytest.mark.parametrize("left", [0, 1, 2])
async def test_no_line_comes_twice_where_a_log_is_cut_while_it_is_followed(lab: Lab, tail: str, left: int) -> None:
    """tail(1) begins again at the first byte of a file that became shorter."""
    if tail == "busybox":
        (lab.local.bin / "tail").symlink_to(program("busybox"))
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        id = await spawned(client)
        await client.peer.send({"type": "user_message", "content": "say two", "session_id": id})
        await client.says("two")
        log = folder(lab.local, RunId(id)) / "log"
        ends = [at + 1 for at, byte in enumerate(log.read_bytes()) if byte == ord("\n")]
        os.truncate(log, (0, ends[2], ends[-2])[left])
        await client.wait(lambda one: one["type"] == "message" and GAP.decode() in one["messages"])
        await client.peer.send({"type": "user_message", "content": "say three", "session_id": id})
        await client.says("three")
        assert sorted(texts_of(client)) == ["hi", "three", "two"]
        assert (await row_of(client, id))["log_offset"] == log.stat().st_size
        await client.peer.send({"type": "end_session", "session_id": id})
        await client.wait(lambda one: one["type"] == "complete")
        nursery.cancel_scope.cancel()


async def test_a_folder_that_is_removed_while_it_is_followed_is_noticed(lab: Lab) -> None:
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        id = await spawned(client)
        shutil.rmtree(folder(lab.local, RunId(id)).parent)
        found = await client.wait(updates("its files are not there on its host; navi looks again"))
        assert found["status"] == "disconnected"
        nursery.cancel_scope.cancel()


async def test_output_comes_also_after_a_copy_of_it_has_ended(lab: Lab) -> None:
    """As where the disk was full for a moment: tail(1) ends where it can't write."""
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        id = await spawned(client)
        copies = [one for one in lab.belongings() if one.words.startswith("tail -c +1 -f") and id in one.words]
        send_signal(signal.SIGKILL, copies)
        assert copies
        await client.peer.send({"type": "user_message", "content": "say again", "session_id": id})
        await client.says("again")
        nursery.cancel_scope.cancel()


async def test_the_end_of_an_agent_without_a_log_is_noted(lab: Lab) -> None:
    """Under every shell: the runner must not end at a size that it can't read."""
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        id = await spawned(client)
        remove_log(folder(lab.local, RunId(id)))
        await client.peer.send({"type": "end_session", "session_id": id})
        await client.wait(lambda one: one["type"] == "complete")
        row = await row_of(client, id)
        assert (row["status"], row["exit_code"], row["reason"]) == ("complete", 0, "")
        nursery.cancel_scope.cancel()

"""The files of a run that is over go from its host, whatever its agent printed last, and whoever ended meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest
import trio

from navi.headless.hub.run_state import CUT_OFF
from navi.headless.hub.wanted import Wanted
from navi.headless.pauses import REPEATS_EVERY
from navi.headless.store.stored import StoredSession
from navi.ops.headless.runs import RunId
from tests.headless.hub.test_hub import World, world
from tests.headless.test_lost_files import left_alone, spawned
from tests.headless.test_relay import Client, all_hosts, hub, relay
from tests.support.headless import folder
from tests.support.machines import Lab

TEXT = '{"type":"text","who":"agent","text":"whole"}'


async def is_gone(path: Path) -> None:
    """Wait until a folder is gone."""
    with trio.fail_after(60):
        while path.exists():
            await trio.sleep(0.05)


async def lines_of(client: Client, id: str) -> list[str]:
    """Return what is stored of a session."""
    return list((await client.ask("GET", f"/api/sessions/{id}/messages"))[1]["messages"])


@pytest.mark.parametrize(("last", "kept"), [("nonsense", f"nonsense{CUT_OFF.decode()}"), (TEXT, TEXT)])
async def test_a_last_line_without_a_line_end_is_stored_and_the_files_go(lab: Lab, last: str, kept: str) -> None:
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        (lab.local.home / ".navi-story").write_text(f"say hi ;; half {last} ;; exit 3\n")
        _, body = await client.ask("POST", "/api/sessions/spawn", prompt="x", host="local", harness="scripted")
        id = body["session_id"]
        await client.peer.send({"type": "subscribe", "session_id": id})
        assert (await client.wait(lambda one: one["type"] == "complete"))["exit_code"] == 3
        assert (await lines_of(client, id))[-1] == kept
        await is_gone(folder(lab.local, RunId(id)).parent)
        nursery.cancel_scope.cancel()


async def test_files_that_can_not_be_removed_go_when_they_can(lab: Lab) -> None:
    """Hub and relay may end meanwhile."""
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        id = await spawned(client)
        run = folder(lab.local, RunId(id))
        in_the_way = run.parent / "old.1"
        in_the_way.write_text("")
        await client.peer.send({"type": "end_session", "session_id": id})
        await client.wait(lambda one: one["type"] == "complete")
        await trio.sleep(1)
        assert run.exists()
        nursery.cancel_scope.cancel()
    in_the_way.unlink()
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        await is_gone(run.parent)
        nursery.cancel_scope.cancel()


async def ended(here: World, row: StoredSession) -> None:
    """Let the relay say that an agent has ended."""
    await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0, "reason": ""})


async def test_a_host_is_asked_again_until_it_says_that_the_files_are_gone(
    tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await ended(here, row)
        about = {"session_id": row.id, "generation": 1}
        assert here.relay.take("remove") == [{"type": "remove", **about, "host": "", "received": 0}]
        await here.hub.hear({"type": "remove_failed", **about, "error": "no"})
        await here.pass_time(mock_clock, REPEATS_EVERY)
        assert len(here.relay.take("remove")) == 1
        await here.pass_time(mock_clock, REPEATS_EVERY)
        assert not here.relay.take("remove")
        await here.pass_time(mock_clock, REPEATS_EVERY)
        assert len(here.relay.take("remove")) == 1
    async with world(tmp_path) as here:
        assert here.relay.take("sync")[0]["watch"] == [""]
        await here.hub.hear({"type": "host_reached", "host": ""})
        assert len(here.relay.take("remove")) == 1
        await here.hub.hear({"type": "removed", **about})
    async with world(tmp_path) as here:
        await here.hub.hear({"type": "host_reached", "host": ""})
        assert not here.relay.take("remove")


async def test_output_that_nobody_has_stored_comes_before_the_end_of_a_session_that_went_on_in_a_terminal(
    tmp_path: Path,
) -> None:
    """The hub holds such a session no more after a restart."""
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.hub.writer.do(lambda store: store.open_in_terminal(row.id, "api"))
    async with world(tmp_path) as here:
        end = {"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0, "reason": "", "end": 5}
        await here.hub.hear(end)
        assert here.relay.take("sync")[-1]["sessions"][0]["offset"] == 0
        await here.hub.hear({
            "type": "session_output", "session_id": row.id, "generation": 1, "offset": 0, "end": 5,
            "messages": ["hello"], "rest": True,
        })  # fmt: skip
        await here.hub.hear(end)
        assert here.relay.take("remove")[0]["received"] == 5
        found = await here.hub.writer.do(lambda store: (store.needed(row.id), store.messages(row.id)))
        assert (found[0].exit_code, [one.body for one in found[1]]) == (0, [b"hello" + CUT_OFF])
        assert here.hub.held(row.id) is None


async def test_files_of_a_run_that_ended_before_removals_were_stored_go(lab: Lab) -> None:
    """As after an upgrade, whatever the user does with the session; hub, relay and agent are real."""
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
    run = folder(lab.local, RunId(id))
    log = run / "log"
    os.kill(int((run / "pid").read_text().split()[0]), signal.SIGKILL)
    with trio.fail_after(60):
        while not (run / "exit").exists():
            await trio.sleep(0.05)
    with sqlite3.connect(lab.folder / "state" / "navi.db") as database:
        database.execute("UPDATE sessions SET status = 'failed', ended_at = 1.0, log_offset = ?", (log.stat().st_size,))
        database.execute("DROP TABLE removals")
        database.execute("PRAGMA user_version = 4")
    database.close()
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        await is_gone(run.parent)
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("status", ["failed", "archived"])
async def test_the_agent_of_a_session_that_failed_is_ended_also_after_a_restart_of_the_hub(
    lab: Lab, status: str
) -> None:
    """Nobody had heard of its end when the hub was killed: its agent may run, and its files are there."""
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
    with sqlite3.connect(lab.folder / "state" / "navi.db") as database:
        database.execute("UPDATE sessions SET status = ?, reason = 'it did not answer'", (status,))
    database.close()
    run = folder(lab.local, RunId(id))
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        await is_gone(run.parent)
        row = (await client.ask("GET", f"/api/sessions/{id}"))[1]
        assert (row["status"], row["reason"]) == (status, "it did not answer")
        assert row["ended_at"]
        nursery.cancel_scope.cancel()


HALF = "more than half a line"


@pytest.mark.parametrize("resumed", [False, True])
async def test_files_of_an_old_run_go_although_its_last_line_has_no_end(lab: Lab, resumed: bool) -> None:
    """An older navi did not store such a line, and its host refused to remove it. What was cut is shown, or at least
    noted where another run has begun since.
    """
    (lab.local.home / ".navi-story").write_text(f"say hi ;; half {HALF} ;; wait 100\n")
    async with hub(lab) as (path, client):
        id = await left_alone(lab, path, client)
    run = folder(lab.local, RunId(id))
    with trio.fail_after(60):
        while not (run / "log").read_bytes().endswith(HALF.encode()):
            await trio.sleep(0.05)
    os.kill(int((run / "pid").read_text().split()[0]), signal.SIGKILL)
    with trio.fail_after(60):
        while not (run / "exit").exists():
            await trio.sleep(0.05)
    with sqlite3.connect(lab.folder / "state" / "navi.db") as database:
        offset = (run / "log").stat().st_size - len(HALF)
        after = {"generation": 1 + resumed, "log_offset": 0 if resumed else offset, "last_activity_at": 5.0}
        columns = ", ".join(f"{name} = {value}" for name, value in after.items())
        database.execute(f"UPDATE sessions SET status = 'complete', ended_at = 1.0, {columns}")
        database.execute("INSERT INTO removals VALUES (?, 1, '', ?)", (id, offset))
        database.execute("UPDATE messages SET generation = 1")
    database.close()
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        await is_gone(run)
        lines = await lines_of(client, id)
        assert (f"{HALF}{CUT_OFF.decode()}" in lines) is not resumed
        row = (await client.ask("GET", f"/api/sessions/{id}"))[1]
        assert (row["status"], row["ended_at"], row["last_activity_at"]) == ("complete", 1.0, 5.0)
        audit = (await client.ask("GET", f"/api/sessions/{id}/audit"))[1]["audit"]
        dropped = [one["detail"] for one in audit if one["what"] == "dropped what came too late"]
        assert dropped == ([f"{len(HALF)} bytes of run 1"] if resumed else [])
        nursery.cancel_scope.cancel()

"""A database that is busy, or whose disk is full, costs what was to be stored at that moment, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from navi.headless.hub.hub import LOOKS_EVERY
from navi.headless.hub.subscriber import Subscriber
from navi.headless.hub.wanted import Wanted
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.headless.store.writer import Writer
from navi.ops.headless.runs import RunId
from tests.headless.hub.test_hub import READY, TEXT, Played, settled, world
from tests.headless.test_relay import all_hosts, hub, relay
from tests.support.full_disk import disk, fill, free
from tests.support.headless import folder
from tests.support.machines import Lab

REACHED = {"type": "session_reached", "generation": 1, "reached": True}


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let another process write to the database."""
    other = sqlite3.connect(path / "navi.db", isolation_level=None, check_same_thread=False)
    other.execute("begin immediate")
    yield
    other.execute("rollback")
    other.close()


async def test_what_only_reads_is_done_while_another_process_writes(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        with locked(tmp_path):
            assert (await here.hub.connected(row.id))["session_id"] == row.id
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                await here.hub.writer.do(lambda store: store.change(row.id, title="y"))
        await here.hub.writer.do(lambda store: store.change(row.id, title="y"))


async def test_a_list_that_can_not_be_read_is_read_later(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        peer = Played("hub to client")
        client = Subscriber(peer)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.run)
            await here.hub.watchers.add(client)
            await settled(peer, "sessions")
            await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE inputs RENAME TO away"))
            await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE messages RENAME TO gone"))
            here.hub.watchers.note(row.id)
            await trio.sleep(0.5)
            assert len(peer.sent) == 1
            await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE gone RENAME TO messages"))
            await settled(peer, "sessions", 2)
            nursery.cancel_scope.cancel()


async def test_the_hub_goes_on_where_one_look_at_a_session_fails(
    tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    async with world(tmp_path, idle_limit=3600) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.hub.hear({**REACHED, "session_id": row.id})
        await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE inputs RENAME TO away"))
        await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE audit RENAME TO gone"))
        await here.pass_time(mock_clock, 100)
        held = here.hub.held(row.id)
        assert held
        assert held.state.status == "starting", "it is not called failed where that is not stored"
        await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE away RENAME TO inputs"))
        await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE gone RENAME TO audit"))
        await here.pass_time(mock_clock, LOOKS_EVERY)
        assert held.state.status == "failed"
        assert here.relay.take("end_session")


async def test_a_relay_that_does_not_learn_what_to_follow_is_closed(tmp_path: Path) -> None:
    async with world(tmp_path, relay=False) as here:
        await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE sessions RENAME TO away"))
        with pytest.raises(sqlite3.Error):
            await here.connect()
        assert here.relay.closed
        assert not here.hub.relay_is_connected
        await here.hub.writer.do(lambda store: store._database.execute("ALTER TABLE away RENAME TO sessions"))
        await here.connect()
        assert here.relay.take("sync")


async def test_an_end_that_is_not_stored_is_none(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        ended = {"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0}
        with locked(tmp_path), pytest.raises(sqlite3.Error):
            await here.hub.hear(ended)
        held = here.hub.held(row.id)
        assert held
        assert held.state.status.live, "memory says what the store says"
        await here.hub.hear(ended)
        assert held.row.status == "complete"


async def test_an_end_counts_once_all_before_it_is_stored(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY)
        offset = here.relay.take("ack")[-1]["offset"]
        with locked(tmp_path):
            await here.prints(row, TEXT)
        end = offset + len(json.dumps(TEXT)) + 1
        ended = {"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0, "end": end}
        here.relay.sent.clear()
        await here.hub.hear(ended)
        held = here.hub.held(row.id)
        assert held
        assert held.state.status.live
        assert here.relay.take("sync")[0]["sessions"][0]["offset"] == offset
        assert here.relay.take("remove") == [], "its files have what is missing"
        await here.prints(row, TEXT, offset=offset)
        await here.hub.hear(ended)
        assert held.row.status == "complete"
        stored = await here.hub.writer.do(lambda store: [one.kind for one in store.messages(row.id)])
        assert stored == ["ready", "text"]
        assert here.relay.take("remove")[0]["received"] == end


async def test_output_that_the_hub_could_not_store_comes_again_after_the_end(lab: Lab) -> None:
    """Hub, relay and agent are real; the database is busy when the agent prints its last words and ends."""
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        _, body = await client.ask("POST", "/api/sessions/spawn", prompt="say hi", host="local", harness="scripted")
        id = body["session_id"]
        await client.peer.send({"type": "subscribe", "session_id": id})
        await client.says("hi")
        with locked(lab.folder / "state"):
            run = folder(lab.local, RunId(id))
            with (run / "log").open("a") as log:
                log.write('{"do":"text","text":"last words"}\n')
            os.kill(int((run / "pid").read_text().split()[0]), signal.SIGKILL)
            await trio.sleep(8)
        await client.wait(lambda one: one["type"] == "complete")
        lines = [line for one in client.seen if one["type"] == "message" for line in one["messages"]]
        assert sum("last words" in line for line in lines) == 1
        nursery.cancel_scope.cancel()


@pytest.mark.skipif(os.getuid() != 0, reason="mounting a disk needs root")
def test_a_full_disk_keeps_all_of_a_transaction_or_nothing() -> None:
    """SQLite ends the whole transaction where it can't write a page; what comes after it must not be stored alone."""
    with disk("size=1m") as folder:
        store = Store(folder / "navi.db")
        store.spawn(StoredSession("a"))
        store._database.execute("PRAGMA cache_size = 1")
        fill(folder)
        outcomes = Writer(store)._carry_out([
            lambda store: store.change("a", title="first"),
            lambda store: store.change("a", cwd="x" * 3_000_000),
            lambda store: store.change("a", model="last"),
        ])  # fmt: skip
        free(folder)
        row = store.needed("a")
        done = [not one.error for one in outcomes]
        assert done == [row.title == "first", len(row.cwd) > 9, row.model == "last"]
        assert not any(done)
        store.close()

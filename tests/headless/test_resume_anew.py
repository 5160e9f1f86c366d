"""Beginning anew where an agent has lost its conversation: a hub that is killed at any moment forgets nothing of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from navi.headless.hub.run_state import launch_of
from navi.headless.hub.wanted import Wanted
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from tests.headless.hub.test_hub import LOST, READY, TEXT, World, world

RESUME = """
import itertools, os, signal, sys
from pathlib import Path
import trio
from navi.headless.hub.hub import Hub
from navi.headless.store.store import Store

path, id, dies_at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store, counted = Store(path), itertools.count(1)

def statement(_text):
    if next(counted) == dies_at:
        os.kill(os.getpid(), signal.SIGKILL)

class Relay:
    async def send(self, message):
        if message["type"] == "start_session":
            os.kill(os.getpid(), signal.SIGKILL)  # it is stored, and nobody has started it

    async def close(self):
        pass

async def main():
    hub = Hub(store)
    async with trio.open_nursery() as nursery:
        await nursery.start(hub.run)
        await hub.connect_relay(Relay(), {"client_id": "r", "capabilities": {}, "hosts": [""]})
        store._database.set_trace_callback(statement)
        await hub.resume(id, "go on", anew=True)

trio.run(main)
"""
"""A hub that begins a session anew, and is killed at a statement of its database, or at the latest when it is about to
let the relay start the agent.
"""

WANTED = Wanted("fix it", "/repo", model="opus")

MOST = 200
"""Statements; more are a fault."""


async def lose(here: World) -> StoredSession:
    """Have a session whose agent has lost its conversation."""
    row = await here.hub.spawn(WANTED)
    await here.prints(row, READY, TEXT)
    await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
    again = await here.hub.resume(row.id)
    await here.prints(again, LOST)
    await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 2, "exit_code": 1})
    return row


async def test_a_hub_that_is_killed_while_it_begins_anew_forgets_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await lose(here)
    whole = (tmp_path / "navi.db").read_bytes()
    begun = 0
    for statement in range(1, MOST):
        folder = tmp_path / str(statement)
        folder.mkdir()
        (folder / "navi.db").write_bytes(whole)
        words = [sys.executable, "-c", RESUME, str(folder / "navi.db"), row.id, str(statement)]
        killed = subprocess.run(words, capture_output=True, text=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        now = _stored(folder, row.id)
        if now.generation == 2:
            assert (now.status, now.lost, now.agent_session_id) == ("failed", True, row.agent_session_id)
            continue
        await _goes_on(folder, row)
        begun += 1
        if begun == 2:  # what follows the commit changes nothing any more
            assert statement > 5, "it was killed before it was stored, too"
            return
    raise AssertionError(f"it was not stored within {MOST} statements")


def _stored(folder: Path, id: str) -> StoredSession:
    store = Store(folder / "navi.db")
    found = store.session(id)
    store.close()
    assert found
    return found


async def _goes_on(folder: Path, before: StoredSession) -> None:
    """Check that the next hub starts the agent in the new conversation, with what was stored of the one before."""
    async with world(folder) as here:
        (start,) = here.relay.take("start_session")
        now = _stored(folder, before.id)
        assert not launch_of(now).resume
        words = start["words"]
        assert words[words.index("--session-id") + 1] == now.agent_session_id != before.agent_session_id
        assert ("--resume" in words, start["generation"]) == (False, 3)
        await here.prints(now, READY)
        prompt = json.loads(here.relay.take("send_input")[-1]["line"])["message"]["content"]
        assert prompt.startswith("This conversation goes on from an earlier one")
        assert prompt.endswith("\nhello\n\ngo on")


async def test_an_agent_that_never_printed_anything_begins_its_conversation_when_it_is_resumed(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(WANTED)
        failed = {"session_id": row.id, "generation": 1, "exit_code": None, "error": "there is no directory /repo"}
        await here.hub.hear({"type": "session_ended", **failed})
        again = await here.hub.resume(row.id)
        words = here.relay.take("start_session")[-1]["words"]
        assert words[words.index("--session-id") + 1] == row.agent_session_id == again.agent_session_id
        await here.prints(again, READY)
        assert "fix it" in here.relay.take("send_input")[-1]["line"], "its first prompt was not lost"
        await here.prints(again, TEXT)
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 2, "exit_code": 0})
        await here.hub.resume(row.id)
        assert "--resume" in here.relay.take("start_session")[-1]["words"]

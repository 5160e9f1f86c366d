"""An agent whose receipt is the end of a turn is at work as long as it has a prompt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import trio

from navi.headless.hub.hub import LOOKS_EVERY
from navi.headless.hub.wanted import Wanted
from navi.headless.store.stored import StoredSession
from tests.headless.hub.test_hub import World, acp, chunk, world


async def begun(here: World, harness: str = "gemini") -> StoredSession:
    """Return the session of an agent that works on its first prompt."""
    row = await here.hub.spawn(Wanted("one", harness=harness))
    await here.hub.hear({"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True})
    await here.prints(row, acp(id="navi-initialize", result={"agentCapabilities": {}}))
    await here.prints(row, acp(id="navi-new", result={"sessionId": "A"}))
    await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": 3})
    return row


def ends(uuid: str, reason: str = "end_turn") -> dict[str, Any]:
    """Return the end of the turn with a prompt."""
    return acp(id=f"navi-prompt:{uuid}", result={"stopReason": reason})


async def first(here: World, row: StoredSession) -> str:
    """Return the uuid of the first prompt."""
    found = await here.hub.writer.do(lambda store: store.inputs(row.id))
    return next(one.uuid for one in found if one.kind == "user")


async def test_the_end_of_a_turn_is_not_the_end_of_the_next_one(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await begun(here)
        assert here.hub.shown(row).status == "running"
        client = await here.client()
        await here.hub.command(client, row.id, {"type": "user_message", "uuid": "two", "content": "two"})
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": 4})
        await here.prints(row, ends(await first(here, row), "cancelled"))
        assert here.hub.shown(row).status == "running"
        stored = await here.hub.writer.do(lambda store: store.needed(row.id))
        assert stored.reason == "", "that the turn before was interrupted is past"
        await here.prints(row, chunk("x"), ends("two"))
        assert here.hub.shown(row).status == "waiting"


async def test_a_prompt_that_is_being_run_when_the_hub_starts_is_run(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await begun(here)
        await here.prints(row, ends(await first(here, row)))
        assert here.hub.shown(row).status == "waiting"
        await here.hub.command(await here.client(), row.id, {"type": "user_message", "uuid": "two", "content": "two"})
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": 4})
        await here.prints(row, chunk("x"))
        offset = here.relay.take("ack")[-1]["offset"]
    async with world(tmp_path) as here:
        await here.hub.hear({"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True})
        assert here.hub.shown(row).status == "running"
        await here.prints(row, ends("two"), offset=offset)
        assert here.hub.shown(row).status == "waiting"
    async with world(tmp_path) as here:
        await here.hub.hear({"type": "session_reached", "session_id": row.id, "generation": 1, "reached": True})
        assert here.hub.shown(row).status == "waiting", "it has no prompt"


async def test_an_agent_at_work_is_not_ended_for_having_waited(
    tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    async with world(tmp_path, idle_limit=600) as here:
        row = await begun(here)
        await here.hub.command(await here.client(), row.id, {"type": "user_message", "uuid": "two", "content": "two"})
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": 4})
        await here.prints(row, ends(await first(here, row)))
        await here.pass_time(mock_clock, 3600)
        await here.pass_time(mock_clock, LOOKS_EVERY)
        assert here.relay.take("end_session") == []
        await here.prints(row, ends("two"))
        await here.pass_time(mock_clock, 3600)
        assert here.relay.take("end_session")

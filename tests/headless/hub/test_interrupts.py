"""An interrupt counts as done only if the agent has said so, or its turn has ended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from navi.headless.hub.wanted import Wanted
from navi.headless.store.stored import StoredSession
from tests.headless.hub.test_hub import DONE, READY, World, asks, settled, world

STOPPED = {"type": "result", "subtype": "error_during_execution", "is_error": True, "terminal_reason": "aborted_tools"}


def replies(error: str = "") -> dict[str, Any]:
    """Return the answer of an agent to the interrupt `i1`."""
    outcome = {"subtype": "error", "error": error} if error else {"subtype": "success"}
    return {"type": "control_response", "response": {**outcome, "request_id": "i1"}}


async def interrupted(here: World, *before: object, handed: bool = True) -> StoredSession:
    """Return a session of an agent that printed something, and was interrupted."""
    row = await here.hub.spawn(Wanted("x"))
    await here.prints(row, READY, *before)
    await hand(here, row)
    await here.hub.command(await here.client(), row.id, {"type": "interrupt", "uuid": "i1"})
    if handed:
        await hand(here, row)
    return row


async def hand(here: World, row: StoredSession) -> None:
    """Let the host say that the agent was handed all that was sent."""
    await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": here.relay.take("send_input")[-1]["seq"]})


async def state(here: World, row: StoredSession) -> str:
    """Return the state of the interrupt."""
    found = await here.hub.writer.do(lambda store: store.inputs(row.id))
    return next(one.state for one in found if one.uuid == "i1")


async def test_what_the_agent_says_of_it_is_proof(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await interrupted(here, asks("q1"))
        assert await state(here, row) == "handed"
        peer = await here.follow(row)
        await here.prints(row, replies())
        assert await state(here, row) == "taken"
        assert {"type": "input", "session_id": row.id, "uuid": "i1", "state": "taken"} in await settled(peer, "input")


async def test_an_agent_may_refuse_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await interrupted(here, asks("q1"))
        peer = await here.follow(row)
        await here.prints(row, replies("not now"))
        assert await state(here, row) == "expired"
        (found,) = await settled(peer, "input")
        assert (found["kind"], found["state"], found["error"]) == ("interrupt", "expired", "not now")


async def test_the_end_of_a_turn_is_proof_once_the_agent_was_handed_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await interrupted(here, asks("q1"), handed=False)
        await here.prints(row, DONE)
        assert await state(here, row) == "queued", "the turn has ended by itself"
        await hand(here, row)
        assert await state(here, row) == "taken"


async def test_the_end_by_an_interrupt_is_proof_also_before_the_host_speaks(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await interrupted(here, asks("q1"), handed=False)
        await here.prints(row, STOPPED)
        assert await state(here, row) == "taken"


async def test_where_no_turn_runs_nothing_is_left_to_end(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await interrupted(here, DONE, handed=False)
        await here.prints(row, DONE)
        await hand(here, row)
        assert await state(here, row) == "taken"


async def test_a_relay_that_is_lost_is_no_proof(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await interrupted(here, asks("q1"))
        here.hub.lose_relay(here.relay)
        assert await state(here, row) == "handed"
    async with world(tmp_path) as here:
        known = await here.hub.writer.do(lambda store: store.needed(row.id))
        await here.prints(row, replies(), offset=known.log_offset)
        assert await state(here, row) == "taken"

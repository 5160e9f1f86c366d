"""What an agent's host did not take is sent again as long as that is reached, and everybody can read why it waits."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from navi.headless.hub.hub import LOOKS_EVERY
from navi.headless.hub.wanted import Wanted
from navi.headless.pauses import REPEATS_EVERY
from navi.headless.relay import Relay
from navi.ops.headless.runs import RunId
from tests.headless.hub.test_hub import READY, Played, asks, settled, world
from tests.headless.test_relay import all_hosts, hub, relay
from tests.support.headless import folder
from tests.support.machines import Lab

REACHED = {"type": "session_reached", "generation": 1, "reached": True}
WHY = "the input was not taken: no space left"


async def test_an_answer_that_fails_once_is_sent_again_and_its_reason_is_shown(
    tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.hub.hear({**REACHED, "session_id": row.id})
        await here.prints(row, READY, asks("q1"))
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": 2})
        asked = here.hub.held(row.id)
        assert asked
        yes = {"type": "control_response", "request_id": asked.state.questions[0].request_id, "allow": True}
        await here.hub.command(await here.client(), row.id, yes)
        (sent,) = here.relay.take("send_input")[-1:]
        failed = {"type": "input_failed", "session_id": row.id, "generation": 1, "seq": sent["seq"], "error": WHY}
        await here.hub.hear(failed)
        words = f"an answer did not get to its host: {WHY}; navi tries again"
        await trio.testing.wait_all_tasks_blocked()
        assert phone.take("session_updated")[-1]["reason"] == words
        assert (await here.hub.listed())[0]["reason"] == words
        assert (await here.hub.connected(row.id))["inputs"][-1]["error"] == WHY
        here.relay.sent.clear()
        await here.pass_time(mock_clock, LOOKS_EVERY)
        assert here.relay.take("send_input") == [sent], "the same, which its host takes once"
        await here.hub.hear({"type": "input_handed", "session_id": row.id, "seq": sent["seq"]})
        await here.pass_time(mock_clock, LOOKS_EVERY)
        assert here.relay.take("send_input") == []
        assert (await here.hub.listed())[0]["reason"] == ""
        assert phone.take("session_updated")[-1]["reason"] == ""


async def test_an_end_that_fails_is_asked_for_again_and_its_reason_is_shown(
    tmp_path: Path, mock_clock: trio.testing.MockClock
) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        phone = await here.follow(row)
        await here.hub.hear({**REACHED, "session_id": row.id})
        await here.prints(row, READY)
        held = here.hub.held(row.id)
        assert held
        await held.end()
        assert len(here.relay.take("end_session")) == 1
        why = "the agent still runs 5 s after SIGKILL"
        await here.hub.hear({"type": "end_failed", "session_id": row.id, "generation": 1, "error": why})
        await trio.testing.wait_all_tasks_blocked()
        last = phone.take("session_updated")[-1]
        assert (last["status"], last["reason"]) == ("ending", f"it could not be ended: {why}; navi tries again")
        await here.pass_time(mock_clock, LOOKS_EVERY)
        assert len(here.relay.take("end_session")) == 1
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 137})
        await here.pass_time(mock_clock, LOOKS_EVERY)
        assert here.relay.take("end_session") == []


@pytest.mark.parametrize("kind", ["prompt", "answer"])
async def test_what_a_host_can_not_write_gets_there_when_it_can(lab: Lab, kind: str) -> None:
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab))
        prompt = "say ready" if kind == "prompt" else "ask may I? ;; say done"
        _, body = await client.ask("POST", "/api/sessions/spawn", prompt=prompt, host="local", harness="scripted")
        id = body["session_id"]
        await client.peer.send({"type": "subscribe", "session_id": id})
        inputs = folder(lab.local, RunId(id)) / "in.d"
        if kind == "prompt":
            await client.says("ready")
            inputs.rename(inputs.with_name("away"))
            await client.peer.send({"type": "user_message", "content": "say done"})
        else:
            asked = await client.wait(lambda one: one["type"] == "control_request")
            inputs.rename(inputs.with_name("away"))
            await client.peer.send({"type": "control_response", "request_id": asked["request_id"], "allow": True})
        await client.wait(lambda one: one["type"] == "session_updated" and "did not get to its host" in one["reason"])
        inputs.with_name("away").rename(inputs)
        await client.says("done")
        nursery.cancel_scope.cancel()


CONVERSATION = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize("taken_back", [False, True])
async def test_feedback_that_fails_once_is_put_there_later_unless_it_is_taken_back(lab: Lab, taken_back: bool) -> None:
    known = lab.local.sessions_dir / ".headless" / ".conversations"
    known.parent.mkdir(parents=True, exist_ok=True)
    known.write_text("in the way")
    made = Relay(all_hosts(lab)[:1], Played())
    about = {"session_id": "sess_1", "host": "", "conversation": CONVERSATION}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.run)
        await made.take({"type": "give", **about, "number": 1, "text": "hello"})
        await trio.sleep(3)
        known.unlink()
        if taken_back:
            await made.take({"type": "forget", **about})
        found = known / CONVERSATION / "feedback" / f"{1:012}"
        with trio.move_on_after(REPEATS_EVERY + 5 if taken_back else 90):
            while not found.exists():
                await trio.sleep(0.2)
        assert found.exists() is not taken_back
        nursery.cancel_scope.cancel()


async def test_an_input_that_is_there_is_not_put_there_again(lab: Lab) -> None:
    async with hub(lab) as (path, client), trio.open_nursery() as nursery:
        await nursery.start(relay, path, all_hosts(lab)[:1])
        _, body = await client.ask("POST", "/api/sessions/spawn", prompt="say hi", host="local", harness="scripted")
        await client.peer.send({"type": "subscribe", "session_id": body["session_id"]})
        await client.says("hi")
        nursery.cancel_scope.cancel()
    played = Played("relay")
    made = Relay(all_hosts(lab)[:1], played)
    post = {"type": "send_input", "session_id": body["session_id"], "generation": 1, "seq": 9, "line": "{}", "host": ""}
    async with trio.open_nursery() as nursery:
        nursery.start_soon(made.run)
        await made.take({**post, "generation": 7})
        failed = await settled(played, "input_failed")
        assert failed[0]["error"].startswith("there is no generation 7")
        await made.take(post)
        place = folder(lab.local, RunId(body["session_id"])) / "in.d" / "9"
        with trio.fail_after(20):
            while not place.exists():
                await trio.sleep(0.05)
        place.unlink()
        for _ in range(3):
            await made.take(post)
        await made.take({**post, "generation": 7})
        await settled(played, "input_failed", 2)
        assert not place.exists(), "the messages before the last one were carried out"
        nursery.cancel_scope.cancel()

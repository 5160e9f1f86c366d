"""An answer meets the question that a person saw, and no other one that its agent calls by the same id."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from navi.headless.harness import HARNESSES
from navi.headless.hub.wanted import Wanted
from navi.headless.refused import Refused
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from tests.headless.hub.test_hub import World, acp, world

OPTIONS = [{"optionId": "yes", "kind": "allow_once", "name": "Allow"}]


def asks(id: object, command: str) -> dict[str, Any]:
    """Return the line of an agent that asks for permission."""
    call = {"toolCallId": "t", "title": "Bash", "rawInput": {"command": command}}
    return acp("session/request_permission", id=id, params={"toolCall": call, "options": OPTIONS})


async def begins(here: World, row: StoredSession) -> None:
    """Let the agent of a run begin."""
    await here.prints(row, acp(id="navi-initialize", result={"agentCapabilities": {}}))
    await here.prints(row, acp(id="navi-new" if row.generation == 1 else "navi-resume", result={"sessionId": "A"}))


async def open_questions(here: World, row: StoredSession) -> list[tuple[str, str]]:
    """Return the ids of what is asked, and the commands."""
    found = (await here.hub.connected(row.id))["questions"]
    return [(one["request_id"], one["input"]["command"]) for one in found]


@pytest.mark.parametrize("id", [0, "0", "a.b", 1.5, "", "2.0"])
async def test_an_answer_to_a_question_of_an_earlier_run_answers_none_of_a_later_one(tmp_path: Path, id: Any) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await begins(here, row)
        await here.prints(row, asks(id, "ls"))
        ((before, _),) = await open_questions(here, row)
        await here.hub.hear({"type": "session_ended", "session_id": row.id, "generation": 1, "exit_code": 0})
        row = await here.hub.resume(row.id)
        await begins(here, row)
        await here.prints(row, asks(id, "rm -rf ~"))
        ((now, command),) = await open_questions(here, row)
        assert (command, now != before) == ("rm -rf ~", True)
        yes = {"type": "control_response", "allow": True, "option": "yes"}
        with pytest.raises(Refused, match="does not ask it any more"):
            await here.hub.command(await here.client(), row.id, {**yes, "request_id": before})
        assert await open_questions(here, row) == [(now, command)]
    async with world(tmp_path) as here:
        await here.hub.command(await here.client(), row.id, {**yes, "request_id": now})
        line = json.loads(here.relay.take("send_input")[-1]["line"])
        assert (line["id"], line["result"]["outcome"]["optionId"]) == (id, "yes"), "the agent's own id"
        assert await open_questions(here, row) == []


async def test_an_interrupt_answers_with_the_ids_of_the_agent(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await begins(here, row)
        await here.prints(row, asks(0, "ls"), asks("b", "ls"))
        await here.hub.command(await here.client(), row.id, {"type": "interrupt"})
        ids = {json.loads(one["line"]).get("id") for one in here.relay.take("send_input")}
        assert {0, "b"} <= ids


def test_who_counts_questions_is_known() -> None:
    assert {id for id, one in HARNESSES.items() if one.abilities.counts_questions} == set(HARNESSES) - {"claude-code"}


async def test_what_was_open_before_an_update_can_be_answered(tmp_path: Path) -> None:
    """An older store has the agent's own id."""
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x", harness="gemini"))
        await begins(here, row)
        await here.prints(row, asks(0, "ls"))
        claude = await here.hub.spawn(Wanted("x"))
    path = tmp_path / "navi.db"
    with sqlite3.connect(path) as older:
        older.execute("UPDATE questions SET request_id = '0'")
        older.execute(
            "INSERT INTO questions VALUES (?, 'q1', 'permission', '{}', 'open', '', '')", (claude.id,)
        )
        older.execute("PRAGMA user_version = 3")
    older.close()
    for _ in range(2):
        Store(path).close()
    async with world(tmp_path) as here:
        assert await open_questions(here, row) == [("1.0", "ls")]
        stored = await here.hub.writer.do(lambda store: store.questions(claude.id))
        assert [one.request_id for one in stored] == ["q1"]
        await here.hub.command(
            await here.client(), row.id, {"type": "control_response", "allow": True, "request_id": "1.0"}
        )
        assert json.loads(here.relay.take("send_input")[-1]["line"])["id"] == 0

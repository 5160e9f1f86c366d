"""Feedback that comes twice, as after a lost connection, is one; whoever sent it learns that this one is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest

from navi.headless.hub.api import respond
from navi.headless.refused import Refused
from navi.headless.store.store import Store
from tests.headless.hub.test_hub import World, settled, world

KINDS: list[Mapping[str, object]] = [
    {"type": "user_message", "content": "use tabs"},
    {"type": "diff_comment", "file": "a", "line": 1, "content": "use tabs"},
    {"type": "suggested_edit", "file": "a", "old_content": "x", "new_content": "y"},
]


async def terminal(here: World, conversation: str = "c") -> str:
    """Return the id of a session in a terminal that takes feedback."""
    wanted = {"claude_session_id": conversation, "interactive": True}
    _, body = await respond(here.hub, "POST", "/api/sessions/live", wanted)
    return str(body["id"])


@pytest.mark.parametrize("message", KINDS, ids=lambda one: str(one["type"]))
async def test_feedback_that_comes_again_is_one(tmp_path: Path, message: Mapping[str, object]) -> None:
    async with world(tmp_path) as here:
        id = await terminal(here)
        phone = await here.follow(await here.hub.writer.do(lambda store: store.needed(id)))
        client = await here.client()
        for uuid in ("u1", "u2", "u1", "u1"):
            await here.hub.command(client, id, {**message, "uuid": uuid})
        heard = await settled(phone, "feedback_queued", 4)
        assert [(one["uuid"], one["message_id"]) for one in heard] == [("u1", 1), ("u2", 2), ("u1", 1), ("u1", 1)]
        assert len(await here.hub.writer.do(lambda store: store.feedback(id))) == 2
        other = await terminal(here, "d")
        with pytest.raises(Refused, match="one of another session"):
            await here.hub.command(client, other, {**message, "uuid": "u1"})
        for _ in range(2):
            await here.hub.command(client, id, message)
        assert len(await here.hub.writer.do(lambda store: store.feedback(id))) == 4, "without a uuid each is its own"
        await here.hub.terminals.delivered(id, [1])
        await here.hub.command(client, id, {**message, "uuid": "u1"})
        pending = await here.hub.writer.do(lambda store: [one.id for one in store.feedback(id)])
        assert pending == [2, 3, 4], "what was handed over stays so"


async def test_an_older_database_learns_uuids(tmp_path: Path) -> None:
    Store(tmp_path / "navi.db").close()
    with sqlite3.connect(tmp_path / "navi.db") as older:
        older.execute("DROP INDEX feedback_once")
        older.execute("ALTER TABLE feedback DROP COLUMN uuid")
        older.execute("PRAGMA user_version = 3")
    older.close()
    async with world(tmp_path) as here:
        id = await terminal(here)
        for _ in range(2):
            await here.hub.command(await here.client(), id, {**KINDS[0], "uuid": "u"})
        assert len(await here.hub.writer.do(lambda store: store.feedback(id))) == 1

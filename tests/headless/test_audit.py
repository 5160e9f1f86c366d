"""The audit: who did what to a session, and from where; and that no prompt, answer or tool's input is in it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import trio

from navi.core.facts import Fact
from navi.headless.audit_facts import SHOWN, audit_facts
from navi.headless.hub.api import respond
from navi.headless.hub.subscriber import Subscriber
from navi.headless.hub.trimming import EVERY, PAUSE
from navi.headless.hub.wanted import Wanted
from navi.headless.store.audit import ENTRIES, KEPT, KEPT_FOR, MOST_READ, SESSIONS
from navi.headless.store.schema import VERSION
from navi.headless.store.store import Store
from navi.headless.store.stored import AuditEntry, By, StoredSession
from tests.headless.hub.test_hub import READY, TEXT, Played, World, asks, world

SECRET = "hunter2"
"""What a person types; an agent's tool has it in its input, too."""

SOCKET = "socket, user 0, process 4711"


async def does(here: World, row: StoredSession, message: Mapping[str, Any]) -> None:
    """Do something as a client on the socket."""
    client = Subscriber(Played("hub to client"), "laptop", SOCKET)
    await here.hub.command(client, row.id, message)


async def entries(here: World, row: StoredSession) -> list[tuple[str, str, str, str]]:
    """Return the audit of a session without its times."""
    found = await here.hub.writer.do(lambda store: store.audit(row.id))
    return [(one.who, one.what, one.detail, one.origin) for one in found]


def a_secret_question(id: str) -> dict[str, Any]:
    """Return a question of an agent with the secret in it."""
    question = asks(id)
    question["request"]["input"] = {"command": f"login {SECRET}"}
    return question


async def test_who_did_what_and_from_where(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted(f"use {SECRET}", permission_mode="plan", title="t", by=By("ann", SOCKET)))
        await here.prints(row, READY, a_secret_question("q1"), a_secret_question("q2"))
        await does(here, row, {"type": "control_response", "request_id": "q1", "allow": True})
        refusal = {"allow": False, "message": f"not {SECRET}"}
        await does(here, row, {"type": "control_response", "request_id": "q2", "by": "bob", **refusal})
        await does(here, row, {"type": "user_message", "content": f"say {SECRET}"})
        await does(here, row, {"type": "set_mode", "mode": "default"})
        await does(here, row, {"type": "interrupt"})
        here.hub.lose_relay(here.relay)
        path = f"/api/sessions/{row.id}"
        await respond(here.hub, "POST", f"{path}/end", {"by": "phone", "origin": "elsewhere"}, "web, page")
        await respond(here.hub, "DELETE", f"{path}/end", {"by": "phone"}, "web, page")
        assert await entries(here, row) == [
            ("ann", "spawned", "claude-code plan", SOCKET),
            ("laptop", "answered", "permission Bash: allowed", SOCKET),
            ("bob", "answered", "permission Bash: denied", SOCKET),
            ("laptop", "sent a message", "", SOCKET),
            ("laptop", "asked for the permission mode", "default", SOCKET),
            ("laptop", "interrupted", "", SOCKET),
            ("phone", "asked for the end", "", "web, page"),
            ("phone", "withdrew the end", "", "web, page"),
        ]
        status, body = await respond(here.hub, "GET", f"{path}/audit", {})
        assert (status, [one["who"] for one in body["audit"]][:2]) == (200, ["ann", "laptop"])
        assert SECRET not in str(body)
        assert (await respond(here.hub, "GET", "/api/sessions/spawn_0/audit", {}))[0] == 409


async def test_runs_terminals_and_lists(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        rows = [await here.hub.spawn(Wanted("x")) for _ in range(2)]
        ended = {"type": "session_ended", "generation": 1, "exit_code": 0, "reason": ""}
        for row in rows:
            await here.prints(row, READY, TEXT)
            await here.hub.hear({**ended, "session_id": row.id})
        first, second = rows
        await respond(here.hub, "POST", f"/api/sessions/{first.id}/resume", {"by": "ann", "prompt": SECRET}, SOCKET)
        told = {"host": "", "conversation": first.agent_session_id}
        await here.hub.hear({"type": "terminal", **told, "opened": True, "name": "api"})
        assert await entries(here, first) == [
            ("", "spawned", "claude-code", ""),
            ("ann", "resumed", "claude-code", SOCKET),
            ("host", "opened it in a terminal", "api", "relay"),
        ]
        await respond(here.hub, "POST", f"/api/sessions/{second.id}/archive", {"by": "ann"}, SOCKET)
        assert (await entries(here, second))[-1] == ("ann", "took it off the list", "", SOCKET)


async def test_feedback_is_noted_without_its_text(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        new = {"claude_session_id": "c1", "interactive": True, "tmux_name": "api", "by": "ann"}
        _, made = await respond(here.hub, "POST", "/api/sessions/live", new, SOCKET)
        row = await here.hub.writer.do(lambda store: store.needed(made["id"]))
        await respond(here.hub, "POST", f"/api/sessions/{row.id}/feedback", {"content": SECRET, "by": "ann"}, SOCKET)
        await respond(here.hub, "DELETE", f"/api/sessions/{row.id}/interactive", {"by": "ann"}, SOCKET)
        assert await entries(here, row) == [
            ("ann", "let it take feedback", "", SOCKET),
            ("ann", "sent feedback", "message", SOCKET),
            ("ann", "ended its feedback", "", SOCKET),
        ]


async def test_what_is_refused_is_not_noted(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.prints(row, READY, asks("q1"))
        await does(here, row, {"type": "control_response", "request_id": "q1", "allow": True})
        status, _ = await respond(here.hub, "DELETE", f"/api/sessions/{row.id}/end", {})
        assert status == 409
        with pytest.raises(Exception, match="answered it already"):
            await does(here, row, {"type": "control_response", "request_id": "q1", "allow": False})
        assert [one[1] for one in await entries(here, row)] == ["spawned", "answered"]


def test_an_older_audit_gains_the_origin(tmp_path: Path) -> None:
    path = tmp_path / "navi.db"
    store = Store(path)
    store.spawn(StoredSession("a"))
    store.close()
    with sqlite3.connect(path) as older:
        older.execute("ALTER TABLE audit DROP COLUMN origin")
        older.execute("INSERT INTO audit VALUES (1.0, 'host', 'opened it in a terminal', 'a', 'api')")
        older.execute(f"PRAGMA user_version = {VERSION - 1}")
    older.close()
    for _ in range(2):
        store = Store(path)
        assert store.audit("a") == (AuditEntry(1.0, "host", "opened it in a terminal", "api", ""),)
        store.close()


def test_deeds_in_words() -> None:
    entry = {
        "at": 100.0, "who": "ann\x1b[31m", "what": "answered", "detail": "permission Bash: allowed",
        "origin": "web, page",
    }  # fmt: skip
    assert audit_facts([entry], 160.0) == [
        Fact("done by", "ann answered (permission Bash: allowed), 1m 0s ago, from web, page")
    ]
    many = audit_facts([{**entry, "at": float(number)} for number in range(SHOWN + 3)], 160.0)
    assert len(many) == SHOWN + 1
    assert many[-1] == Fact("done by", "... and 3 times before; --json has them")
    assert many[0].text.endswith("2m 18s ago, from web, page")
    assert audit_facts([{}], 1.0) == [Fact("done by", "somebody ")]


# ---- trimming


def fill(store: Store, session: str, times: Sequence[float]) -> None:
    """Make an entry at each of these times (epoch)."""
    with store.together():
        store._database.executemany(
            "INSERT INTO audit (at, who, what, session_id, detail) VALUES (?, 'ann', 'answered', ?, '')",
            [(at, session) for at in times],
        )


def count(store: Store, session: str = "%") -> int:
    """Return how many entries there are, of all sessions or of one."""
    found = store._database.execute("SELECT count(*) FROM audit WHERE session_id LIKE ?", (session,)).fetchone()
    return int(found[0])


def trim(store: Store) -> list[int]:
    """Trim all of the audit, and return how many entries each piece removed."""
    removed, after = list[int](), ""
    while True:
        before, after_this = count(store), store.trim_audit(after)
        removed.append(before - count(store))
        if after_this is None:
            return removed
        after = after_this


def test_the_last_deeds_of_a_year_are_kept_and_those_of_sessions(tmp_path: Path) -> None:
    store, now = Store(tmp_path / "navi.db"), time.time()
    for id in ("busy", "few", "gone", "old"):
        store.spawn(StoredSession(id))
    fill(store, "busy", [now - 9000 + number for number in range(KEPT + ENTRIES + 7)])
    fill(store, "few", [now - KEPT_FOR - 60, now - KEPT_FOR + 3600, now])
    fill(store, "gone", [now] * 3)
    fill(store, "old", [0.0] * 5)
    with store.together():
        store._database.execute("DELETE FROM sessions WHERE id = 'gone'")
    removed = trim(store)
    kept = {id: count(store, id) for id in ("busy", "few", "gone", "old")}
    assert kept == {"busy": KEPT, "few": 2, "gone": 0, "old": 0}
    assert (max(removed), sum(removed)) == (ENTRIES, ENTRIES + 7 + 1 + 3 + 5)
    assert store._database.execute("SELECT min(at) FROM audit WHERE session_id = 'busy'").fetchone()[0] == (
        now - 9000 + ENTRIES + 7
    ), "the oldest ones went"
    assert sum(trim(store)) == 0
    store.close()


def test_many_sessions_are_more_than_one_piece(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    ids = [f"s{number:03}" for number in range(2 * SESSIONS + 1)]
    with store.together():
        for id in ids:
            store.spawn(StoredSession(id))
            fill(store, id, [0.0] if id == ids[-1] else [time.time()])
    assert store.trim_audit() == ids[SESSIONS - 1]
    assert sum(trim(store)) == 1
    store.close()


async def test_messages_go_between_the_pieces(tmp_path: Path, mock_clock: trio.testing.MockClock) -> None:
    async with world(tmp_path) as here:
        row = await here.hub.spawn(Wanted("x"))
        await here.hub.writer.do(lambda store: fill(store, row.id, [time.time()] * (KEPT + 2 * ENTRIES)))
        await here.pass_time(mock_clock, EVERY)
        for sent, left in enumerate((KEPT + ENTRIES, KEPT), 1):
            await does(here, row, {"type": "user_message", "content": "go on"})
            assert await here.hub.writer.do(count) == left + 1 + sent, "with the spawn, and what was sent meanwhile"
            await here.pass_time(mock_clock, PAUSE)
        await here.pass_time(mock_clock, PAUSE)
        assert await here.hub.writer.do(count) == KEPT
        assert len(await entries(here, row)) == MOST_READ

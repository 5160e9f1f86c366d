"""The store: the flag, output exactly once with its offset, inputs, questions, and databases of other versions."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from navi.headless.hub.run_state import launch_of
from navi.headless.refused import Refused
from navi.headless.store.output import CUT, LONGEST_BODY
from navi.headless.store.schema import SESSIONS, VERSION, TooNew
from navi.headless.store.store import Store
from navi.headless.store.stored import Batch, PrintedLine, StoredQuestion, StoredSession
from navi.headless.store.writer import Writer

OLD = """
CREATE TABLE sessions (id TEXT PRIMARY KEY, title TEXT, status TEXT NOT NULL DEFAULT 'archived');
INSERT INTO sessions VALUES ('sess_1', 'an old one', 'complete'), ('sess_2', 'another', 'live');
"""

WRITING = """
import sys
from pathlib import Path
from navi.headless.store.store import Store
from navi.headless.store.stored import Batch, PrintedLine
store = Store(Path(sys.argv[1]))
print(flush=True)
while True:
    row = store.session("a")
    body = b"line %d\\n" % row.log_offset
    line = PrintedLine("raw", body, row.log_offset)
    store.receive(Batch("a", 1, row.log_offset, row.log_offset + len(body), [line]))
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "navi.db")
    yield opened
    opened.close()


def flag(store: Store, session_id: str = "a") -> bool:
    """Return whether the stored session runs without a terminal."""
    row = store.session(session_id)
    assert row
    return row.remote


def output(session_id: str, generation: int, *sizes: int, offset: int = 0) -> Batch:
    """Return a batch with a line of each of these sizes."""
    places = list(accumulate(sizes, initial=offset))
    messages = [PrintedLine("text", b"x" * (end - begin), begin) for begin, end in pairwise(places)]
    return Batch(session_id, generation, offset, places[-1], messages)


# ---- the flag


def ended(store: Store) -> None:
    store.change("a", status="complete")


def again(store: Store) -> None:
    ended(store)
    store.resume("a")


TRANSITIONS: list[tuple[str, Callable[[Store], object], bool, bool]] = [
    ("spawn", lambda _: None, True, True),
    ("a terminal session stays one", lambda _: None, False, False),
    ("output", lambda store: store.receive(output("a", 1, 5)), True, True),
    ("an ordinary end", ended, True, True),
    ("a resume", lambda store: again(store), True, True),
    ("metadata", lambda store: store.change("a", title="t", model="m", interactive=0), True, True),
    ("made interactive", lambda store: store.change("a", interactive=1), False, False),
    ("opened in a terminal", lambda store: store.open_in_terminal("a", "api"), True, False),
    (
        "a batch that names the flag",
        lambda store: store.receive(Batch("a", 1, 0, 1, changes={"remote": 1})),
        False,
        False,
    ),
]


@pytest.mark.parametrize(("what", "happens", "before", "after"), TRANSITIONS, ids=[one[0] for one in TRANSITIONS])
def test_what_changes_the_flag(
    store: Store, what: str, happens: Callable[[Store], object], before: bool, after: bool
) -> None:
    del what
    (store.spawn if before else store.add)(StoredSession("a", cwd="/repo"))
    assert flag(store) is before
    happens(store)
    assert flag(store) is after


def test_the_flag_never_comes_back(store: Store) -> None:
    store.add(StoredSession("a", remote=True))
    assert not flag(store), "only a spawn sets it"
    with pytest.raises(Refused, match="remote never goes from 0 to 1"):
        store.change("a", remote=1)
    store.spawn(StoredSession("b"))
    store.open_in_terminal("b", "")
    assert store.open_in_terminal("b", "api").tmux_name == "api", "its name was not known"
    with pytest.raises(Refused, match="does not run without a terminal"):
        store.open_in_terminal("b", "other")
    with pytest.raises(Refused, match="runs in a terminal"):
        store.resume("b")
    assert not flag(store, "b")


def test_a_spawned_session_is_whole_at_once(store: Store, tmp_path: Path) -> None:
    store.spawn(StoredSession("a", "fix it", "claude", "opus", "default", "dev", "/repo", "id"))
    other = Store(tmp_path / "navi.db")
    row = other.session("a")
    assert row
    assert (row.remote, row.interactive, row.status, row.host, row.cwd) == (True, True, "live", "dev", "/repo")
    assert row.created_at == pytest.approx(time.time(), abs=60)
    with pytest.raises(Refused, match="there is a session a already"):
        store.spawn(StoredSession("a"))
    other.close()


# ---- other databases


def test_a_database_from_before_the_flag_gains_it_with_0(tmp_path: Path) -> None:
    path = tmp_path / "navi.db"
    with sqlite3.connect(path) as old:
        old.executescript(OLD)
    old.close()
    for _ in range(2):
        store = Store(path)
        assert {one.id: (one.remote, one.title, one.status) for one in store.sessions()} == {
            "sess_1": (False, "an old one", "complete"), "sess_2": (False, "another", "live"),
        }  # fmt: skip
        with pytest.raises(Refused, match="remote never goes from 0 to 1"):
            store.change("sess_1", remote=1)
        store.close()


def test_a_newer_database_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "navi.db"
    Store(path).close()
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    newer.close()
    with pytest.raises(TooNew, match=f"version {VERSION + 1}, and this navi knows {VERSION}; use the newer navi"):
        Store(path)


@pytest.mark.parametrize("version", [1, 4, 5])
def test_files_of_runs_that_ended_before_removals_were_stored_are_to_go(tmp_path: Path, version: int) -> None:
    """What runs keeps its files; so does a session that never ran without a terminal, which has none."""
    path = tmp_path / "navi.db"
    store = Store(path)
    store.spawn(StoredSession("ended", host="box", generation=3, log_offset=70, client_id="d"))
    store.change("ended", status="complete", ended_at=1.0)
    store.spawn(StoredSession("opened", log_offset=9, client_id="d"))
    store.change("opened", remote=0, ended_at=1.0)
    store.spawn(StoredSession("live", generation=2, log_offset=5))
    store.spawn(StoredSession("failed", log_offset=5))
    store.change("failed", status="failed")
    store.add(StoredSession("terminal", log_offset=5))
    store.close()
    with sqlite3.connect(path) as older:
        older.execute(f"PRAGMA user_version = {version}")
        if version < 5:
            older.execute("DROP TABLE removals")
    older.close()
    every = 999_999_999_999_999
    for _ in range(2):
        store = Store(path)
        assert {tuple(one) for one in store.removals()} == {
            ("ended", 1, "box", every), ("ended", 2, "box", every), ("ended", 3, "box", 70),
            ("opened", 1, "", 9), ("live", 1, "", every),
        }  # fmt: skip
        store.close()


def test_a_database_of_version_1_keeps_its_sessions_and_what_they_go_on_with(tmp_path: Path) -> None:
    path = tmp_path / "navi.db"
    store = Store(path)
    before = store.spawn(StoredSession("a", agent_session_id="c", generation=3, last_index=5))
    store.close()
    with sqlite3.connect(path) as older:
        for name in ("conversation_from", "lost", "end_asked", "end_asked_by"):
            older.execute(f"ALTER TABLE sessions DROP COLUMN {name}")
        older.execute("PRAGMA user_version = 1")
    older.close()
    for _ in range(2):
        store = Store(path)
        assert store.session("a") == before
        assert launch_of(before).resume
        store.close()


def test_the_file_is_only_for_its_user(tmp_path: Path) -> None:
    store = Store(tmp_path / "state" / "navi.db")
    store.spawn(StoredSession("a"))
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()} == {0o600}
    store.close()


def test_values_and_columns_are_the_same() -> None:
    assert StoredSession._fields == tuple(SESSIONS)


# ---- output


def test_output_is_stored_once_whatever_is_sent_again(store: Store) -> None:
    store.spawn(StoredSession("a"))
    first, second = output("a", 1, 3, 4), output("a", 1, 5, offset=7)
    assert not store.receive(second), "it begins behind a gap"
    assert store.receive(first)
    assert not store.receive(first)
    assert not store.receive(output("a", 2, 1)), "of another run"
    assert store.receive(second)
    assert [(one.idx, len(one.body)) for one in store.messages("a")] == [(0, 3), (1, 4), (2, 5)]
    row = store.session("a")
    assert row
    assert (row.log_offset, row.last_index) == (12, 2)


@given(st.data())
def test_any_order_and_repetition_stores_each_line_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    store = Store(tmp_path_factory.mktemp("store") / "navi.db")
    store.spawn(StoredSession("a"))
    ends = list(accumulate(data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=10)), initial=0))
    batches = [output("a", 1, end - begin, offset=begin) for begin, end in pairwise(ends)]
    for number in data.draw(st.lists(st.integers(0, len(batches) - 1), max_size=30)):
        store.receive(batches[number])
    row = store.session("a")
    stored = store.messages("a")
    assert row
    assert row.log_offset == sum(len(one.body) for one in stored)
    assert [one.idx for one in stored] == list(range(row.last_index + 1))
    store.close()


def test_a_hub_that_is_killed_leaves_offset_and_messages_in_step(tmp_path: Path) -> None:
    path = tmp_path / "navi.db"
    store = Store(path)
    store.spawn(StoredSession("a"))
    store.close()
    for _ in range(5):
        hub = subprocess.Popen([sys.executable, "-c", WRITING, str(path)], stdout=subprocess.PIPE)
        assert hub.stdout
        hub.stdout.readline()
        time.sleep(random.uniform(0.01, 0.2))
        hub.send_signal(signal.SIGKILL)
        hub.communicate(timeout=30)
        store = Store(path)
        row = store.session("a")
        messages = store.messages("a", limit=10**6)
        assert row
        assert row.log_offset == sum(len(one.body) for one in messages)
        assert len(messages) == row.last_index + 1
        store.close()
    assert messages, "it wrote something"


def test_an_agent_that_has_ended_gets_no_answer(store: Store) -> None:
    store.spawn(StoredSession("a"))
    assert store.receive(Batch("a", 1, 0, 1, opened=[StoredQuestion("q1", "permission", "{}")]))
    store.change("a", status="complete")
    with pytest.raises(Refused, match="its agent has ended, and does not ask it any more"):
        store.answer("a", "q1", {"allow": True}, "phone", "u1", "line")
    assert store.inputs("a") == ()


def test_an_endless_line_is_cut(store: Store) -> None:
    store.spawn(StoredSession("a"))
    assert store.receive(output("a", 1, LONGEST_BODY + 1, 3))
    (long,) = store.messages("a")
    (short,) = store.messages("a", 1)
    assert len(long.body) == LONGEST_BODY
    assert long.body.endswith(CUT)
    assert len(short.body) == 3


def test_lines_are_kept_byte_for_byte(store: Store) -> None:
    store.spawn(StoredSession("a"))
    bodies = [b"\xff\xfe\x00", "\u2028 é".encode(), b"", b"'; DROP TABLE messages; --"]
    assert store.receive(Batch("a", 1, 0, 99, [PrintedLine("raw", body, 0) for body in bodies]))
    assert [one.body for one in store.messages("a")] == bodies
    assert [one.idx for one in store.messages("a", 2, 1)] == [2]


# ---- inputs and questions


def test_an_input_has_one_number_however_often_it_is_sent(store: Store) -> None:
    for name in ("a", "b"):
        store.spawn(StoredSession(name))
    assert [store.queue("a", uuid, "user", "text").seq for uuid in ("u1", "u2", "u1")] == [1, 2, 1]
    assert store.queue("b", "u3", "user", "text").seq == 1
    with pytest.raises(Refused, match="one of another session"):
        store.queue("b", "u1", "user", "text")
    store.hand("a", 1)
    assert [one.state for one in store.inputs("a")] == ["handed", "queued"]
    store.receive(Batch("a", 1, 0, 5, taken=["u1", "never sent"]))
    assert [one.uuid for one in store.inputs("a", "taken")] == ["u1"]
    with pytest.raises(Refused, match="there is no session c"):
        store.queue("c", "u4", "user", "text")


def test_the_first_answer_counts(store: Store) -> None:
    store.spawn(StoredSession("a"))
    opened = [StoredQuestion("q1", "permission", "{}"), StoredQuestion("q2", "plan", "{}")]
    store.receive(Batch("a", 1, 0, 5, opened=opened))
    store.answer("a", "q1", {"allow": True}, "phone", "u1", "line")
    for request_id, words in (
        ("q1", "phone has answered it already"), ("q3", "asks nothing with the id q3"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=words):
            store.answer("a", request_id, {"allow": False}, "laptop", "u2", "line")
    store.receive(Batch("a", 1, 5, 6, withdrawn=["q1", "q2"]))
    with pytest.raises(Refused, match="does not ask it any more"):
        store.answer("a", "q2", {}, "laptop", "u3", "line")
    assert [(one.request_id, one.state, one.by) for one in store.questions("a")] == [
        ("q1", "answered", "phone"), ("q2", "withdrawn", ""),
    ]  # fmt: skip
    assert [one.uuid for one in store.inputs("a")] == ["u1"], "an answer that is refused is no input"


def test_a_resume_is_another_generation_and_old_questions_expire(store: Store) -> None:
    store.spawn(StoredSession("a"))
    store.receive(Batch("a", 1, 0, 5, opened=[StoredQuestion("q1", "question", "{}")]))
    store.queue("a", "u1", "user", "text")
    store.queue("a", "u2", "user", "text")
    store.hand("a", 1)
    with pytest.raises(Refused, match="still runs"):
        store.resume("a")
    store.change("a", status="failed", exit_code=137)
    row = store.resume("a")
    assert (row.generation, row.log_offset, row.last_index, row.exit_code, row.remote) == (2, 0, -1, None, True)
    assert [one.state for one in store.questions("a")] == ["expired"]
    assert [one.state for one in store.inputs("a")] == ["expired", "queued"]
    assert store.receive(output("a", 2, 4))


def test_feedback_is_delivered_once(store: Store) -> None:
    store.add(StoredSession("a", interactive=True))
    first = store.give_feedback("a", "message", "one", "phone")
    second = store.give_feedback("a", "diff_comment", "two")
    assert [one[1:] for one in store.feedback("a")] == [("message", "one", "phone"), ("diff_comment", "two", "")]
    assert store.feedback_since("a", "message", 0) == 1
    assert store.deliver_feedback("a", [second, 4711]) == (second,)
    assert store.deliver_feedback("a", [first, second]) == (first,)
    assert store.feedback("a") == ()
    assert [one.id for one in store.feedback("a", "delivered")] == [first, second]


def test_what_waits_for_an_agent_is_given_up_when_a_terminal_goes_on(store: Store) -> None:
    store.spawn(StoredSession("a"))
    store.queue("a", "u1", "user", "not sent")
    store.open_in_terminal("a", "api")
    assert [one.state for one in store.inputs("a")] == ["expired"]


# ---- the writer


async def test_work_that_fails_undoes_nothing_else(store: Store) -> None:
    writer = Writer(store)
    failed: list[Exception] = []

    async def add(name: str, fails: bool) -> None:
        def work(store: Store) -> None:
            store.spawn(StoredSession(name))
            if fails:
                raise Refused("no")

        try:
            await writer.do(work)
        except Refused as error:
            failed.append(error)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer.run)
        async with trio.open_nursery() as everybody:
            for number in range(40):
                everybody.start_soon(add, f"s{number}", number % 4 == 0)
        nursery.cancel_scope.cancel()
    assert len(failed) == 10
    assert len(store.sessions()) == 30


async def test_nobody_goes_on_before_the_commit(store: Store, tmp_path: Path) -> None:
    writer, other = Writer(store), Store(tmp_path / "navi.db")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer.run)
        for number in range(20):
            name = f"s{number}"
            await writer.do(lambda store, name=name: store.spawn(StoredSession(name)))  # type: ignore[misc]
            assert other.session(name), "another connection sees it"
        nursery.cancel_scope.cancel()
    other.close()

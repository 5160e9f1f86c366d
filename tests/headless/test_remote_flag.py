"""The flag `remote`: it says that a session runs without a terminal now, and decides what everybody shows it as.

Store, hub, relay, sshd, tmux and clients are real, in processes of their own. The first tests are the steps of the plan
for the flag, then come those of its verification, and last a table of all that happens to a session.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from navi.headless.client import HubClient
from navi.headless.messages import TABLE
from navi.headless.only_one import only_one
from navi.headless.refused import Refused
from navi.headless.store.schema import VERSION
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError
from tests.support.claude import put_claude
from tests.support.machines import Account, Lab
from tests.support.serving import process_of_relay, serving, without_relay
from tests.support.terminal import Terminal
from tests.support.verbs import navi, pane
from tests.support.waiting import until

OLDER = """
CREATE TABLE sessions (id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT '', interactive INTEGER NOT NULL DEFAULT 0);
INSERT INTO sessions VALUES ('old_1', 'an upload', 0), ('old_2', 'a terminal session that collaborates', 1);
"""
"""A database from before the flag."""


def database(lab: Lab) -> Path:
    """Return where the hub's database is."""
    return Path(lab.environment()["XDG_STATE_HOME"]) / "navi" / "navi.db"


def ask(lab: Lab, query: str, *values: object) -> list[tuple[object, ...]]:
    """Ask the database itself, as sqlite3(1) does."""
    with closing(sqlite3.connect(database(lab))) as connection:
        return connection.execute(query, values).fetchall()


def flags(lab: Lab, id: str) -> tuple[object, ...]:
    """Return `remote` and `interactive` of a session, as the database has them."""
    return ask(lab, "SELECT remote, interactive FROM sessions WHERE id = ?", id)[0]


def client(lab: Lab) -> HubClient:
    """Connect to the hub."""
    return HubClient(runtime_folder(lab.environment()))


def info(lab: Lab, id: str) -> dict[str, object]:
    """Return what the hub says of a session."""
    with client(lab) as hub:
        return dict(hub.ask("GET", f"/api/sessions/{id}/info"))


def spawned(lab: Lab, host: str = "local", *options: str) -> str:
    """Spawn a session of the stand-in; return its id."""
    place = next((one for one in lab.machines if one.name == host), None) or lab.local
    words = ("spawn", "--json", "--host", host, "-c", str(place.home), *options, "hello")
    return str(json.loads(navi(lab, *words).stdout)["session_id"])


def connected(lab: Lab, id: str) -> dict[str, object]:
    """Return the first message to a client that follows a session."""
    with client(lab) as hub:
        hub.send({"type": "subscribe", "session_id": id})
        return dict(hub.wait(lambda one: one["type"] == "connected"))


@contextmanager
def known_to_be_without_relay(lab: Lab) -> Iterator[None]:
    """Kill the relay, let no other one begin, and wait until the hub knows."""
    with without_relay(lab):
        until(lambda: "the hub has no relay" in navi(lab, "daemon", "status", status=1).stdout, what="it is known")
        yield


@pytest.fixture
def lab_with_claude(lab: Lab) -> Lab:
    """Two machines with the stand-in for an agent: this one, and `atlas`."""
    atlas = lab.machine("atlas", shell="fish")
    lab.remotes_yaml([atlas])
    for account in (lab.local, atlas):
        put_claude(account)
    return lab


# ---- the plan


def test_plan_1_an_older_database_gains_the_column_once_and_a_newer_one_is_refused(lab: Lab) -> None:
    database(lab).parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database(lab))) as connection:
        connection.executescript(OLDER)
    for _ in range(2):
        with serving(lab):
            pass
        columns = {row[1]: row[2:5] for row in ask(lab, "PRAGMA table_info(sessions)")}
        assert columns["remote"] == ("INTEGER", 1, "0")
        assert ask(lab, "SELECT id, remote FROM sessions ORDER BY id") == [("old_1", 0), ("old_2", 0)]
        assert ask(lab, "PRAGMA user_version") == [(VERSION,)]
    with closing(sqlite3.connect(database(lab))) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    assert "use the newer navi that wrote it" in navi(lab, "serve", status=78).stderr


def test_plan_2_each_way_to_insert_reads_the_flag_back_and_only_a_spawn_sets_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    ways: list[tuple[Callable[[StoredSession], StoredSession], bool]] = [(store.spawn, True), (store.add, False)]
    for number, (insert, remote) in enumerate(ways):
        for wanted in (True, False):
            row = insert(StoredSession(f"{number}{wanted}", remote=wanted))
            found = store.session(row.id)
            assert found
            assert (row.remote, found.remote) == (remote, remote)
            assert type(found.remote) is bool
    with pytest.raises(Refused, match="remote never goes from 0 to 1"):
        store.change("1True", remote=1)
    store.close()
    with closing(sqlite3.connect(tmp_path / "navi.db")) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE sessions SET remote = 1 WHERE id = '1True'")


def test_plan_3_a_spawn_is_whole_before_its_agent_starts_and_after_it_failed_to(lab_with_claude: Lab) -> None:
    lab = lab_with_claude
    with serving(lab):
        assert flags(lab, spawned(lab)) == (1, 1)
        assert flags(lab, spawned(lab, "atlas")) == (1, 1)
        failed = navi(lab, "spawn", "--harness", "gemini", "-c", str(lab.local.home), "x", status=69).stderr
        assert "could not be started" in failed
        columns = "remote, interactive, status, host, cwd, reason"
        (row,) = ask(lab, f"SELECT {columns} FROM sessions WHERE harness = 'gemini'")
        assert row[:-1] == (1, 1, "failed", "", str(lab.local.home))
        assert str(row[-1]).startswith("it ended before it answered, with status 127: ")
        assert "gemini" in str(row[-1])
        with client(lab) as hub:
            live = hub.ask("POST", "/api/sessions/live", title="api", claude_session_id="c-1")
        assert flags(lab, live["id"]) == (0, 0)


def test_plan_4_without_relay_and_after_a_restart_the_database_alone_says_what_it_is(lab_with_claude: Lab) -> None:
    lab = lab_with_claude
    with serving(lab) as hub:
        id = spawned(lab, "atlas", "--model", "opus", "--permission-mode", "plan")
        os.kill(process_of_relay(lab), signal.SIGKILL)
        hub.kill()
        hub.communicate(timeout=30)
    with only_one(database(lab).parent / "daemon.lock"), hub_alone(lab):
        found = info(lab, id)
    atlas = lab.machines[0]
    assert (found["type"], found["status"], found["badge"]) == ("spawned", "disconnected", "Remote")
    assert (found["cwd"], found["harness"], found["host"]) == (str(atlas.home), "claude-code", "atlas")
    assert (found["model"], found["permission_mode"]) == ("opus", "plan")


@contextmanager
def hub_alone(lab: Lab) -> Iterator[subprocess.Popen[bytes]]:
    """Run a hub to which no relay comes."""
    hub = subprocess.Popen([sys.executable, "-m", "navi", "serve"], env=lab.environment(), stdout=subprocess.PIPE)
    try:
        assert hub.stdout
        assert hub.stdout.readline().startswith(b"serving at ")
        yield hub
    finally:
        hub.terminate()
        hub.communicate(timeout=30)


def test_plan_5_a_terminal_session_that_collaborates_is_no_spawned_one(lab_with_claude: Lab) -> None:
    lab = lab_with_claude
    with serving(lab), client(lab) as hub:
        live = hub.ask("POST", "/api/sessions/live", claude_session_id="c-1", interactive=True)
        first = connected(lab, live["id"])
        assert (first["interactive"], first["remote"], first["is_spawned"]) == (True, False, False)
        assert info(lab, live["id"])["badge"] == "Interactive"


def test_plan_6_the_first_message_has_the_flag_whether_a_relay_is_there_or_not(lab_with_claude: Lab) -> None:
    lab = lab_with_claude
    with serving(lab):
        id = spawned(lab)
        until(lambda: connected(lab, id)["status"] == "waiting", what="its turn has ended")
        first = connected(lab, id)
        assert (first["remote"], first["is_spawned"]) == (True, True)
        with known_to_be_without_relay(lab):
            first = connected(lab, id)
            assert (first["remote"], first["is_spawned"], first["status"]) == (True, True, "disconnected")


def test_plan_7_every_message_that_a_client_gets_is_one_of_the_table(lab_with_claude: Lab) -> None:
    """The client refuses any other; hub and relay do so, too, so that they would not work together."""
    lab = lab_with_claude
    seen: set[str] = set()
    with serving(lab), client(lab) as hub:
        id = spawned(lab)
        hub.send({"type": "subscribe", "session_id": id})
        hub.send({"type": "user_message", "content": "grow again and again", "session_id": id})
        for message in hub.messages(60):
            seen.add(message["type"])
            if message["type"] == "session_updated" and message["status"] == "waiting" and "partial" in seen:
                break
        hub.send({"type": "end_session", "session_id": id})
        hub.wait(lambda one: one["type"] == "complete")
    known = {type for sender, type in TABLE if sender == "hub to client"}
    assert {"connected", "message", "input", "partial", "session_updated"} <= seen <= known


# ---- the verification


def test_verification_1_the_column_appears_when_the_server_starts(lab: Lab) -> None:
    with serving(lab):
        assert "remote" in [row[1] for row in ask(lab, "PRAGMA table_info(sessions)")]


def test_verification_2_a_spawned_session_has_the_flag_in_the_database(lab_with_claude: Lab) -> None:
    with serving(lab_with_claude):
        id = spawned(lab_with_claude, "atlas")
        assert ask(lab_with_claude, "SELECT remote FROM sessions WHERE id = ?", id) == [(1,)]


def test_verification_3_after_the_relay_was_killed_it_is_still_a_spawned_session(lab_with_claude: Lab) -> None:
    lab = lab_with_claude
    with serving(lab):
        id = spawned(lab, "atlas")
        with known_to_be_without_relay(lab):
            assert (info(lab, id)["type"], info(lab, id)["status"]) == ("spawned", "disconnected")
            (row,) = json.loads(navi(lab, "ls", "--json").stdout)["sessions"]
            assert (row["type"], row["status"], row["headless"]) == ("spawned", "disconnected", True)
            assert "Remote" in navi(lab, "ls").stdout
            assert "hello" in navi(lab, "capture", f"atlas/{id}").stdout
            assert "queued" in navi(lab, "send", f"atlas/{id}", "later").stderr
        until(lambda: "later" in navi(lab, "capture", f"atlas/{id}").stdout, timeout=60, what="it was kept")


def test_verification_4_a_terminal_session_gets_feedback_and_no_badge(lab_with_claude: Lab) -> None:
    lab = lab_with_claude
    navi(lab, "hooks", "install", "claude", "--yes")
    lab.local.new_session("api", "claude --session-id c-4")
    with serving(lab):
        until(lambda: "goes on" in pane(lab.local, "api"), what="it runs")
        made = json.loads(navi(lab, "collaborate", "api", "--json").stdout)
        assert flags(lab, made["id"]) == (0, 1)
        assert (info(lab, made["id"])["type"], info(lab, made["id"])["badge"]) == ("archived", "Interactive")
        assert "Remote" not in navi(lab, "ls").stdout
        navi(lab, "send", "--feedback", "api", "use tabs")
        waits = lab.local.sessions_dir / ".headless/.conversations/c-4/feedback"
        until(lambda: waits.is_dir() and list(waits.iterdir()), what="it is there")
        lab.local.tmux("send-keys", "-t", "=api:", "fix", "Enter")
        until(lambda: "use tabs" in pane(lab.local, "api"), what="its Stop hook gave it")


def test_verification_5_sessions_from_before_have_the_flag_0(lab: Lab) -> None:
    database(lab).parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database(lab))) as connection:
        connection.executescript(OLDER)
    with serving(lab):
        assert [info(lab, id)["type"] for id in ("old_1", "old_2")] == ["archived", "archived"]


# ---- everything that happens to a session (the sixth step of the verification)


def is_spawned(lab: Lab, host: str) -> str:
    """A session that runs without a terminal."""
    return spawned(lab, host)


def is_in_a_terminal(lab: Lab, host: str) -> str:
    """A session in a terminal that the hub knows."""
    with client(lab) as hub:
        about = {"title": "api", "claude_session_id": "c-6", "host": host}
        return str(hub.ask("POST", "/api/sessions/live", **about)["id"])


def is_opened_in_a_terminal(lab: Lab, id: str) -> None:
    """`navi attach` opens it."""
    row = info(lab, id)
    address = f"{row['host']}/{id}" if row["host"] else id
    with Terminal([sys.executable, "-m", "navi", "attach", address], lab.environment()) as terminal:
        terminal.wait_for("goes on with", timeout=60)


def is_opened_by_hand(lab: Lab, id: str) -> None:
    """Somebody types `claude --resume` in tmux."""
    row = info(lab, id)
    there: Account = lab.machines[0] if row["host"] else lab.local
    there.new_session("by-hand", f"claude --resume {row['agent_session_id']}")
    until(lambda: flags(lab, id)[0] == 0, what="the hub knows")


def loses_its_relay(lab: Lab, id: str) -> None:
    """The relay is killed, and another one takes over."""
    with known_to_be_without_relay(lab):
        assert info(lab, id)["status"] in ("disconnected", "live")
    until(lambda: navi_status(lab) == 0, timeout=60, what="another relay")


def navi_status(lab: Lab) -> int:
    """Return the exit status of `navi daemon status`."""
    words = [sys.executable, "-m", "navi", "daemon", "status"]
    return subprocess.run(words, env=lab.environment(), capture_output=True, check=False).returncode


def ends(lab: Lab, id: str) -> None:
    """Its agent ends."""
    with client(lab) as hub:
        row = hub.ask("GET", f"/api/sessions/{id}")
        if row["remote"]:
            hub.end(row)
        else:
            hub.ask("POST", f"/api/sessions/{id}/complete")


def ends_and_is_resumed(lab: Lab, id: str) -> None:
    """Its agent ends, and goes on."""
    ends(lab, id)
    with client(lab) as hub:
        hub.ask("POST", f"/api/sessions/{id}/resume", prompt="again")


def cannot_be_resumed(lab: Lab, id: str) -> None:
    """Somebody wants it to go on without a terminal."""
    with client(lab) as hub, pytest.raises(OperationError):
        hub.ask("POST", f"/api/sessions/{id}/resume")


def collaborates(lab: Lab, id: str) -> None:
    """It takes feedback from now on."""
    with client(lab) as hub:
        hub.ask("POST", f"/api/sessions/{id}/interactive")


def collaborates_no_more(lab: Lab, id: str) -> None:
    """It takes feedback, and then no more."""
    collaborates(lab, id)
    with client(lab) as hub:
        hub.ask("DELETE", f"/api/sessions/{id}/interactive")


def is_prompted(lab: Lab, id: str) -> None:
    """What its agent prints changes model, mode, costs and time of the row."""
    navi(lab, "send", id if not info(lab, id)["host"] else f"{info(lab, id)['host']}/{id}", "more")


Flags = tuple[int, int]
Begins = Callable[[Lab, str], str]
Happens = Callable[[Lab, str], None]

TRANSITIONS: list[tuple[Begins, Happens, Flags, Flags]] = [
    # a session that …     and this happens           remote, interactive   … afterwards
    (is_spawned,           is_prompted,                           (1, 1),   (1, 1)),
    (is_spawned,           loses_its_relay,                       (1, 1),   (1, 1)),
    (is_spawned,           ends,                                  (1, 1),   (1, 1)),
    (is_spawned,           ends_and_is_resumed,                   (1, 1),   (1, 1)),
    (is_spawned,           is_opened_in_a_terminal,               (1, 1),   (0, 0)),
    (is_spawned,           is_opened_by_hand,                     (1, 1),   (0, 0)),
    (is_in_a_terminal,     collaborates,                          (0, 0),   (0, 1)),
    (is_in_a_terminal,     collaborates_no_more,                  (0, 0),   (0, 0)),
    (is_in_a_terminal,     ends,                                  (0, 0),   (0, 0)),
    (is_in_a_terminal,     cannot_be_resumed,                     (0, 0),   (0, 0)),
    (is_in_a_terminal,     loses_its_relay,                       (0, 0),   (0, 0)),
]  # fmt: skip
"""Every row is run here and on a remote; after it, the hub is started again, which changes nothing."""


@pytest.mark.parametrize("host", ["local", "atlas"])
@pytest.mark.parametrize(
    ("begins", "happens", "before", "afterwards"), TRANSITIONS,
    ids=[f"{begins.__name__}-{happens.__name__}" for begins, happens, *_ in TRANSITIONS],
)  # fmt: skip
def test_verification_6_what_happens_to_the_flag(
    lab_with_claude: Lab, host: str, begins: Begins, happens: Happens, before: Flags, afterwards: Flags
) -> None:
    lab = lab_with_claude
    with serving(lab):
        id = begins(lab, host)
        assert flags(lab, id) == before
        happens(lab, id)
        assert flags(lab, id) == afterwards
    with hub_alone(lab):
        assert flags(lab, id) == afterwards
        assert info(lab, id)["type"] == ("spawned" if afterwards[0] else "archived")

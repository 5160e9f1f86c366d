"""The hub as a verb asks it, in a process of its own that knows no trio."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trio

from navi.core import exits
from navi.headless.client import HubClient
from navi.headless.hub.hub import Hub
from navi.headless.hub.server import serve
from navi.headless.messages import to_line
from navi.headless.replies import Ending, ending_of
from navi.headless.store.store import Store
from navi.headless.store.stored import StoredSession
from navi.ops import OperationError
from tests.support.full_disk import disk, fill, free

VERB = """
import json, sys
from navi.headless.client import HubClient
from navi.headless.replies import Ending, ending_of
with HubClient(sys.argv[1]) as hub:
    made = hub.ask("POST", "/api/sessions/live", title="api", project_path="/repo")
    hub.send({"type": "subscribe", "session_id": made["id"]})
    connected = hub.wait(lambda one: one["type"] == "connected")
    print(json.dumps([made, connected, "trio" in sys.modules]))
"""


async def verb(folder: Path) -> list[object]:
    """Run the verb."""
    done = await trio.run_process([sys.executable, "-c", VERB, str(folder)], capture_stdout=True)
    found: list[object] = json.loads(done.stdout)
    return found


async def test_a_verb_asks_and_subscribes_without_trio(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    async with trio.open_nursery() as nursery:
        hub = Hub(store)
        await nursery.start(hub.run)
        await nursery.start(serve, hub, tmp_path / "hub.sock")
        made, connected, has_trio = await verb(tmp_path)
        assert isinstance(made, dict)
        assert isinstance(connected, dict)
        assert (made["type"], made["remote"], has_trio) == ("archived", False, False)
        assert (connected["is_spawned"], connected["remote"], connected["last_index"]) == (False, False, -1)
        assert (tmp_path / "hub.sock").stat().st_mode & 0o777 == 0o600
        nursery.cancel_scope.cancel()
    store.close()


REFUSALS: list[tuple[str, str, dict[str, object], int, str]] = [
    ("GET", "/api/sessions/spawn_none/info", {}, exits.NO_SESSION, "there is no session spawn_none"),
    ("GET", "/api/../etc/passwd", {}, exits.NO_SESSION, "there is no GET /api/../etc/passwd"),
    ("POST", "/api/sessions/spawn", {"prompt": 7}, exits.WRONG_USAGE, "`prompt` must be a text"),
    ("POST", "/api/sessions/spawn", {"prompt": "x", "harness": "y"}, exits.WRONG_USAGE, "there is no harness y"),
    ("POST", "/api/sessions/spawn", {"prompt": "x"}, exits.UNAVAILABLE, "no relay is connected"),
    ("POST", "/api/sessions/a/resume", {}, exits.UNAVAILABLE, "no relay is connected"),
    ("POST", "/api/sessions/a/complete", {}, exits.NO, "runs without a terminal"),
]


async def test_what_is_refused_has_words_and_a_status(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    store.spawn(StoredSession("a", harness="scripted"))
    async with trio.open_nursery() as nursery:
        hub = Hub(store)
        await nursery.start(hub.run)
        await nursery.start(serve, hub, tmp_path / "hub.sock")

        def ask() -> None:
            with HubClient(str(tmp_path)) as client:
                for method, path, body, status, words in REFUSALS:
                    with pytest.raises(OperationError, match=words) as raised:
                        client.ask(method, path, **body)
                    assert raised.value.status == status

        await trio.to_thread.run_sync(ask)
        nursery.cancel_scope.cancel()
    store.close()


MALFORMED = [
    b"no JSON\n",
    b"[]\n",
    b'{"type": "nothing"}\n',
    b'{"type": "user_message"}\n',
    b'{"type": "ack"}\n',
    b"\xff\n",
]


async def test_a_program_that_sends_nonsense_is_answered_and_closed(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    async with trio.open_nursery() as nursery:
        hub = Hub(store)
        await nursery.start(hub.run)
        await nursery.start(serve, hub, tmp_path / "hub.sock")
        for line in MALFORMED:
            async with await trio.open_unix_socket(str(tmp_path / "hub.sock")) as stream:
                await stream.send_all(line)
                data = b""
                with trio.fail_after(20):
                    while part := await stream.receive_some():
                        data += part
                assert json.loads(data)["code"] == "MALFORMED"
        assert await verb(tmp_path), "the hub goes on"
        nursery.cancel_scope.cancel()
    store.close()


async def test_a_program_that_does_not_wait_for_its_answer_ends_nobody_else(tmp_path: Path) -> None:
    store = Store(tmp_path / "navi.db")
    async with trio.open_nursery() as nursery:
        hub = Hub(store)
        await nursery.start(hub.run)
        await nursery.start(serve, hub, tmp_path / "hub.sock")
        ask = b'{"type": "request", "id": 1, "method": "GET", "path": "/api/sessions"}\n'
        for number in range(30):
            stream = await trio.open_unix_socket(str(tmp_path / "hub.sock"))
            await stream.send_all(ask * number)
            await trio.aclose_forcefully(stream)
        assert await verb(tmp_path), "the hub goes on"
        nursery.cancel_scope.cancel()
    store.close()


async def test_a_full_disk_is_reported_and_what_was_stored_stays() -> None:
    with disk("size=1m") as folder:
        store = Store(folder / "navi.db")
        store.add(StoredSession("sess_1", "before"))
        async with trio.open_nursery() as nursery:
            hub = Hub(store)
            await nursery.start(hub.run)
            await nursery.start(serve, hub, folder / "hub.sock")
            fill(folder)

            def ask() -> None:
                with HubClient(str(folder)) as client:
                    with pytest.raises(OperationError, match=r"can't store it, so that nothing was done: .* full"):
                        client.ask("POST", "/api/sessions/live", title="x" * 100_000)
                    assert [one["title"] for one in client.ask("GET", "/api/sessions")["sessions"]] == ["before"]
                    free(folder)
                    client.ask("POST", "/api/sessions/live", title="after")
                    assert len(client.ask("GET", "/api/sessions")["sessions"]) == 2

            await trio.to_thread.run_sync(ask)
            nursery.cancel_scope.cancel()
        store.close()


def test_without_a_hub_the_verb_is_named_that_starts_one(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="no hub runs here; navi serve starts it") as raised:
        HubClient(str(tmp_path))
    assert raised.value.status == exits.UNAVAILABLE
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "hub.sock"))
    dead.close()
    with pytest.raises(OperationError, match="navi serve starts it"):
        HubClient(str(tmp_path))


@contextmanager
def left_by_the_hub(folder: Path, last: bytes = b"") -> Iterator[HubClient]:
    """Yield a client whose connection the other side has ended, after it sent something."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "hub.sock"))
        listener.listen()
        with HubClient(str(folder)) as client:
            ended, _ = listener.accept()
            ended.sendall(last)
            ended.close()
            yield client


def test_a_hub_that_ends_is_reported(tmp_path: Path) -> None:
    with left_by_the_hub(tmp_path) as client:
        with pytest.raises(OperationError, match="the hub has ended") as raised:
            client.ask("GET", "/api/health")
        assert raised.value.status == exits.UNAVAILABLE
        with pytest.raises(OperationError, match="the hub has ended"):
            client.send({"type": "ping"})


def test_what_a_hub_reported_before_it_ended_is_raised(tmp_path: Path) -> None:
    """Also by a question that could no longer be sent."""
    report = to_line({"type": "error", "code": "VERSION", "message": "too old"})
    with left_by_the_hub(tmp_path, report) as client:
        with pytest.raises(OperationError, match="too old") as raised:
            client.ask("GET", "/api/health")
        assert raised.value.status == exits.CONFIGURATION


def test_the_module_needs_no_trio() -> None:
    code = "import sys, navi.headless.client; sys.exit('trio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def message(type: str, **fields: object) -> dict[str, object]:
    """Return a message of the hub about the session `a`, or to its request 7."""
    about = {"id": 7} if type == "response" else {"session_id": "a"}
    return {"type": type, **about, **fields}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (message("response", status=200, body={"ends": "now"}), None),
        (message("response", status=200, body={"ends": "when reached"}), Ending.LATER),
        (message("session_updated", status="ending", reason=""), None),
        (message("session_updated", status="disconnected", reason="x"), None),
        (message("complete", reason=""), Ending.ENDED),
        ({**message("complete", reason=""), "session_id": "b"}, None),
        ({**message("response", status=409, body={"error": "no"}), "id": 6}, None),
    ],
)
def test_an_end_is_proven_by_its_own_messages(said: dict[str, object], found: Ending | None) -> None:
    assert ending_of(said, 7, "a") is found


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (message("response", status=409, body={"error": "has ended"}), "has ended"),
        (message("session_updated", status="ending", reason="it could not be ended: x"), "could not be ended"),
        ({"type": "error", "code": "REFUSED", "message": "not now"}, "not now"),
    ],
)
def test_an_end_that_fails_is_an_error(said: dict[str, object], words: str) -> None:
    with pytest.raises(OperationError, match=words):
        ending_of(said, 7, "a")

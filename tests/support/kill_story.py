"""What a client and the agent of one session do together, while hub or relay is killed somewhere; and the truth of it.

The agent notes each line that it gets and prints. The client does what clients do after a lost connection: it connects
again, looks what is known, and repeats what it does not know to have arrived. In the end both must agree, and nothing
may be left. A story with `restarts` has hub and relay killed twice in any case: while the agent asks something, and
while it ends.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from navi.config.navi_files import NaviFiles
from navi.core.program import NAVI
from navi.headless.client import HubClient, HubGone, NoHub
from navi.headless.only_one import holder
from navi.hosts.sockets import runtime_folder
from navi.ops import OperationError
from tests.support.kill_points import ROLES, KillPoints, Point
from tests.support.machines import Lab
from tests.support.processes import processes
from tests.support.waiting import until

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds until what has not come is lost."""

AGENT = r"""
import json, os, sys, time

NOTES = os.open("notes", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

def note(mark, line):
    os.write(NOTES, (mark + line + "\n").encode())

def say(**fields):
    line = json.dumps(fields)
    note(">", line)
    os.write(1, (line + "\n").encode())

def hear():
    line = sys.stdin.readline()
    if not line:
        note("!", "end of input")
        raise SystemExit(9)
    note("<", line[:-1])
    message = json.loads(line)
    if message["do"] == "hello":
        say(type="ready", conversation=sys.argv[1])
    return message

def hear_until(word):
    while (message := hear())["do"] != word:
        pass
    return message

note("!", "start")
while True:
    message = hear()
    if message["do"] == "interrupt":
        say(type="replied", id=message["id"])
    if message["do"] != "prompt":
        continue
    say(type="taken", uuid=message["uuid"])
    outcome = ""
    if message["text"] == "ask":
        say(type="asked", id="q1", text="may I?")
        say(type="answered", id="q1", text=hear_until("answer")["word"])
    elif message["text"] == "work":
        say(type="text", who="agent", text="working")
        say(type="replied", id=hear_until("interrupt")["id"])
        outcome = "interrupted"
    else:
        say(type="text", who="agent", text="got " + message["text"])
    say(type="ended", outcome=outcome)
    if message["text"] == "bye":
        time.sleep(0.3)
        raise SystemExit(0)
"""

PROMPTS = ("hello", "ask", "one", "two", "work", "bye")


def prepare(lab: Lab) -> None:
    """Let the scripted agent be this one."""
    script = lab.folder / "agent.py"
    script.write_text(AGENT)
    settings = NaviFiles(lab.environment()).settings
    settings.parent.mkdir(parents=True, exist_ok=True)
    command = json.dumps([sys.executable, "-I", "-S", str(script)])
    settings.write_text(f"harnesses: {{scripted: {{command: {command}}}}}\nprompts_a_minute: 0\n")


FAULT = re.compile(r"Traceback|Error\b|a fault in navi|the relay ended with status (?!-9$|73$)")
"""What no hub and no relay may report, whatever is killed: 73 is the status of a relay beside another one."""


class Served:
    """A hub that is started again whenever it has been killed; its state is in a folder of its own."""

    def __init__(self, lab: Lab, folder: Path, points: KillPoints) -> None:
        state = {"XDG_STATE_HOME": str(folder / "state")}
        self.environment = {**lab.environment(), **state, **points.variables, "NAVI_LOG": "warning"}
        self.state = folder / "state" / "navi"
        self.starts = 0
        self._points = points
        self._relays = 0
        self._started_relays: list[subprocess.Popen[bytes]] = []
        self._errors = (folder / "errors").open("a+")
        self._process: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Start the hub unless it runs, and the relay where the hub would wait for longer, because one was killed
        before. Raise AssertionError if the hub has ended in another way than by SIGKILL.
        """
        if self._process and (status := self._process.poll()) is None:
            if self._points.killed("relay") > self._relays:
                self._relays += 1
                self._start_relay()
            return
        assert not self._process or status == -signal.SIGKILL, f"the hub ended with status {status}"
        self._process = self._start("serve", "--port", "0")
        self.starts += 1
        self._relays = self._points.killed("relay")  # this hub starts one

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*NAVI, *words], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self._errors, start_new_session=True,
        )  # fmt: skip

    def _start_relay(self) -> None:
        self._started_relays.append(self._start("daemon", "start", "--foreground"))

    def faults(self) -> list[str]:
        """Return what hubs and relays reported that no kill explains: a fault, or another end of a relay."""
        self._errors.seek(0)
        return [line for line in self._errors if FAULT.search(line)]

    def kill_all(self) -> None:
        """Kill hub and relay."""
        assert self._process
        relay = holder(self.state / "daemon.lock")
        self._process.kill()
        if relay:
            with suppress(ProcessLookupError):
                os.kill(relay, signal.SIGKILL)
        self._process.wait()

    def client(self) -> HubClient:
        """Connect to the hub. Raise OperationError."""
        self.keep()
        return HubClient(runtime_folder(self.environment))

    def stop(self) -> None:
        """End hub and relay as a person does."""
        self.keep()
        assert self._process
        self._process.terminate()
        status = self._process.wait(30)
        if status == -signal.SIGKILL:  # the point was in its end
            self.keep()
            with suppress(AssertionError):
                until(lambda: self._process.poll() is not None, timeout=2)  # type: ignore[union-attr]
            self._process.terminate()
            status = self._process.wait(30)
        assert status in (0, -signal.SIGTERM), f"the hub ended with status {status}"
        if relay := holder(self.state / "daemon.lock"):
            os.kill(relay, signal.SIGTERM)
        until(lambda: holder(self.state / "daemon.lock") is None, what="the relay has ended")

    def clean_up(self) -> None:
        """Kill whatever runs still."""
        if self._process and self._process.poll() is None:
            self.kill_all()
        for relay in self._started_relays:
            relay.kill()
            relay.wait()
        self._errors.close()


class Story:
    """One session from its start until nothing is left of it."""

    def __init__(self, lab: Lab, folder: Path, points: KillPoints, restarts: bool = False) -> None:
        folder.mkdir()
        self._lab = lab
        self._folder = folder
        self._served = Served(lab, folder, points)
        self._restarts = restarts
        self._lines: list[str] = []
        self._id = ""
        self._sent: list[str] = []

    def __enter__(self) -> Story:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._served.clean_up()

    def carry_out(self) -> None:
        """Do all of it, and compare. Raise AssertionError."""
        try:
            self._spawn()
            self._until_text("got hello")
            self._say("ask")
            self._answer()
            self._say("one")
            self._say("two", twice=True)
            self._until_text("got two")
            self._say("work")
            self._until_text("working")
            self._interrupt()
            self._say("bye")
            if self._restarts:
                self._served.kill_all()
            self._end()
            self._compare()
        except (AssertionError, OperationError) as error:
            raise AssertionError(f"{error}\n{self.facts()}") from error

    # ---- what the client does

    def _repeat(self, what: str, attempt: Callable[[HubClient], T | None]) -> T:
        """Do something in a connection until it returns something; connect again where the connection was lost."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            with suppress(HubGone, NoHub), self._served.client() as hub:
                while time.monotonic() < limit:
                    found = attempt(hub)
                    if found is not None:
                        return found
                    self._served.keep()
                    time.sleep(0.02)
            time.sleep(0.05)
        raise AssertionError(f"not within {PATIENCE:g} s: {what}")

    def _info(self, hub: HubClient) -> Mapping[str, Any]:
        return hub.ask("GET", f"/api/sessions/{self._id}")

    def _spawn(self) -> None:
        """Start the session; one that is listed already was started before the connection was lost."""
        place = str(self._folder)

        def spawned(hub: HubClient) -> str | None:
            if found := hub.ask("GET", "/api/sessions/spawned")["sessions"]:
                return str(found[0]["id"])
            if not hub.ask("GET", "/api/daemon/status")["connected"]:
                return None
            with suppress(_Refused):
                made = _ask(hub, "/api/sessions/spawn", prompt="hello", cwd=place, harness="scripted")
                return str(made["session_id"])
            return None

        self._id = self._repeat("the session is started", spawned)

    def _until_text(self, text: str) -> None:
        """Follow from the first line that has not come, until the agent has said a text."""
        wanted = json.dumps({"type": "text", "who": "agent", "text": text})

        subscribed: HubClient | None = None

        def heard(hub: HubClient) -> bool | None:
            nonlocal subscribed
            if wanted in self._lines:
                return True
            if hub is not subscribed:
                hub.send({"type": "subscribe", "session_id": self._id, "from_index": len(self._lines)})
                subscribed = hub
            for message in hub.messages(0.2):
                if message["type"] == "message":
                    assert message["index"] == len(self._lines), f"{message} came after {len(self._lines)} lines"
                    self._lines += message["messages"]
                if wanted in self._lines:
                    return True
            return None

        self._repeat(f"the agent says {text}", heard)

    def _say(self, content: str, twice: bool = False) -> None:
        message = {"type": "user_message", "uuid": str(uuid.uuid4()), "content": content, "session_id": self._id}
        self._sent.append(message["uuid"])
        if twice:
            with suppress(OperationError), self._served.client() as lost:
                lost.send(message)

        def stored(hub: HubClient) -> bool | None:
            hub.tell(message)
            return any(one["uuid"] == message["uuid"] for one in self._info(hub)["inputs"]) or None

        self._repeat(f"{content} is stored", stored)

    def _answer(self) -> None:
        question = self._repeat("something is asked", lambda hub: next(iter(self._info(hub)["questions"]), None))
        answer = {"type": "control_response", "request_id": question["request_id"], "allow": True}
        if self._restarts:
            self._served.kill_all()

        def answered(hub: HubClient) -> bool | None:
            if not self._info(hub)["questions"]:
                return True
            hub.tell({**answer, "session_id": self._id})
            return True

        self._repeat("the answer is stored", answered)

    def _interrupt(self) -> None:
        message = {"type": "interrupt", "uuid": "stop-it", "session_id": self._id}

        def interrupted(hub: HubClient) -> bool | None:
            hub.tell(message)
            return True

        self._repeat("the interrupt is stored", interrupted)

    def _end(self) -> None:
        """Wait until the agent has ended, take the session off the list, and wait until its files are gone."""
        self._repeat("the agent has ended", lambda hub: self._info(hub)["status"] == "complete" or None)
        self._until_text("got bye")

        def put_away(hub: HubClient) -> bool | None:
            if self._info(hub)["status"] != "archived":
                hub.ask("POST", f"/api/sessions/{self._id}/archive")
            return True

        self._repeat("it is off the list", put_away)
        files = self._lab.local.sessions_dir / ".headless" / self._id

        def gone(_: HubClient) -> bool | None:
            return not (files.exists() or self._rows("SELECT * FROM removals")) or None

        self._repeat("its files are gone", gone)
        self._served.stop()

    # ---- the truth

    def _notes(self, mark: str) -> list[str]:
        path = self._folder / "notes"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line[1:] for line in lines if line.startswith(mark)]

    def _compare(self) -> None:
        """Raise AssertionError unless store, client and agent agree, and nothing is left."""
        assert not (faults := self._served.faults()), f"hub or relay reports {faults}"
        got, printed = [json.loads(line) for line in self._notes("<")], self._notes(">")
        assert self._notes("!") == ["start"], "the agent was started otherwise than once"
        wanted = ["hello", "prompt", "prompt", "answer", "prompt", "prompt", "prompt", "interrupt", "prompt"]
        assert [one["do"] for one in got] == wanted, "other inputs than those that were sent"
        prompts = [one for one in got if one["do"] == "prompt"]
        assert [one["text"] for one in prompts] == list(PROMPTS), "prompts are lost, doubled or in another order"
        assert [one["uuid"] for one in prompts[1:]] == self._sent
        assert self._lines == printed, "the client got other lines than were printed"
        self._compare_store(printed)
        mark = f"NAVI_HEADLESS={self._id}".encode()
        until(lambda: not any(mark in one.environment for one in processes()), what="runner and agent have ended")
        assert not (Path(runtime_folder(self._served.environment)) / "hub.sock").exists(), "the socket is left"

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._served.state / "navi.db")) as database:
            return database.execute(query).fetchall()

    def _compare_store(self, printed: list[str]) -> None:
        rows = self._rows
        assert rows("PRAGMA integrity_check") == [("ok",)]
        stored = [body.decode() for (body,) in rows("SELECT body FROM messages ORDER BY idx")]
        assert stored == printed, "other lines are stored than were printed"
        size = sum(len(line) + 1 for line in printed)
        columns = "remote, status, reason, exit_code, generation, log_offset, last_index, ended_at > 0, end_asked, lost"
        expected = (1, "archived", "", 0, 1, size, len(printed) - 1, 1, None, 0)
        assert rows(f"SELECT {columns} FROM sessions") == [expected], "the session's row is wrong"
        assert rows("SELECT request_id, state FROM questions") == [("1.q1", "answered")]
        inputs = rows("SELECT kind, state FROM inputs ORDER BY seq")
        wanted = ["line", "user", "user", "answer", "user", "user", "user", "interrupt", "user"]
        assert [kind for kind, _ in inputs] == wanted, "other inputs are stored"
        assert all(state == "taken" for kind, state in inputs if kind in ("user", "interrupt")), f"{inputs}"
        assert all(state in ("handed", "taken") for _, state in inputs), f"{inputs}"
        audit = [what for (what,) in rows("SELECT what FROM audit ORDER BY rowid")]
        sent = "sent a message"
        noted = ["spawned", sent, "answered", sent, sent, sent, "interrupted", sent, "took it off the list"]
        assert audit == noted, f"the audit has {audit}"

    def facts(self) -> str:
        """Return what is known, for whoever looks for the reason."""
        path, found = self._served.state / "navi.db", []
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as database:
            for table in ("sessions", "messages", "inputs", "questions", "removals", "audit"):
                found += [f"{table}: {row}" for row in database.execute(f"SELECT * FROM {table}")]
        notes, errors = self._folder / "notes", self._folder / "errors"
        found += [f"{one.name}: {one.read_text()}" for one in (notes, errors) if one.exists()]
        return "\n".join([f"hub was started {self._served.starts} times", *found])


def await_nothing_left(lab: Lab) -> None:
    """Wait until all processes of the lab have ended, and no run or stream has a file. Raise AssertionError."""
    until(lambda: not lab.belongings(), timeout=120, what="no process is left", interval=0.5)
    runs = lab.local.sessions_dir / ".headless"
    left = [one.name for one in runs.iterdir() if one.name not in (".conversations", ".terminals")]
    assert not left, f"files are left: {left}"


def note_lines(lab: Lab, folder: Path, points: KillPoints, chance: random.Random) -> Sequence[Point]:
    """Return the points of both forms of the story: what hub and relay run undisturbed, and after being killed."""
    points.note()
    for restarts in (True, False):
        with Story(lab, folder / f"noted-{restarts}", points, restarts) as story:
            story.carry_out()
    return points.noted(chance)


def kill_at(lab: Lab, folder: Path, points: KillPoints, chosen: Sequence[Point]) -> Sequence[Point]:
    """Carry out a story in which hub and relay are killed at these points; return those to which they came. Raise
    AssertionError.
    """
    points.arm(chosen)
    with Story(lab, folder, points) as story:
        story.carry_out()
    of = {role: [one for one in chosen if one.role == role] for role in ROLES}
    return [one for role in ROLES for one in of[role][: points.killed(role)]]


class _Refused(Exception):
    """The hub did not do what was asked for."""


def _ask(hub: HubClient, path: str, **body: object) -> Mapping[str, Any]:
    try:
        return hub.ask("POST", path, **body)
    except (HubGone, NoHub):
        raise
    except OperationError as error:
        raise _Refused(str(error)) from error

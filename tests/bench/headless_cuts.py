"""headless-cuts: messages of an agent on a remote while everything between is cut and killed, and inputs sent twice.

ssh is cut, relay and hub are killed with SIGKILL, at random moments while the agent prints. Meanwhile each input is
sent and its answer is not read; then it is sent again with the same id. In the end every message must be there once and
in order, at a client that followed and in the store, and the agent must have got every input once.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import trio

from navi.ops import OperationError
from tests.bench.headless_agent import client, prepare, spawn, texts
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.support.machines import Lab, Machine
from tests.support.processes import send
from tests.support.serving import status
from tests.support.waiting import until

LENGTH = 120
"""Characters of a message."""

PATIENCE = 300.0
"""Seconds until what has not come is lost."""


async def measure(run: Run) -> list[Row]:
    """Return all rows."""
    async with run.turn:
        plan = Plan(run.pick(100_000, 8_000), run.pick(20, 5), run.pick(5, 2), run.pick(5, 2), run.pick(50, 15))
        return await trio.to_thread.run_sync(plan.carry_out, random.Random(run.seed))


class Plan:
    """How much is sent and cut."""

    def __init__(self, messages: int, cuts: int, relays: int, hubs: int, inputs: int) -> None:
        self.messages = messages
        self.inputs = inputs
        self._blows = ["cut"] * cuts + ["relay"] * relays + ["hub"] * hubs

    def carry_out(self, chance: random.Random) -> list[Row]:
        """Do all of it, and count what is lost, doubled or out of order."""
        with laboratory() as lab:
            machine = lab.machine("far")
            lab.remotes_yaml([machine])
            prepare(lab)
            with Hub(lab) as hub:
                with client(lab) as first:
                    id = str(spawn(first, "far", "hello")["id"])
                follower = Follower(lab, id, self.messages, self.inputs)
                chance.shuffle(self._blows)
                self._send_and_strike(lab, id, hub, machine, chance)
                follower.wait()
                again = Follower(lab, id, self.messages, self.inputs)
                again.wait()
                names = " ".join(f"{count} {name}" for name, count in sorted(Counter(self._blows).items()))
                what = f"headless cuts: {self.messages:,} messages, {names}"
                return [*follower.rows(f"{what}, followed"), *again.rows(f"{what}, stored")]

    def _send_and_strike(self, lab: Lab, id: str, hub: Hub, machine: Machine, chance: random.Random) -> None:
        """Let the agent print in bursts; between these, and while they come, strike and send inputs."""
        inputs = [f"input-{number}" for number in range(self.inputs)]
        parts = len(self._blows) + 1
        for number in range(parts):
            count = self.messages // parts + (self.messages % parts if number == 0 else 0)
            send_twice(lab, id, f"burst {count} {LENGTH}")
            for one in inputs[number * len(inputs) // parts : (number + 1) * len(inputs) // parts]:
                send_twice(lab, id, one)
            if number < len(self._blows):
                time.sleep(chance.uniform(0, 0.6))
                {"cut": machine.break_connections, "relay": hub.kill_relay, "hub": hub.kill}[self._blows[number]]()


def send_twice(lab: Lab, id: str, content: str) -> None:
    """Send a prompt and read no answer; then send it again, until the hub says that it has it."""
    message = {"type": "user_message", "uuid": str(uuid.uuid4()), "content": content, "session_id": id}
    with suppress(OperationError), client(lab) as lost:
        lost.send(message)

    def known() -> bool:
        with suppress(OperationError), client(lab) as hub:
            hub.send(message)
            found = hub.ask("GET", f"/api/sessions/{id}")["inputs"]
            return any(one["uuid"] == message["uuid"] for one in found)
        return False

    until(known, timeout=PATIENCE, what=f"{content} is stored", interval=0.1)


class Hub:
    """A hub that is started again when it was killed."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._start()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        words = [sys.executable, "-m", "navi", "daemon", "stop"]
        subprocess.run(words, env=self._lab.environment(), capture_output=True, check=False)

    def _start(self) -> None:
        words = [sys.executable, "-m", "navi", "serve"]
        nothing = subprocess.DEVNULL
        self._process = subprocess.Popen(words, env=self._lab.environment(), stdin=nothing, stdout=nothing)
        until(lambda: status(self._lab) == 0, timeout=120, what="the relay is connected")

    def kill(self) -> None:
        """Kill the hub, and start another one."""
        self._process.kill()
        self._process.wait()
        self._start()

    def kill_relay(self) -> None:
        """Kill the relay; the hub starts another one."""
        found = [one for one in self._lab.belongings() if "daemon start --foreground" in one.words]
        send(signal.SIGKILL, found)


class Follower:
    """A client that follows a session from its beginning, and connects again from where it was."""

    def __init__(self, lab: Lab, id: str, messages: int, inputs: int) -> None:
        self._lab = lab
        self._id = id
        self._wanted = messages
        self._inputs = inputs
        self._index = 0
        self._numbers: list[str] = []
        self._got: list[str] = []
        self._began = time.monotonic()
        self._took = 0.0
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        while not self._is_complete() and time.monotonic() - self._began < PATIENCE:
            with suppress(OperationError):
                self._follow_once()
            time.sleep(0.1)
        self._took = time.monotonic() - self._began

    def _follow_once(self) -> None:
        with client(self._lab) as hub:
            hub.send({"type": "subscribe", "session_id": self._id, "from_index": self._index})
            for message in hub.messages(20):
                if message["type"] != "message":
                    continue
                if message["index"] != self._index:
                    raise OperationError(f"message {message['index']} came in place of {self._index}")
                self._index += len(message["messages"])
                for text in texts(message["messages"]):
                    (self._got if text.startswith("got ") else self._numbers).append(text)
                if self._is_complete():
                    return

    def _is_complete(self) -> bool:
        return len(self._numbers) >= self._wanted and len(self._got) >= self._inputs + 1

    def wait(self) -> None:
        """Wait until everything has come, or is lost."""
        self._thread.join()

    def rows(self, what: str) -> Iterator[Row]:
        """Yield what was lost, doubled or out of order."""
        inputs = Counter(text.removeprefix("got ") for text in self._got if text.startswith("got input-"))
        lost = self._wanted - len(set(self._numbers)) + self._inputs - len(inputs)
        doubled = len(self._numbers) - len(set(self._numbers)) + sum(inputs.values()) - len(inputs)
        yield Row(f"{what}: lost", "messages", [lost], limits={"max": 0})
        yield Row(f"{what}: doubled", "messages", [doubled], limits={"max": 0})
        yield Row(f"{what}: out of order", "messages", [disordered(self._numbers)], limits={"max": 0})
        yield Row(f"{what}: took", "s", [self._took])


def disordered(texts: list[str]) -> int:
    """Return how many messages of bursts do not follow the one before: each burst counts from 0, and has its times."""
    found, before = 0, -1
    stamps = [float(text.split()[1]) for text in texts]
    for text in texts:
        number = int(text.split()[0])
        found += number not in (0, before + 1)
        before = number
    return found + sum(late < early for early, late in pairwise(stamps))

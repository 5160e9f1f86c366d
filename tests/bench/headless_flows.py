"""headless-flows: how soon an answer is at the agent, how many messages a second come, what idle sessions cost.

Also what the list of sessions costs where no hub runs. Everything is real: hub, relay, sshd, tmux and clients.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import trio

from navi.headless.client import HubClient
from tests.bench.headless_agent import client, fast_agents, spawn
from tests.bench.idle import everything_here, started_by, used
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.support.machines import Lab
from tests.support.serving import process_of_relay, serving

IDLE_SESSIONS = 20

LENGTH = 200
"""Characters of a message of the rate."""

QUIET = 15.0
"""Seconds until idle sessions are idle."""

NO_HUB = """
import os, sys, time
from types import SimpleNamespace
from navi.cli.verbs import ls
from navi.cli.output import ls_output
from navi.cli.context import Context
from navi.cli.output.output import standard_output
context = Context(os.environ, standard_output())
before, began = set(sys.modules), time.perf_counter()
assert not ls._headless(SimpleNamespace(status=None), context, ["local"])
print((time.perf_counter() - began) * 1000, len(set(sys.modules) - before))
"""
"""Prints the milliseconds that `navi ls` takes for sessions without a terminal, and the modules that it imports."""


async def measure(run: Run) -> list[Row]:
    """Return all rows."""
    async with run.turn:
        rows = await trio.to_thread.run_sync(_answers, run.pick(100, 20))
        rows += await trio.to_thread.run_sync(_rate, run.pick(50_000, 10_000))
        rows += await trio.to_thread.run_sync(_without_hub, run.pick(20, 7))
        return [*rows, *await _idle(run.pick(60, 24))]


# ---- answers and interrupts


def _answers(count: int) -> list[Row]:
    """Measure the time from a client's message until the agent has it, and stamps it."""
    with laboratory() as lab, fast_agents(lab), client(lab) as hub:
        info = spawn(hub, "local", "hello")
        hub.follow({**info, "last_index": -1})
        hub.wait(_is_text("got hello"), 60)
        answers = [_answer(hub, str(info["id"])) for _ in range(count)]
        interrupts = [_interrupt(hub, str(info["id"])) for _ in range(count)]
        return [
            Row("headless flows: an answer at the agent, here", "ms", answers, limits={"median": 30}),
            Row("headless flows: an interrupt at the agent, here", "ms", interrupts, limits={"median": 30}),
        ]


def _answer(hub: HubClient, id: str) -> float:
    hub.send({"type": "user_message", "content": "ask", "session_id": id})
    asked = hub.wait(lambda one: one["type"] == "control_request", 60)
    began = time.time()
    hub.send({"type": "control_response", "request_id": asked["request_id"], "allow": True, "session_id": id})
    return (_stamp(hub, '"answered"') - began) * 1000


def _interrupt(hub: HubClient, id: str) -> float:
    began = time.time()
    hub.send({"type": "interrupt", "session_id": id})
    return (_stamp(hub, '"replied"') - began) * 1000


def _stamp(hub: HubClient, mark: str) -> float:
    """Return the time in the first line of the agent that has a mark."""
    for message in hub.messages(60):
        for line in message["messages"] if message["type"] == "message" else ():
            if mark in line:
                return float(line.rpartition('"text": "')[2].partition('"')[0])
    raise RuntimeError(f"the agent said nothing of {mark}")


def _is_text(text: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda one: one["type"] == "message" and any(text in line for line in one["messages"])


# ---- the rate


def _rate(count: int) -> list[Row]:
    """Measure how long a thousand messages take through everything, by the first and the last one at a client."""
    with laboratory() as lab, fast_agents(lab):
        lab.remotes_yaml([lab.machine("near")])
        return [_rate_of(lab, count, "local", "here")]


def _rate_of(lab: Lab, count: int, host: str, where: str) -> Row:
    with client(lab) as hub:
        info = spawn(hub, host, "hello")
        hub.follow({**info, "last_index": -1})
        hub.wait(_is_text("got hello"), 60)
        hub.send({"type": "user_message", "content": f"burst {count} {LENGTH}", "session_id": info["id"]})
        began, seen = 0.0, 0
        for message in hub.messages(300):
            if message["type"] == "message":
                began = began or time.monotonic()
                seen += len(message["messages"])
            if seen >= count:
                break
        took = time.monotonic() - began
    return Row(f"headless flows: 1,000 messages to a client, {where}", "ms", [took / seen * 1e6], limits={"max": 200})


# ---- without a hub


def _without_hub(count: int) -> list[Row]:
    """Measure what the list of headless sessions adds to `navi ls` where no hub runs."""
    with laboratory() as lab:
        words = [sys.executable, "-c", NO_HUB]
        done = [subprocess.run(words, env=lab.environment(), capture_output=True, check=True) for _ in range(count)]
    found = [one.stdout.split() for one in done]
    return [
        Row("headless flows: what ls pays for no hub", "ms", [float(one[0]) for one in found], limits={"median": 3}),
        Row("headless flows: the same, modules imported", "modules", [int(one[1]) for one in found]),
    ]


# ---- idle


async def _idle(seconds: float) -> list[Row]:
    """Measure 20 idle sessions on 3 hosts: hub, relay and ssh here, and the programs that they start."""
    with laboratory() as lab:
        lab.remotes_yaml([lab.machine(name) for name in ("atlas", "boreas")])
        with serving(lab) as hub:
            await trio.to_thread.run_sync(_spawn_idle_ones, lab)
            await trio.sleep(QUIET)
            relay = process_of_relay(lab)
            traced, log = (hub.pid, relay), lab.folder / "started"
            async with started_by(relay, log) as started:
                (share,) = await used(seconds, lambda: [*everything_here(lab, traced[0]), *everything_here(lab, relay)])
            return [
                Row("headless flows: 20 idle sessions, hub and relay", "% of a core", [share], limits={"max": 1}),
                Row("headless flows: the same, programs started", "programs", [started()], limits={"max": 0}),
            ]


def _spawn_idle_ones(lab: Lab) -> None:
    hosts: Mapping[int, str] = {0: "local", 1: "atlas", 2: "boreas"}
    with client(lab) as hub:
        for number in range(IDLE_SESSIONS):
            if number == IDLE_SESSIONS // 2:
                time.sleep(61)  # the limit of a minute
            spawn(hub, hosts[number % 3], "say hello")

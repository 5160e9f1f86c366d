"""Sends: eight writers send texts to real agents and to a program as fast as they can.

Each must arrive once, and those of one writer in their order.

What an agent got is in the conversation that it sends to its model, what the shell got in a file. Then one text after
the other is sent to a resting agent on a remote: how long until `send` knows what became of it? The floor are two
round trips and the agent's own time, from a key until the screen shows it and from Enter until the prompt is shown.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from navi.core.address import Named
from navi.ops import Operation
from navi.ops.pane.send import TextState, send
from tests.agents.agent import Agent
from tests.agents.cases import Setup, Watched, watched_agent
from tests.agents.claude import Claude
from tests.agents.codex import Codex
from tests.agents.gemini import Gemini
from tests.bench.laboratory import ROOT, Run, require
from tests.bench.report import Row
from tests.support.hosts import host, opened, say
from tests.support.machines import Keys, Lab, Machine
from tests.support.waiting import until

SENDS, QUICK = 1000, 32

WRITERS = 8

TIMED, TIMED_QUICK = 30, 5

TEXT = "say: writer-{}-{}."

Race = Callable[[Keys, int], tuple[Counter[str], Counter[int]]]

SHOWN = re.compile(r"say: writer-(\d+)-(\d+)\.")


async def measure(run: Run) -> list[Row]:
    """Return what was lost, doubled or out of order, and how soon a send was confirmed."""
    require("claude", "codex", "gemini")
    number = run.pick(SENDS, QUICK) // WRITERS // 4
    rows, statuses, faults = [], Counter[int](), Counter[str]()
    async with run.turn:
        with TemporaryDirectory() as folder:
            keys = Keys.make(Path(folder))
            races: list[Race] = [shell_race, *(partial(agent_race, kind) for kind in (Claude, Codex, Gemini))]
            for race in races:
                found, done = await trio.to_thread.run_sync(race, keys, number)
                faults += found
                statuses += done
            rows = await timed(keys, run.pick(TIMED, TIMED_QUICK))
    total = f"of {4 * WRITERS * number}"
    kinds = ("lost", "doubled", "out of order")
    wrong = [Row(f"sends: {kind}", total, [faults[kind]], limits={"max": 0}) for kind in kinds]
    return [*wrong, Row("sends: not confirmed", total, [sum(statuses.values()) - statuses[0]]), *rows]


def shell_race(keys: Keys, number: int) -> tuple[Counter[str], Counter[int]]:
    """Let the writers send to a shell's program; return what went wrong, and the exit statuses."""
    with TemporaryDirectory(prefix="navi-", dir="/tmp") as folder, Lab(Path(folder), keys) as lab:
        lab.local.new_session("agent", "exec cat >got")
        statuses = write(lab, "agent", number)
        got = (lab.local.home / "got").read_text()
        return wrong(SHOWN.findall(got), number), statuses


def agent_race(kind: type[Agent], keys: Keys, number: int) -> tuple[Counter[str], Counter[int]]:
    """Let the writers send to an agent; return what went wrong, and the exit statuses."""
    with watched_agent(kind, Setup(False, False), keys) as watched:
        statuses = write(watched.lab, "agent", number)
        watched.agent.until("idle")
        return wrong(SHOWN.findall(conversation(watched)), number), statuses


def conversation(watched: Watched) -> str:
    """Return all prompts of the conversation: each request to the model has all that came before."""
    prompts = ["\n".join(turn.text for turn in one.turns if turn.speaker == "user") for one in watched.service.requests]
    return max(prompts, key=lambda text: len(SHOWN.findall(text)), default="")


def write(lab: Lab, address: str, number: int) -> Counter[int]:
    """Let the writers send at once, each text after the other; return the exit statuses."""

    def writer(who: int) -> list[int]:
        return [one(lab, address, TEXT.format(who, count)) for count in range(number)]

    with ThreadPoolExecutor(WRITERS) as pool:
        return Counter(status for found in pool.map(writer, range(WRITERS)) for status in found)


def one(lab: Lab, address: str, text: str) -> int:
    """Send one text by the command line; return the exit status. Print words that are not expected."""
    command = [sys.executable, "-m", "navi", "send", address, text]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=lab.environment(), cwd=ROOT, check=False
    )
    if done.returncode:
        print(f"send: exit status {done.returncode}: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode


def wrong(found: Sequence[tuple[str, str]], number: int) -> Counter[str]:
    """Count what is missing, came twice, or came before an earlier one of its writer."""
    times = Counter(found)
    orders: dict[str, list[int]] = defaultdict(list)
    for who, count in dict.fromkeys(found):
        orders[who].append(int(count))
    return Counter({
        "lost": WRITERS * number - len(times),
        "doubled": sum(times.values()) - len(times),
        "out of order": sum(order != sorted(order) for order in orders.values()),
    })  # fmt: skip


async def timed(keys: Keys, number: int) -> list[Row]:
    """Return how soon texts to a resting Claude Code on a remote were confirmed, beside the floor."""
    with watched_agent(Claude, Setup(True, False), keys) as watched:
        machine = watched.agent.account
        assert isinstance(machine, Machine)
        async with opened(host(watched.lab, machine)) as far:
            trips = [await milliseconds(far.run, say()) for _ in range(number)]
            own = [await trio.to_thread.run_sync(echo, watched.agent, count) for count in range(number)]
            samples = []
            for count in range(number):
                await trio.to_thread.run_sync(watched.agent.until, "idle")
                began = time.monotonic()
                sent = await far.run(send(Named("agent"), f"say: timed {count}"))
                samples.append((time.monotonic() - began) * 1000)
                assert sent.became is TextState.SUBMITTED, sent
    floor = [2 * trip + echoed for trip, echoed in zip(trips, own, strict=False)]
    return [Row("sends: confirmed", "ms", samples, floor)]


async def milliseconds(run: Callable[[Operation[str]], Awaitable[str]], operation: Operation[str]) -> float:
    """Run an operation; return how long that took."""
    began = time.monotonic()
    await run(operation)
    return (time.monotonic() - began) * 1000


def echo(agent: Agent, count: int) -> float:
    """Return the milliseconds that the agent itself takes for a text and for Enter."""
    agent.until("idle")
    began = time.monotonic()
    agent.types(f"say: own {count}")
    until(lambda: f"own {count}" in agent.screen(), interval=0.01, what="the box shows it")
    typed = time.monotonic() - began
    time.sleep(agent.paste)
    began = time.monotonic()
    agent.keys("Enter")
    until(lambda: re.search(f"^❯ say: own {count}$", agent.screen(), re.M), interval=0.01, what="it is a prompt")
    return (typed + time.monotonic() - began) * 1000

"""headless-page: the page of an agent without a terminal: a line until it is on the screen, and keys meanwhile.

The agent has printed 10,000 messages. A key opens the help, which is another page: what follows it is its own.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from functools import partial

import trio

from navi.fleet import Fleet
from navi.headless.messages import read, to_line
from navi.tui.headless.page import TranscriptPage
from navi.tui.headless.transcript import MAX_MESSAGES, ShownTranscript
from navi.tui.keys.keymap import Keymap
from navi.tui.keys.table import KEYS
from navi.tui.pages.folded import Block
from navi.tui.pages.page import Services
from navi.tui.pages.stream import StreamView
from navi.tui.style.theme import UNICODE
from tests.bench.display import Screen
from tests.bench.idle import alone, used
from tests.bench.laboratory import Run, laboratory, navi
from tests.bench.report import Row
from tests.support.machines import Lab
from tests.support.puppet import Puppet, puppet, spawn
from tests.support.serving import serving
from tests.support.verbs import navi as verb
from tests.support.waiting import until

MESSAGES = 10_000

FLOOD, EVERY = 100, 0.05
"""Messages that are printed at once, and the seconds until the next ones."""

LONG = 8_000_000
"""Bytes of a long line."""


async def measure(run: Run) -> list[Row]:
    """Return the rows."""
    async with run.turn:
        with laboratory() as lab, serving(lab), puppet(lab.local) as agent:
            prepare(lab, agent)
            async with navi(lab) as dashboard:
                return await rows(run, agent, dashboard)


def prepare(lab: Lab, agent: Puppet) -> None:
    """Have an agent that has printed all messages."""
    address = spawn(lab, "local", "go", "claude-code", str(lab.local.home), "api")
    agent.print(*(agent.text(f"message {number} " + "word " * 20) for number in range(MESSAGES)))
    last = f"message {MESSAGES - 1} "
    until(lambda: last in verb(lab, "capture", "--lines", "5", address).stdout, 120, "everything is stored", 1)


async def rows(run: Run, agent: Puppet, dashboard: Screen) -> list[Row]:
    """Measure on the page."""
    shown = dashboard.expect("claude-code")
    await trio.sleep(3)
    await dashboard.press("w")
    await shown.time()
    await trio.sleep(2)
    lines = [await line(agent, dashboard) for _ in range(run.pick(100, 20))]
    quiet = await keys(dashboard, run.pick(60, 15))
    async with beside(partial(flood, agent)):
        flooded = await keys(dashboard, run.pick(60, 15))
        (share,) = await used(run.pick(10, 4), lambda: alone(dashboard.pid))
    await trio.sleep(2)
    async with beside(partial(long_lines, agent)):
        long = await keys(dashboard, run.pick(60, 15))
    limits = {"median": 50, "p95": 100}
    cost = await trio.to_thread.run_sync(paint, run.pick(100, 25))
    return [
        Row("headless page: processor time of 100 messages, until they are painted", "ms", cost, limits={"median": 10}),
        Row("headless page: a line until it is on the screen", "ms", lines, limits=limits),
        Row("headless page: a key on 10,000 messages", "ms", quiet, limits=limits),
        Row("headless page: a key beside 2,000 messages a second", "ms", flooded, limits=limits),
        Row("headless page: navi beside them", "% of a core", [share]),
        Row("headless page: a key beside lines of 8 MB", "ms", long, limits=limits),
    ]


class Fed(TranscriptPage):
    """The page of a transcript that this process feeds."""

    def __init__(self, transcript: ShownTranscript) -> None:
        super().__init__(Services(Fleet([], ()), UNICODE, Keymap(KEYS), (), lambda: None), None)
        self.transcript = transcript

    @property
    def version(self) -> object:
        return self.transcript.version

    def blocks(self) -> Iterable[Block]:
        return self.transcript.blocks(False, "e")


def paint(times: int) -> list[float]:
    """Return the milliseconds of processor time of 100 messages behind 2,000, from the hub's frame to the screen."""
    transcript = ShownTranscript("claude-code")
    text = json.dumps(Puppet.text("flood " + "word " * 80))
    frame = to_line({"type": "message", "session_id": "s", "index": 0, "messages": [text] * FLOOD})
    view, found = StreamView(UNICODE, Fed(transcript), "Esc"), []
    for number in range(times + MAX_MESSAGES // FLOOD):
        began = time.thread_time()
        transcript.append(number * FLOOD, read(frame, ("hub to client",))["messages"])
        view.put(())
        view.render((120, 40))
        found.append((time.thread_time() - began) * 1000)
    return found[MAX_MESSAGES // FLOOD :]


async def line(agent: Puppet, dashboard: Screen) -> float:
    """Return the milliseconds from a line that the agent prints until the screen has it."""
    await trio.sleep(0.3)
    text = "bench-" + secrets.token_hex(4)
    shown = dashboard.expect(text)
    begin = trio.current_time()
    agent.print(agent.text(text))
    return (await shown.time() - begin) * 1000


async def keys(dashboard: Screen, times: int) -> list[float]:
    """Open the help again and again; return the milliseconds until each time it is there."""
    found = []
    for _ in range(times):
        shown = dashboard.expect("Keys · ")
        begin = trio.current_time()
        await dashboard.press("?")
        found.append((await shown.time() - begin) * 1000)
        await dashboard.press("?")
        await trio.sleep(0.3)
    return found


@asynccontextmanager
async def beside(task: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Do something meanwhile."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(task)
        await trio.sleep(1)
        yield
        nursery.cancel_scope.cancel()


async def flood(agent: Puppet) -> None:
    """Print without end."""
    while True:
        agent.print(*(agent.text("flood " + "word " * 80) for _ in range(FLOOD)))
        await trio.sleep(EVERY)


async def long_lines(agent: Puppet) -> None:
    """Print a long line each two seconds."""
    while True:
        agent.print(agent.result("y" * LONG), agent.text("behind it"))
        await trio.sleep(2)

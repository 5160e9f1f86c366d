"""Sends: real prompts race with the dialogs of a real agent, and none may be typed into a dialog.

Each prompt lets the agent ask whether it may make a file. Two writers send them as fast as they can, while a person
refuses each dialog, sooner or later, with Esc. So dialogs open, change and close all the time, and a file exists only
if a prompt's Enter went to a dialog: nobody else ever allows anything.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from tests.agents.agent import Agent
from tests.agents.cases import SETUPS, Setup, Watched, watched_agent
from tests.agents.claude import Claude
from tests.bench.laboratory import ROOT, Run, alone, require
from tests.bench.report import Row
from tests.support.machines import Keys
from tests.support.waiting import until

SENDS, QUICK = 1000, 60

WRITERS = 2

HESITATES = 0.8
"""Seconds at most after which the person refuses a dialog."""

REFUSED = 1
"""The exit status of a send that was refused because of what is open."""


@alone
async def measure(run: Run) -> list[Row]:
    """Return the prompts that were typed into a dialog, here and on a remote, both without hooks.

    Raise FileNotFoundError if there is no Claude Code.
    """
    require("claude")
    number = run.pick(SENDS, QUICK) // 2
    setups = [setup for setup in SETUPS if not setup.hooks]
    with TemporaryDirectory() as folder:
        keys = Keys.make(Path(folder))
        races = [await trio.to_thread.run_sync(partial(race, setup, keys, number, run.seed)) for setup in setups]
    typed, statuses = sum(one for one, _ in races), sum((one for _, one in races), Counter[int]())
    total = 2 * number
    return [
        Row("agent sends: sends typed into a dialog", f"of {total}", [typed], limits={"max": 0}),
        Row("agent sends: sends refused, a dialog was open", f"of {total}", [statuses[REFUSED]]),
        Row("agent sends: sends typed", f"of {total}", [statuses[0]]),
    ]


def race(setup: Setup, keys: Keys, number: int, seed: int) -> tuple[int, Counter[int]]:
    """Send prompts to an agent; return how many were typed into a dialog, and how often each exit status came."""
    with watched_agent(Claude, setup, keys) as watched:
        address = f"atlas/{watched.agent.session}" if setup.remote else watched.agent.session
        with refusing(watched.agent, random.Random(seed)), ThreadPoolExecutor(WRITERS) as pool:
            statuses = Counter(pool.map(partial(send, watched, address), range(number)))
        typed = len(list(watched.agent.work.glob("race-*")))
        allow_one(watched)
    return typed, statuses


def send(watched: Watched, address: str, number: int) -> int:
    """Send one prompt by the command line; return the exit status. Print words that are not the usual ones."""
    command = [sys.executable, "-m", "navi", "send", address, f"bash: touch race-{number}"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=watched.lab.environment(), cwd=ROOT, check=False
    )
    if done.returncode not in (0, REFUSED):
        print(f"send: exit status {done.returncode}: {done.stderr.strip()}", file=sys.stderr)
    return done.returncode


@contextmanager
def refusing(agent: Agent, chance: random.Random) -> Iterator[None]:
    """Refuse every dialog of an agent meanwhile, after a moment that differs."""
    ended = threading.Event()

    def person() -> None:
        while not ended.is_set():
            if agent.truth() == "permission":
                time.sleep(chance.uniform(0, HESITATES))
                agent.keys("Escape")
            time.sleep(0.05)

    thread = threading.Thread(target=person, name="the person")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def allow_one(watched: Watched) -> None:
    """Check that Enter in a dialog does make a file, or the race could not have failed."""
    agent = watched.agent
    agent.ready()
    agent.enter("bash: touch allowed")
    agent.until("permission")
    agent.keys("Enter")
    until((agent.work / "allowed").exists, timeout=30, what="the allowed command has made its file")

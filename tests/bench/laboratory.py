"""What the figures share: labs, navi on a terminal in them, and changes that somebody has to notice."""

from __future__ import annotations

import json
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path

import trio

from tests.agents.versions import program
from tests.bench.display import Display, Screen, screen
from tests.bench.report import Row
from tests.support.machines import Account, Lab

ROOT = Path(__file__).parent.parent.parent

SETTLING = 75.0
"""Seconds after which everything is quiet: a watch slows down 30 seconds after the last change."""

Write = Callable[[str], object]
"""Makes a session's message this one."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the bench. All figures are under way together, but whatever measures, or loads the machine, does so
    while it holds `turn`: figures wait side by side and measure one after the other. `seed` decides chaos's plan, and
    `only` which of its lifecycles run, None for all.
    """

    quick: bool
    seed: int = 0
    only: range | None = None
    turn: trio.Lock = field(default_factory=trio.Lock)

    def pick(self, full: int, quick: int) -> int:
        """Return how often, or how long."""
        return quick if self.quick else full


def alone(measure: Callable[[Run], Awaitable[list[Row]]]) -> Callable[[Run], Awaitable[list[Row]]]:
    """Return what measures while no other figure does."""

    @wraps(measure)
    async def measured(run: Run) -> list[Row]:
        async with run.turn:
            return await measure(run)

    return measured


def require(*names: str) -> None:
    """Raise FileNotFoundError if one of these agents is not installed."""
    if missing := [name for name in names if not program(name).exists()]:
        raise FileNotFoundError(f"{', '.join(missing)}: not installed; run contrib/agents install")


@contextmanager
def laboratory() -> Iterator[Lab]:
    """Have a lab; all that was started in it has ended afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="navi-", dir="/tmp"))
    try:
        with Lab(folder) as lab:
            yield lab
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def python(lab: Lab, *words: str) -> AbstractAsyncContextManager[Screen]:
    """Run the Python that navi is installed for on a terminal of this lab's own machine."""
    return screen([sys.executable, *words], lab.environment(), str(ROOT))


def navi(lab: Lab) -> AbstractAsyncContextManager[Screen]:
    """Run the dashboard on a terminal of this lab's own machine."""
    return python(lab, "-m", "navi")


def replacing(account: Account, session: str) -> Write:
    """Write as hooks should: a new file, renamed. The writer knows nothing of navi."""
    return lambda message: account.write_status(session, message=message)


def in_place(account: Account, session: str) -> Write:
    """Write as hooks should not: into the file that is there."""

    def write(message: str) -> None:
        document = {"tmux_session": session, "status": "working", "message": message, "timestamp": int(time.time())}
        (account.sessions_dir / f"{session}.json").write_text(json.dumps(document))

    return write


async def noticed(write: Write, *displays: Display) -> list[float]:
    """Write a message never seen before; return the milliseconds until each display showed it."""
    message = "bench-" + secrets.token_hex(4)
    expected = [display.expect(message) for display in displays]
    begin = trio.current_time()
    write(message)
    return [(await one.time() - begin) * 1000 for one in expected]


async def noticed_often(write: Write, displays: Sequence[Display], times: int, every: float) -> list[list[float]]:
    """Change a message again and again, about every so many seconds; return each display's milliseconds."""
    found = []
    for _ in range(times):
        await trio.sleep(every * random.uniform(0.7, 1.3))
        found.append(await noticed(write, *displays))
    return [list(column) for column in zip(*found, strict=True)]

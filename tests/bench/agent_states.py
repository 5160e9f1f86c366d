"""States: how often navi's word about a real agent is right, here and on a remote, with its hooks and without them.

Every row of the tables in tests/agents is run in each setup where it holds. A state that an agent did not reach is
counted apart: it says nothing about navi.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import trio

from tests.agents import (
    test_aider,
    test_claude,
    test_cline,
    test_codex,
    test_copilot,
    test_gemini,
    test_kimi,
    test_opencode,
    test_pi,
    test_qwen,
    test_vibe,
)
from tests.agents.agent import Agent
from tests.agents.aider import Aider
from tests.agents.cases import SETUPS, Case, Setup, Watched, WrongWord, compare, watched_agent
from tests.agents.claude import Claude
from tests.agents.cline import Cline
from tests.agents.codex import Codex
from tests.agents.copilot import Copilot
from tests.agents.gemini import Gemini
from tests.agents.kimi import Kimi
from tests.agents.opencode import OpenCode
from tests.agents.pi import Pi
from tests.agents.qwen import Qwen
from tests.agents.versions import program
from tests.agents.vibe import Vibe
from tests.bench.laboratory import Run, alone, require
from tests.bench.report import Row
from tests.support.machines import Keys

TABLES: Mapping[type[Agent], Sequence[Case]] = {
    Claude: test_claude.CASES,
    Codex: test_codex.CASES,
    Gemini: test_gemini.CASES,
    OpenCode: test_opencode.CASES,
    Qwen: test_qwen.CASES,
    Copilot: test_copilot.CASES,
    Aider: test_aider.CASES,
    Vibe: test_vibe.CASES,
    Pi: test_pi.CASES,
    Kimi: test_kimi.CASES,
    Cline: test_cline.CASES,
}

WITHOUT_HOOKS = (Codex, OpenCode, Aider, Vibe, Pi, Kimi, Cline)
"""Agents that run without hooks only: navi has none for them, or, as OpenCode's, these need the network at first."""

WRONG: Mapping[type[Agent], float] = {Claude: 0.02}
"""The share of states in which navi may be wrong about an agent, where it is not 0.05."""

NEEDED = frozenset({"permission", "question", "plan", "trust", "menu"})
"""Truths that call a person."""

AT_ONCE = 2
"""Agents that run at the same time. Each is busy with one core."""

Results = Counter[tuple[str, bool]]
"""How often a result came, by its name and by whether a person was needed."""


@alone
async def measure(run: Run) -> list[Row]:
    """Return the wrong words about each agent that is installed. A quick run has Claude Code only, in the first and the
    last setup. Raise FileNotFoundError if there is no Claude Code.
    """
    require("claude")
    kinds = [Claude] if run.quick else [kind for kind in TABLES if program(kind.name).exists()]
    with TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        keys = Keys.make(Path(folder))
        under_way = {kind: [pool.submit(results, kind, setup, keys) for setup in setups(run, kind)] for kind in kinds}
        found = {kind: await trio.to_thread.run_sync(_sum, one) for kind, one in under_way.items()}
    return [row for kind, total in found.items() for row in rows(kind, total)]


def setups(run: Run, kind: type[Agent]) -> Sequence[Setup]:
    """Return where an agent runs."""
    if run.quick:
        return [SETUPS[0], SETUPS[-1]]
    return [setup for setup in SETUPS if not (setup.hooks and kind in WITHOUT_HOOKS)]


def _sum(under_way: Sequence[Future[Results]]) -> Results:
    return sum((one.result() for one in under_way), Results())


def results(kind: type[Agent], setup: Setup, keys: Keys) -> Results:
    """Run the table of an agent in one setup, and return how often each result came."""
    found = Results()
    with watched_agent(kind, setup, keys) as watched:
        for case in TABLES[kind]:
            found[result(watched, case), case.truth in NEEDED] += 1
    return found


def result(watched: Watched, case: Case) -> str:
    """Bring an agent into a state, and return whether navi's word was right, wrong, or could not be compared."""
    name = f"{watched.agent.name} {case.way.__name__}"
    try:
        compare(watched, case)
    except WrongWord as error:
        print(f"{name}: {error}", file=sys.stderr)
        return "wrong"
    except AssertionError as error:
        print(f"{name}: not reached: {error}", file=sys.stderr)
        return "not reached"
    return "right"


def rows(kind: type[Agent], total: Results) -> Iterator[Row]:
    """Yield the rows of one agent."""
    both = Counter({name: total[name, False] + total[name, True] for name, _ in total})
    number, asking = both["right"] + both["wrong"], total["right", True] + total["wrong", True]
    allowed = int(WRONG.get(kind, 0.05) * number)
    figure = f"agent states: {kind.name}"
    yield Row(f"{figure}, wrong", f"of {number}", [both["wrong"]], limits={"max": allowed})
    yield Row(f"{figure}, wrong while it asks", f"of {asking}", [total["wrong", True]], limits={"max": 0})
    yield Row(f"{figure}, not reached", "states", [both["not reached"]])

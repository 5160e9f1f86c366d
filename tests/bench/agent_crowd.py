"""Crowd: what the watch of a remote costs there beside 20 real agents, at rest and at work."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import trio

from tests.agents.claude import Claude
from tests.agents.service import Service
from tests.bench.idle import used, watch_of
from tests.bench.laboratory import SETTLING, Run, alone, laboratory, navi, require
from tests.bench.report import Row
from tests.support.machines import Machine

AGENTS, QUICK = 20, 6

AT_WORK = 2
"""Agents that write a text while the others rest."""


@alone
async def measure(run: Run) -> list[Row]:
    """Return the share of a core that the watch takes: all agents at rest, and some at work.

    Raise FileNotFoundError if there is no Claude Code.
    """
    require("claude")
    with laboratory() as lab, Service() as service, ExitStack() as stack:
        far = lab.machine("far")
        lab.remotes_yaml([far])
        agents = [Claude(far, service.url, f"agent-{number:02}") for number in range(run.pick(AGENTS, QUICK))]
        for agent in agents:
            stack.enter_context(agent)
            await trio.to_thread.run_sync(agent.start)
        async with navi(lab):
            await trio.sleep(SETTLING)
            seconds = run.pick(60, 20)
            (quiet,) = await used(seconds, lambda: watch_of(far))
            busy = await _at_work(far, agents[:AT_WORK], seconds)
    many = f"beside {len(agents)} agents"
    return [
        Row(f"agent crowd: a remote watch {many}, quiet", "% of a core", [quiet], limits={"max": 0.3}),
        Row(f"agent crowd: the same, {AT_WORK} at work", "% of a core", [busy], limits={"max": 1}),
    ]


async def _at_work(far: Machine, agents: Sequence[Claude], seconds: float) -> float:
    """Return what the watch takes while agents write."""
    for agent in agents:
        word = secrets.token_hex(2)
        await trio.to_thread.run_sync(partial(agent.enter, f"slow: {seconds + 30:.0f} {word}-"))
        await trio.to_thread.run_sync(partial(agent.shows, f"{word}-3 "))
    (busy,) = await used(seconds, lambda: watch_of(far))
    return busy

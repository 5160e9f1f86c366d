"""agents: whether navi is right about real agents, how soon, and what that costs. contrib/agents installs them."""

from __future__ import annotations

from tests.agents.versions import program
from tests.bench import agent_crowd, agent_news, agent_sends, agent_states
from tests.bench.laboratory import Run
from tests.bench.report import Row


async def measure(run: Run) -> list[Row]:
    """Return all figures about agents. Raise FileNotFoundError if they are not installed."""
    if not program("claude").exists():
        raise FileNotFoundError("the agents are not installed: run contrib/agents install")
    rows: list[Row] = []
    async with run.turn:
        for part in (agent_news, agent_crowd, agent_sends, agent_states):
            rows += await part.measure(run)
    return rows

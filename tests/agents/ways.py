"""How agents get into their states: what a user does, and the wait until the oracle knows that it has happened."""

from __future__ import annotations

import signal
import time

from tests.agents.agent import Agent
from tests.support.processes import send

TAKES_KEYS = 0.4
"""Seconds after which a new dialog takes keys. Claude Code 2.1.332 ignores those that come within 0.2 s."""


def streams(agent: Agent) -> None:
    """Let a text come."""
    word = agent.fresh()
    agent.enter(f"slow: 30 {word}-")
    agent.shows(f"{word}-3 ")


def has_answered(agent: Agent) -> None:
    """Let it answer."""
    word = agent.fresh()
    agent.enter(f"say: {word}")
    agent.shows(f"(?<!say: ){word}")
    agent.until("idle")


def is_interrupted(agent: Agent) -> None:
    """Press Esc while a text comes."""
    streams(agent)
    agent.refuses()
    agent.until("idle")


def waits_for_its_service(agent: Agent) -> None:
    """Let the service be silent."""
    agent.enter("stall: 30")
    agent.until("working")


def asks_for_permission(agent: Agent) -> None:
    """Let it ask whether a command may run."""
    agent.enter(f"bash: {agent.command}")
    agent.until("permission")


def runs_an_allowed_tool(agent: Agent) -> None:
    """Allow the command that it asks for."""
    asks_for_permission(agent)
    time.sleep(TAKES_KEYS)
    agent.keys(agent.allow)
    agent.until("working")


def is_refused(agent: Agent) -> None:
    """Refuse the command that it asks for."""
    asks_for_permission(agent)
    agent.refuses()
    agent.until("idle")


def asks_to_write(agent: Agent) -> None:
    """Let it ask whether it may write a file."""
    agent.enter(f"write: {agent.work}/new")
    agent.until("permission")


def asks_a_question(agent: Agent) -> None:
    """Let it ask a question with two answers."""
    agent.enter("ask: Which colour")
    agent.until("question")


def asks_which_ones(agent: Agent) -> None:
    """Let it ask a question of which several answers can be ticked."""
    agent.enter("pick: Which ones")
    agent.until("question")


def fails(agent: Agent) -> None:
    """Let the service refuse a request for good."""
    agent.enter("bad: x")
    agent.until("error")


def tries_again(agent: Agent) -> None:
    """Let the service fail, so that the agent asks again."""
    agent.enter("error: 20")
    agent.shows(agent.retries)


def is_suspended(agent: Agent) -> None:
    """Press Ctrl-Z."""
    agent.suspends()
    agent.until("suspended")


def is_suspended_at_work(agent: Agent) -> None:
    """Press Ctrl-Z while a text comes."""
    streams(agent)
    is_suspended(agent)


def is_continued(agent: Agent) -> None:
    """Press Ctrl-Z, and continue."""
    is_suspended(agent)
    agent.resume()
    agent.until("idle")


def is_killed_at_work(agent: Agent) -> None:
    """Kill it while a text comes."""
    streams(agent)
    processes = agent.processes()
    assert processes
    send(signal.SIGKILL, processes)
    agent.until("ended")


def shows_a_menu(agent: Agent) -> None:
    """Let it show a menu."""
    agent.enter(agent.menu)
    agent.until("menu")


def asks_to_trust_a_folder(agent: Agent) -> None:
    """Start it in a folder that it does not know."""
    has_left(agent)
    is_started_elsewhere(agent)


def is_started_elsewhere(agent: Agent) -> None:
    """Start it from the shell, in a folder that it does not know."""
    agent.enter(f"mkdir -p ../other; cd ../other && git init -q; {agent.name}")
    agent.until("trust")


def has_left(agent: Agent) -> None:
    """End it as its user does."""
    agent.enter(agent.leave)
    agent.until("ended")


def is_started_again(agent: Agent) -> None:
    """End it, and start it."""
    has_left(agent)
    agent.start()

"""The states of Claude Code that are recorded with everything it reports, beyond those whose screens are recorded."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tests.agents import homes
from tests.agents.claude import Claude, is_cleared
from tests.agents.scenes import SCENES, UNSEEN, Scene
from tests.agents.ways import (
    asks_a_question,
    asks_for_permission,
    fails,
    has_answered,
    has_left,
    is_interrupted,
    is_killed_at_work,
    is_refused,
    runs_an_allowed_tool,
    shows_a_menu,
    streams,
    tries_again,
)
from tests.support.waiting import until


class Untitled(Claude):
    """One that sets no title, because its user does not want it."""

    def prepare(self) -> homes.Variables:
        """Write the files that the agent needs in its home, and return its variables."""
        return {**super().prepare(), "CLAUDE_CODE_DISABLE_TERMINAL_TITLE": "1"}


def runs_a_command_in_the_background(agent: Claude) -> None:
    """Let a command go on after the turn."""
    agent.enter("background: sleep 60")
    agent.until("background")


def runs_an_agent_in_the_background(agent: Claude) -> None:
    """Let a subagent go on after the turn."""
    agent.enter("detach: slow: 40")
    agent.shows("background agent")


def has_forgotten(agent: Claude) -> None:
    """Let it forget the conversation, and wait until that has happened."""
    is_cleared(agent)
    until(lambda: "\n● " not in agent.screen(), timeout=20, what="the screen is cleared")
    time.sleep(2)


def is_compacted(agent: Claude) -> None:
    """Let it compact the conversation."""
    for _ in range(3):
        has_answered(agent)
    agent.enter("/compact")
    agent.shows("(?i)compacted")
    agent.until("idle")


def finds_nothing_to_compact(agent: Claude) -> None:
    """Let it compact a conversation that has just begun."""
    has_forgotten(agent)
    agent.enter("/compact")
    agent.shows("(?i)not enough messages|no messages")
    agent.until("idle")


def runs_another_one(agent: Claude) -> None:
    """Let a tool run a Claude Code without a terminal."""
    agent.enter("bash: claude -p 'slow: 25 inner'")
    agent.until("permission")
    agent.keys("Enter")
    agent.until("working")
    time.sleep(6)


def ran_another_one(agent: Claude) -> None:
    """Let a tool run a Claude Code without a terminal, until all is done."""
    agent.enter("bash: claude -p 'say: inner'")
    agent.until("permission")
    agent.keys("Enter")
    agent.shows("All done")
    agent.until("idle")


def is_denied(agent: Claude) -> None:
    """Choose "No" where it asks for permission."""
    asks_for_permission(agent)
    agent.keys("3")
    agent.until("idle")


def is_interrupted_in_a_tool(agent: Claude) -> None:
    """Press Esc while an allowed command runs."""
    runs_an_allowed_tool(agent)
    agent.refuses()
    agent.until("idle")


def was_reminded_of_a_question(agent: Claude) -> None:
    """Let it ask, and wait until it reminds its user."""
    asks_for_permission(agent)
    time.sleep(8)


def was_idle_for_long(agent: Claude) -> None:
    """Let it answer, and wait for a minute."""
    has_answered(agent)
    time.sleep(64)


def is_scrolled_back(agent: Claude) -> None:
    """Let it ask, in a pane whose user scrolls back."""
    asks_for_permission(agent)
    agent.account.tmux("copy-mode", "-t", f"={agent.session}:")
    agent.account.tmux("send-keys", "-t", f"={agent.session}:", "-X", "page-up")


def is_overloaded(agent: Claude) -> None:
    """Let the service be overloaded for good."""
    agent.enter("overload: 1000")
    agent.until("error")


def is_resumed(agent: Claude) -> None:
    """Kill it at work, and start it again in its conversation."""
    is_killed_at_work(agent)
    agent.repair_terminal()
    agent.enter(f"cd {agent.work} && clear && claude --continue")
    agent.until("idle")


def is_started_below_a_suspended_one(agent: Claude) -> None:
    """Suspend it, and start another one in the same pane, which asks."""
    agent.suspends()
    agent.until("suspended")
    time.sleep(0.5)
    agent.enter("clear; claude")
    agent.shows(r"\? for shortcuts")
    agent.enter("bash: touch z")
    agent.shows("Do you want to proceed")


def wrote_a_file(agent: Claude) -> None:
    """Let it write a file, with permission."""
    agent.enter(f"write: {agent.work}/{agent.fresh()}")
    agent.until("permission")
    agent.keys("Enter")
    agent.until("idle")


MORE = (
    Scene("background-command", runs_a_command_in_the_background, "idle"),
    Scene("background-agent", runs_an_agent_in_the_background, "working"),
    Scene("compacted", is_compacted, "idle"),
    Scene("cleared", has_forgotten, "idle"),
    Scene("nothing-compacted", finds_nothing_to_compact, "idle"),
    Scene("nested", runs_another_one, "working"),
    Scene("nested-ended", ran_another_one, "idle"),
    Scene("denied", is_denied, "idle"),
    Scene("interrupted-tool", is_interrupted_in_a_tool, "idle"),
    Scene("permission-reminded", was_reminded_of_a_question, "permission"),
    Scene("idle-reminded", was_idle_for_long, "idle"),
    Scene("overloaded", is_overloaded, "error", narrow=True),
    Scene("written", wrote_a_file, "idle", narrow=True),
    Scene("resumed", is_resumed, "idle", narrow=True),
    Scene("permission-scrolled", is_scrolled_back, "permission"),
)

UNTITLED = (
    Scene("streaming", streams, "working", narrow=True),
    Scene("idle", has_answered, "idle", narrow=True),
    Scene("permission", asks_for_permission, "permission", narrow=True),
    Scene("allowed", runs_an_allowed_tool, "working", narrow=True),
    Scene("refused", is_refused, "idle", narrow=True),
    Scene("question", asks_a_question, "waiting", narrow=True),
    Scene("error", fails, "error", narrow=True),
    Scene("retries", tries_again, "working", narrow=True),
    Scene("menu", shows_a_menu, "waiting", narrow=True),
    Scene("interrupted", is_interrupted, "idle", narrow=True),
    Scene("killed", is_killed_at_work, UNSEEN),
    Scene("left", has_left, UNSEEN),
)

ALL_SCENES: Mapping[str, Sequence[Scene]] = {"claude": (*SCENES["claude"], *MORE), "claude-untitled": UNTITLED}
"""By the folder of their files, the states that are recorded with everything."""

ALL_AGENTS: Mapping[str, type[Claude]] = {"claude": Claude, "claude-untitled": Untitled}
"""By the folder, the drivers."""

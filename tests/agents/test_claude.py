"""What navi says about the real Claude Code: see cases.py."""

from __future__ import annotations

from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.claude import (
    Claude,
    asks_in_a_subagent,
    asks_to_approve_a_plan,
    is_cleared,
    runs_a_command_of_its_user,
    runs_a_subagent,
)
from tests.agents.ways import asks_a_question, asks_to_trust_a_folder

CASES = [
    *COMMON,
    Case(asks_in_a_subagent, "permission"),
    Case(asks_a_question, "question"),
    Case(asks_to_approve_a_plan, "plan"),
    Case(runs_a_command_of_its_user, "working"),
    Case(runs_a_subagent, "working"),
    Case(is_cleared, "idle"),
    Case(asks_to_trust_a_folder, "trust"),
]


@cases(Claude, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Claude, CASES, SETUPS[1])
class TestHereWithHooks(EveryCase):
    """On this machine, with hooks."""


@cases(Claude, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""


@cases(Claude, CASES, SETUPS[3])
class TestRemoteWithHooks(EveryCase):
    """On a remote, with hooks."""

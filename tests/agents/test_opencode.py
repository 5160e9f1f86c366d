"""What navi says about the real OpenCode: see cases.py.

With a plugin, OpenCode fetches packages from the network when it starts, so here it has no hooks.
"""

from __future__ import annotations

from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.opencode import OpenCode
from tests.agents.ways import asks_a_question

CASES = [
    *COMMON,
    Case(asks_a_question, "question"),
]


@cases(OpenCode, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(OpenCode, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""

"""What navi says about the real Codex: see cases.py."""

from __future__ import annotations

from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.codex import Codex, asks_a_question_while_it_plans
from tests.agents.ways import asks_to_trust_a_folder

CASES = [
    *COMMON,
    Case(asks_a_question_while_it_plans, "question"),
    Case(asks_to_trust_a_folder, "trust"),
]


@cases(Codex, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Codex, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""

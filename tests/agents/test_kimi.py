"""What navi says about the real Kimi Code: see cases.py. navi has no hooks for it."""

from __future__ import annotations

from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.kimi import Kimi
from tests.agents.ways import asks_a_question, asks_to_trust_a_folder, asks_which_ones

CASES = [
    *COMMON,
    Case(asks_a_question, "question"),
    Case(asks_which_ones, "question"),
    Case(asks_to_trust_a_folder, "trust"),
]


@cases(Kimi, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Kimi, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""

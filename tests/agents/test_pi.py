"""What navi says about the real Pi: see cases.py. navi has no hooks for it."""

from __future__ import annotations

from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.pi import Pi, asks_to_trust_a_folder
from tests.agents.ways import asks_a_question

CASES = [
    *COMMON,
    Case(asks_a_question, "question"),
    Case(asks_to_trust_a_folder, "trust"),
]


@cases(Pi, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Pi, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""

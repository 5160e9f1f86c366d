"""What navi says about the real Gemini CLI: see cases.py."""

from __future__ import annotations

from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.gemini import Gemini
from tests.agents.ways import asks_a_question, asks_to_trust_a_folder

CASES = [
    *COMMON,
    Case(asks_a_question, "question"),
    Case(asks_to_trust_a_folder, "trust"),
]


@cases(Gemini, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Gemini, CASES, SETUPS[1])
class TestHereWithHooks(EveryCase):
    """On this machine, with hooks."""


@cases(Gemini, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""


@cases(Gemini, CASES, SETUPS[3])
class TestRemoteWithHooks(EveryCase):
    """On a remote, with hooks."""

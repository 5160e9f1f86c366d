"""What navi says about the real Cline: see cases.py. navi has no hooks for it."""

from __future__ import annotations

from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.cline import Cline, streams_more_than_the_screen, wrote_more_than_the_screen
from tests.agents.ways import asks_a_question

CASES = [
    *COMMON,
    Case(asks_a_question, "question"),
    Case(streams_more_than_the_screen, "working"),
    Case(wrote_more_than_the_screen, "idle"),
]


@cases(Cline, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Cline, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""

"""What navi says about the real aider: see cases.py. It has no hooks and no menus."""

from __future__ import annotations

from tests.agents.aider import Aider
from tests.agents.cases import COMMON, SETUPS, Case, EveryCase, cases
from tests.agents.ways import asks_to_trust_a_folder, shows_a_menu

CASES = [
    *[case for case in COMMON if case.way is not shows_a_menu],
    Case(asks_to_trust_a_folder, "trust"),
]


@cases(Aider, CASES, SETUPS[0])
class TestHereWithoutHooks(EveryCase):
    """On this machine, without hooks."""


@cases(Aider, CASES, SETUPS[2])
class TestRemoteWithoutHooks(EveryCase):
    """On a remote, without hooks."""

"""Some lifecycles of `contrib/bench chaos`: nothing is lost, comes back or is left, and no verb says what is not.

How long anything takes is measured by the bench. Here it may take a minute.
"""

from __future__ import annotations

from tests.bench.chaos import chaos
from tests.bench.chaos_oracle import KINDS
from tests.support.machines import Lab

SEED = 9
PATIENCE = 60.0


def test_hostile_lifecycles_lose_nothing_and_make_no_false_statement(lab: Lab) -> None:
    counts = chaos(lab, SEED, range(30), PATIENCE)
    assert counts.found == {kind: [] for kind in KINDS}
    assert {"navi new", "navi kill", "hook", "tmux rename-session"} <= counts.steps.keys()

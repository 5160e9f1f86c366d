"""The fixture of tests that run a real agent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agents.cases import Watched, watched_agent
from tests.support.machines import Keys


@pytest.fixture(scope="class")
def watched(request: pytest.FixtureRequest, keys: Keys) -> Iterator[Watched]:
    """Yield one agent for all cases of a class: see cases.py."""
    kind, place = request.param
    with watched_agent(kind, place, keys) as found:
        yield found

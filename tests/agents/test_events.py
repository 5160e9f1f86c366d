"""The hooks that navi installs report what the real agents do. Claude Code's tables show that of its own."""

from __future__ import annotations

import json

import pytest

from tests.agents.agent import Agent
from tests.agents.cases import Setup, Watched, watched_agent
from tests.agents.copilot import Copilot
from tests.agents.gemini import Gemini
from tests.agents.qwen import Qwen
from tests.agents.versions import needs
from tests.agents.ways import asks_for_permission, has_answered
from tests.support.machines import Keys
from tests.support.verbs import navi
from tests.support.waiting import until

KINDS = [pytest.param(kind, id=kind.name, marks=needs(kind.name)) for kind in (Gemini, Qwen, Copilot)]


def reported(watched: Watched) -> str:
    """Return what the hook reports of the agent, "" for nothing."""
    found = json.loads(navi(watched.lab, "explain", watched.agent.session, "--json").stdout)
    hooks = [piece for piece in found["evidence"] if piece["source"] == "hook"]
    return str(hooks[0]["status"]) if hooks else ""


@pytest.mark.parametrize("kind", KINDS)
def test_its_events_arrive(kind: type[Agent], keys: Keys) -> None:
    with watched_agent(kind, Setup(remote=False, hooks=True), keys) as watched:
        has_answered(watched.agent)
        until(lambda: reported(watched) in ("done", "idle"), timeout=30, what="the end of its turn is reported")
        asks_for_permission(watched.agent)
        until(lambda: reported(watched) == "permission", timeout=30, what="its question is reported")
        watched.agent.refuses()

"""Crush."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("crush", ("crush",))

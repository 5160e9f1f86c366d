"""Aider."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("aider", ("aider",), animated=False)

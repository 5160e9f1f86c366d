"""Cursor's agent."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("cursor-agent", ("cursor-agent",))

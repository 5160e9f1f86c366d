"""GitHub Copilot CLI."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("copilot", ("copilot",))

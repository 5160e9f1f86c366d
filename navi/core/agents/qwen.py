"""Qwen Code."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("qwen", ("qwen",))

"""Goose."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("goose", ("goose",), animated=False)

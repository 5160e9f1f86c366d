"""Amp."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("amp", ("amp",))

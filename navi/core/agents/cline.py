"""Cline's CLI."""

from navi.core.agents.kind import AgentKind

KIND = AgentKind("cline", ("cline",))

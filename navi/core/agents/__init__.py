"""The agents that navi knows, one file each: how to recognize them, what their screens mean, how to start them."""

from navi.core.agents import (
    aider,
    amp,
    claude,
    cline,
    codex,
    copilot,
    crush,
    cursor_agent,
    gemini,
    goose,
    kimi,
    opencode,
    pi,
    qwen,
    vibe,
)
from navi.core.agents.kind import AgentKind, PromptBox, RequestLine, ScreenRule, StateFile, base_name

__all__ = [
    "AGENTS", "CLAUDE", "REPORT_AS_SESSION", "REPORT_END", "AgentKind", "PromptBox", "RequestLine", "ScreenRule",
    "StateFile", "base_name",
]  # fmt: skip

CLAUDE = claude.KIND

AGENTS = (
    claude.KIND,
    opencode.KIND,
    codex.KIND,
    gemini.KIND,
    aider.KIND,
    goose.KIND,
    amp.KIND,
    copilot.KIND,
    cursor_agent.KIND,
    qwen.KIND,
    vibe.KIND,
    pi.KIND,
    kimi.KIND,
    cline.KIND,
    crush.KIND,
)
"""The agents that navi knows without configuration."""

REPORT_AS_SESSION = frozenset(kind.name for kind in AGENTS if kind.reports_as_session)
"""The names of the agents whose hook reports without their name."""

REPORT_END = frozenset(kind.name for kind in AGENTS if kind.reports_end)
"""The names of the agents whose hook reports that they have ended."""

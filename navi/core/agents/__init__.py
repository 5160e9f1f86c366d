"""The agents that navi knows, one file each: how to recognize them, what their screens mean, how to start them."""

from navi.core.agents import (
    aider,
    amp,
    claude,
    codex,
    copilot,
    cursor_agent,
    gemini,
    goose,
    opencode,
    qwen,
    vibe,
)
from navi.core.agents.kind import AgentKind, Asked, Box, ScreenRule, StateFile, base_name

__all__ = ["AGENTS", "CLAUDE", "AgentKind", "Asked", "Box", "ScreenRule", "StateFile", "base_name"]

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
)
"""The agents that navi knows without configuration."""

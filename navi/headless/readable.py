"""An agent's lines as events in JSON, for programs that have no codec, such as the page in a browser. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from navi.headless.harness.base import (
    AgentLaunch,
    Asked,
    Event,
    Harness,
    Mode,
    Raw,
    SessionNamed,
    StartRefused,
    Taken,
    Text,
    ToolCall,
    ToolResult,
    TurnEnded,
    Withdrawn,
)

LONGEST_TEXT = 20_000
"""Characters of a text that are shown. The stored message has all of it."""

MOST_MEMBERS, DEEPEST = 200, 8
"""Members of a list or object that are shown, and how deep they may lie."""

NAMES: Mapping[type, str] = {
    Text: "text",
    ToolCall: "tool_call",
    ToolResult: "tool_result",
    Taken: "taken",
    TurnEnded: "turn_ended",
    Asked: "asked",
    Withdrawn: "withdrawn",
    SessionNamed: "session",
    Mode: "mode",
    StartRefused: "refused",
    Raw: "raw",
}
"""The events that are shown, and their names. Their fields are those of navi.headless.harness.base."""


class Readable:
    """Reads the lines of one session, in their order."""

    def __init__(self, harness: Harness, launch: AgentLaunch) -> None:
        self._codec = harness.codec
        self._memory = self._codec.remember(launch)

    @property
    def remembers(self) -> bool:
        """Whether a line means something else after others, so that the first one must be read first."""
        return self._memory is not None

    def events(self, line: str) -> list[dict[str, Any]]:
        """Return what a line shows; most lines show one thing, or nothing."""
        self._memory, found = self._codec.read(self._memory, line.encode("utf-8", "surrogateescape"))
        return [_document(one) for one in found if type(one) in NAMES]


def _document(event: Event) -> dict[str, Any]:
    if isinstance(event, Raw):
        return {"event": "raw", "text": shortened(event.data.decode("utf-8", "replace"))}
    fields = asdict(event)
    return {"event": NAMES[type(event)], **{name: shortened(value) for name, value in fields.items()}}


def shortened(value: Any, depth: int = 0) -> Any:
    """Return a value of JSON with its long texts, its long lists and what lies deep in it cut, and marked."""
    if isinstance(value, str):
        more = len(value) - LONGEST_TEXT
        return value if more <= 0 else f"{value[:LONGEST_TEXT]}\n... {more:,} more characters"
    if depth == DEEPEST and isinstance(value, dict | list | tuple):
        return "..."
    if isinstance(value, dict):
        members = list(value.items())[:MOST_MEMBERS]
        return {shortened(name): shortened(one, depth + 1) for name, one in members}
    if isinstance(value, list | tuple):
        return [shortened(one, depth + 1) for one in value[:MOST_MEMBERS]]
    return value

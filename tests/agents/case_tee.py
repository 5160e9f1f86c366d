"""Keeps what Claude Code gives to its hooks: each event, with its time and some of the hook's environment.

    install(home, folder)
    events(folder)                 all since then, oldest first
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.agents.case_file import Event
from tests.agents.homes import write

SCRIPT = """#!/bin/sh
now=$(date +%s.%N)
exec >"$1/.$now.$$"
printf '%s\\n' "CLAUDE_CODE_ENTRYPOINT=$CLAUDE_CODE_ENTRYPOINT"
cat
mv "$1/.$now.$$" "$1/$now.$$"
"""
"""Keeps the event on standard input in a file that is named after the time."""

EVENTS = (
    "PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest", "PermissionDenied", "Notification",
    "UserPromptSubmit", "SessionStart", "SessionEnd", "Stop", "StopFailure", "SubagentStart", "SubagentStop",
    "PreCompact", "PostCompact", "TeammateIdle", "TaskCreated", "TaskCompleted", "Elicitation", "ElicitationResult",
)  # fmt: skip
"""Events of Claude Code 2.1.197 that may say something about a status."""

USUAL = {"CLAUDE_CODE_ENTRYPOINT": "cli"}
"""What the hooks of a Claude Code in a terminal have in their environment."""

DROPPED = (
    "hook_event_name", "transcript_path", "agent_transcript_path", "prompt_id", "tool_use_id", "effort", "duration_ms",
    "permission_suggestions", "permission_mode", "custom_instructions", "session_crons", "stop_hook_active", "cwd",
    "model", "description", "stdout", "stderr",
)  # fmt: skip
"""Fields that say nothing about a status."""

LONGEST = 200
"""Characters of a text that are kept."""


class Sent(NamedTuple):
    """An event, and when it came (epoch)."""

    time: float
    event: Event


def install(home: Path, folder: Path) -> None:
    """Let Claude Code tell its events to a script, which keeps them in a folder."""
    folder.mkdir(mode=0o700, exist_ok=True)
    script = folder.with_name("tee")
    script.write_text(SCRIPT)
    command = {"type": "command", "command": f"sh {shlex.quote(str(script))} {shlex.quote(str(folder))}"}
    settings = {"hooks": {name: [{"hooks": [command]}] for name in EVENTS}}
    write(home / ".claude" / "settings.json", json.dumps(settings, indent=2))


def events(folder: Path) -> list[Sent]:
    """Return the events that were kept, oldest first."""
    return [read(path) for path in sorted(folder.glob("[0-9]*"))]


def read(path: Path) -> Sent:
    """Return the event in a file."""
    first, _, content = path.read_text().partition("\n")
    found = json.loads(content)
    variables = dict([first.split("=", 1)])
    kept = {name: shortened(value) for name, value in found.items() if name not in DROPPED}
    seconds, nanoseconds, _ = path.name.split(".")
    event = Event(found["hook_event_name"], kept, variables={} if variables == USUAL else variables)
    return Sent(float(f"{seconds}.{nanoseconds}"), event)


def shortened(value: object) -> object:
    """Return a value of JSON with shorter texts and without the fields that say nothing."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    if isinstance(value, Mapping):
        return {name: shortened(one) for name, one in value.items() if name not in DROPPED}
    return [shortened(one) for one in value] if isinstance(value, list) else value


def since(kept: list[Sent], first: int) -> Iterator[Sent]:
    """Yield the events from a number on, and before them the last one that began a session in a terminal."""
    begun = [one for one in kept[:first] if one.event.name == "SessionStart" and not one.event.variables]
    yield from (*begun[-1:], *kept[first:])

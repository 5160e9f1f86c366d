"""The events of agents that name them otherwise than Claude Code, as they were recorded, and what they become."""

from __future__ import annotations

import json

import pytest

from tests.sh.test_hook import Hook, dig
from tests.support.awks import every_awk
from tests.support.machines import Lab

COMMON = {"session_id": "50270458-c7d0", "transcript_path": "/home/u/x.jsonl", "cwd": "/work"}

ASKS = {
    "hook_event_name": "Notification",
    "notification_type": "ToolPermission",
    "message": "Tool Confirm Shell Command requires execution",
    "details": {"type": "exec", "title": "Confirm Shell Command", "command": "touch x", "rootCommand": "touch"},
}

ENDS = {
    "hook_event_name": "AfterTool",
    "tool_name": "run_shell_command",
    "tool_input": {"command": "touch x"},
    "tool_response": {"llmContent": "Output: (empty)"},
}

GEMINI = [
    ({"hook_event_name": "BeforeAgent", "prompt": "go on"}, "working"),
    (ASKS, "permission"),
    (ENDS, "working"),
    ({"hook_event_name": "AfterAgent", "prompt_response": "All done.", "stop_hook_active": False}, "done"),
]

COPILOT = [
    ({"hook_event_name": "UserPromptSubmit", "prompt": "go on"}, "working"),
    (
        {
            "sessionId": "one",
            "message": "Run command: touch x",
            "hook_event_name": "Notification",
            "notification_type": "permission_prompt",
        },
        "permission",
    ),
    ({"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_input": {"command": "touch x"}}, "working"),
    ({"hook_event_name": "Stop", "stop_reason": "end_turn"}, "done"),
    ({"hook_event_name": "SessionEnd", "reason": "user_exit"}, "offline"),
]


@pytest.mark.parametrize(("agent", "events"), [("gemini", GEMINI), ("copilot", COPILOT)])
@every_awk
def test_each_event_becomes_a_status_of_its_agent(
    lab: Lab, awk: str, agent: str, events: list[tuple[dict[str, object], str]]
) -> None:
    lab.local.new_session("api", "sleep 10000")
    hook = Hook(lab.local, agent=agent, awk=awk)
    found = []
    for event, _ in events:
        hook.send(json.dumps(COMMON | event).encode())
        found.append(dig(hook.read(), "agents", agent, "status"))
    assert found == [status for _, status in events]


def test_what_says_nothing_about_a_status_is_left_out(lab: Lab) -> None:
    lab.local.new_session("api", "sleep 10000")
    for name in ("BeforeTool", "PreCompress", "BeforeModel", "AfterModel"):
        Hook(lab.local, agent="gemini").send(json.dumps(COMMON | {"hook_event_name": name}).encode())
    assert not lab.local.sessions_dir.exists()

"""hook: how long an agent waits for its hook at each event. The floor is a shell that does nothing.

Other rows time a short hook that passes JSON to jq, where jq is installed, and the largest event.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import trio

from navi.ops.hooks.install import hook_text
from tests.bench.laboratory import Run, laboratory
from tests.bench.report import Row
from tests.bench.request import timed
from tests.support.machines import SYSTEM_PATH, Account

JQ = """\
event=$(cat)
name=$(tmux display-message -p '#{session_name}')
file=$HOME/.claude-sessions/$name.json
tool=$(printf '%s' "$event" | jq -r .tool_name)
jq --arg tool "$tool" --argjson now "$(date +%s)" \\
    '.status = "working" | .timestamp = $now | .metrics.tools.counts[$tool] += 1' "$file" >"$file.new"
mv "$file.new" "$file"
"""


async def measure(run: Run) -> list[Row]:
    """Return the rows of an event of usual size and of the largest one."""
    async with run.turn:
        with laboratory() as lab:
            lab.local.new_session("work", "sleep 10000")
            lab.local.write_status("work")
            surroundings = _inside(lab.local)
            words = ("sh", str(lab.local.folder / "hook"), "claude")
            Path(words[1]).write_text(hook_text())
            often, seldom = run.pick(200, 50), run.pick(20, 5)
            floor = await _times(("sh", "-c", ":"), b"", surroundings, often)
            hook = await _times(words, _event(5_000), surroundings, often)
            large = await _times(words, _event(5_000_000), surroundings, seldom)
            with_jq = []
            if shutil.which("jq", path=SYSTEM_PATH):
                with_jq = await _times(("sh", "-c", JQ), _event(5_000), surroundings, often)
    rows = [
        Row("hook: an event", "ms", hook, floor, {"median": 15}),
        Row("hook: an event of 5 MB", "ms", large, floor, {"max": 1000}),
    ]
    return [*rows, Row("hook: the same with jq", "ms", with_jq, floor)] if with_jq else rows


def _inside(account: Account) -> Mapping[str, str]:
    """Return the environment of a process in the session."""
    return account.environment() | account.in_pane()


def _event(size: int) -> bytes:
    """Return the use of a tool whose input has so many bytes, in lines."""
    fields = {"hook_event_name": "PostToolUse", "session_id": "one", "cwd": "/work", "tool_name": "Write"}
    return json.dumps(fields | {"tool_input": {"content": ("x" * 78 + "\n") * (size // 80)}}).encode()


async def _times(words: tuple[str, ...], event: bytes, surroundings: Mapping[str, str], often: int) -> list[float]:
    async def once() -> None:
        await trio.run_process(words, stdin=event, stdout=subprocess.DEVNULL, env=surroundings)

    return await timed(once, often)

"""The oracles: that of Claude Code, from its file and its screen, and those that have only the screen, as recorded.

No agent is needed.
"""

from __future__ import annotations

import pytest

from tests.agents import codex, copilot, gemini, opencode, qwen
from tests.agents.claude import judged
from tests.agents.record import SCREENS

BOX = "\n────\n❯ \n────\n  ? for shortcuts\n"

CASES = [
    ("idle", "❯ say: x\n\n● x\n" + BOX, "idle"),
    ("idle", "❯ bad: x\n\n● API Error: 400 no\n" + BOX, "error"),
    ("idle", "❯ bad: x\n\n● API Error: 400 no\n\n❯ say: x\n\n● x\n" + BOX, "idle"),
    ("idle", "❯ say: API Error\n\n● I met an API Error once\n" + BOX, "idle"),
    ("busy", "● API Error · Retrying in 6s · attempt 6/10\n" + BOX, "working"),
    ("busy", "❯ say: Do you want to proceed?\n" + BOX, "working"),
    ("shell", "✻ Worked for 0s · 1 shell still running\n" + BOX, "background"),
    ("waiting", "Do you want to proceed?\n ❯ 1. Yes\n", "permission"),
    ("waiting", "Do you want to create new?\n ❯ 1. Yes\n", "permission"),
    ("waiting", "☐ Choice\n ❯ 1. Red\nEnter to select · ↑/↓ to navigate\n", "question"),
    ("waiting", "Exit plan mode?\n ❯ 1. Yes\n", "plan"),
    ("waiting", "Enter to set as default\n", "menu"),
    (None, "Accessing workspace:\n ❯ 1. Yes, I trust this folder\n", "trust"),
    (None, "$ claude\n", "starting"),
]


@pytest.mark.parametrize(("status", "screen", "truth"), CASES)
def test_the_file_counts_more_than_the_screen(status: str | None, screen: str, truth: str) -> None:
    assert judged(status, screen) == truth


TRUTHS = {
    "started": "idle",
    "streaming": "working",
    "silent": "working",
    "idle": "idle",
    "interrupted": "idle",
    "permission": "permission",
    "permission-write": "permission",
    "allowed": "working",
    "refused": "idle",
    "error": "error",
    "retries": "working",
    "menu": "menu",
    "trust": "trust",
    "question": "question",
    "continued": "idle",
}
"""By recorded state, what is true."""

ORACLES = {
    "codex": codex.judged,
    "gemini": gemini.judged,
    "opencode": opencode.judged,
    "qwen": qwen.judged,
    "copilot": copilot.judged,
}


@pytest.mark.parametrize("agent", ORACLES)
def test_the_screen_alone_tells(agent: str) -> None:
    screens = {state: SCREENS / agent / f"{state}.txt" for state in TRUTHS}
    recorded = {state: path.read_text().partition("\n\n")[2] for state, path in screens.items() if path.exists()}
    assert {state: ORACLES[agent](screen) for state, screen in recorded.items()} == {
        state: TRUTHS[state] for state in recorded
    }
    assert set(TRUTHS) - set(recorded) <= {"trust"}
